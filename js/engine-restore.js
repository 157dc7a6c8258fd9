/**
 * What an engine takes over from a dead one. Runs in the engine worker, for an INIT with `carried`:
 *
 *   memory    the empty memory that writers in other threads already know as the next one, if any
 *   from      { memory, layout } of the dead engine
 *   before    the same of engines before it, newest first, while writers may be in them
 *   cycle     cycles that the client has seen
 *   now       the client's clock
 *   symbols   { symbol, key, state } each, and with what it was added (ADD_SYMBOL)
 *   lagging   { slot, lagMs, stalled } of those that are late, as the client was told
 *   config    fields of SET_CONFIG
 *   traders   fields of ADD_TRADER each, with `matches` (slots that match), `entered` (with a cooldown: when each symbol
 *             entered last, by slot) and, for `on: 'close'`, `decided` (close times by slot up to which all was decided)
 *             and `told` (slots, then times: up to there the client knows more, since something changed)
 *
 * 1. Everything is in place before the first cycle. So a trader goes on from its matches, and every close after
 *    `decided` and `told` is decided, one by one, as if nothing had happened.
 * 2. Symbols have the slots and keys that they had. A key of a symbol that is not taken along is never valid again.
 * 3. What was late stays late, and hidden, until a check says otherwise (src/session/lag_monitor.h).
 * 4. A trader without `decided` is decided at once on what is there, and its change against `matches` goes out.
 */

import { toErrorData } from './errors.js'
import { KEY_SLOTS } from './layout.js'
import { MarketCopy, viewsOf } from './market-copy.js'

/** @typedef {{ memory: WebAssembly.Memory, layout: import('./layout.js').Layout }} Market */

export class Succession {
  #carried
  /** From each dead engine's memory, newest first. */
  #copies

  /**
   * @param {Record<string, any>} carried
   * @param {Market} own
   */
  constructor(carried, own) {
    this.#carried = carried
    const dead = /** @type {Market[]} */ ([carried.from, ...(carried.before ?? [])])
    // Writers do not go on from a memory that is laid out differently, and none comes from before it.
    const end = dead.findIndex(({ layout }) => !sameLayout(layout, own.layout))
    const views = (end < 0 ? dead : dead.slice(0, end)).map(({ memory }) => viewsOf(memory))
    this.#copies = views.map(
      (from, i) => new MarketCopy(from, viewsOf(own.memory), own.layout, views.slice(0, i)),
    )
  }

  /** @param {() => void} alive to be called between steps of a long work */
  copyAll(alive) {
    for (const copy of this.#copies) copy.letGo()
    this.#copies[0]?.copyAll(alive)
    this.#copyFrom(this.#copies.slice(1), false)
  }

  /**
   * Who is late, as the dead engine knew it and as the client was told.
   * @param {(name: string, argument?: any) => any} call a function of the core
   */
  resumeSession(call) {
    const { symbols, lagging, now } = this.#carried
    const late = new Map(lagging.map((/** @type {any} */ one) => [one.slot, one]))
    for (const { key } of symbols) {
      const told = late.get(key % KEY_SLOTS)
      const { lagMs = Number.NaN, stalled = false } = told ?? {}
      call('resumeSymbol', { key, late: told !== undefined, stalled, lagMs, now })
    }
    call('resumeSession')
  }

  /**
   * @param {boolean} last writers that have not come are held for gone
   * @returns {number} writers that still write to old memories; when there are none, the memories are let go of
   */
  copyAgain(last) {
    const waiting = this.#copyFrom(this.#copies, last)
    if (waiting === 0 || last) this.#copies = []
    return waiting
  }

  /**
   * Oldest first: a writer that moves on meanwhile is met again.
   * @param {MarketCopy[]} copies
   * @param {boolean} last
   */
  #copyFrom(copies, last) {
    return copies.reduceRight((waiting, copy) => waiting + copy.copyAgain(last), 0)
  }

  /**
   * @param {(ref: number, spec: Record<string, any>) => number} add gives the handle
   * @param {(handle: number, matches: number[], ...times: ArrayLike<number>[]) => void} restore
   * @param {() => void} alive to be called between steps of a long work
   * @returns {{ ref: number, error: import('./errors.js').ErrorData }[]} those that were refused
   */
  addTraders(add, restore, alive) {
    const failed = []
    for (const one of this.#carried.traders) {
      alive()
      const { ref, traderId, now, matches, entered = [], decided = [], told = [], ...spec } = one
      try {
        const handle = add(ref, { id: traderId, ...spec })
        if (matches) restore(handle, matches, entered, decided, told)
      } catch (error) {
        failed.push({ ref, error: toErrorData(error) })
      }
    }
    // It names the old memories, too.
    this.#carried = {}
    return failed
  }
}

/**
 * Adds the symbols again, each in its slot and with its key. Before the market is copied.
 * @param {Record<string, any>} carried
 * @param {Market} own
 * @param {(name: string, argument: any) => any} call a function of the core
 * @returns {{ symbol: string, key: number, state: string }[]}
 */
export function restoreSymbols({ from, symbols }, own, call) {
  const { layout } = own
  const words = new Int32Array(own.memory.buffer)
  const old = new Int32Array(from.memory.buffer)
  const generation = (/** @type {number} */ slot) =>
    (layout.symbols + slot * layout.symbolStride + layout.symbolGeneration) / 4
  if (sameLayout(from.layout, layout)) {
    // All slots, whatever the old count of them says: nobody looks after it any more.
    for (let slot = 0; slot < layout.maxSymbols; slot++) words[generation(slot)] = old[generation(slot)] + 1
    // Writers that come over look at the names anew.
    words[layout.symbolTableVersion / 4] = old[layout.symbolTableVersion / 4] + 1
  }
  return symbols.map((/** @type {any} */ one) => {
    const { symbol, key, state, order, intervals = [], thresholdSeconds: threshold = Number.NaN } = one
    const slot = key % KEY_SLOTS
    words[generation(slot)] = (key - slot) / KEY_SLOTS
    call('addSymbol', { symbol, intervals, threshold, slot })
    if (state === 'ready') call('startSymbol', key)
    return { symbol, key, state, order }
  })
}

/**
 * Whether two regions differ in nothing but the engine's own copy, which no writer touches.
 * @param {Record<string, number>} a
 * @param {Record<string, number>} b
 */
export function sameLayout(a, b) {
  return Object.keys(a).every((name) => name.startsWith('lanes') || a[name] === b[name])
}
