/**
 * The engine's traders as commands name them. Runs in the engine worker.
 *
 * 1. The core names traders by handles, which it uses again; commands by refs, which are never used again; SIGNALS by
 *    the number of the trader's last change (UPDATE_TRADER's `as`), or its ref before the first.
 * 2. A trader's specification is kept whole, because the core takes it whole and a change names only a part. It is
 *    replaced when the core has taken the change, and so is never half of one and half of another.
 */

import { TickscanError } from './errors.js'

/** What a message may leave out. */
const DEFAULTS = Object.freeze({ params: Object.freeze({}), cooldown: 0, refresh: 0, enabled: true })

export class EngineTraders {
  #callCore
  /** @type {Map<number, { handle: number, spec: Record<string, any> }>} by ref */
  #byRef = new Map()
  /** @type {Map<number, number>} handle → the number in SIGNALS */
  #names = new Map()

  /** @param {(name: string, ...args: any[]) => any} callCore throws what the core refuses with */
  constructor(callCore) {
    this.#callCore = callCore
  }

  /** handle → the number in SIGNALS. @returns {ReadonlyMap<number, number>} */
  get names() {
    return this.#names
  }

  /**
   * @param {number} ref
   * @param {Record<string, any>} spec
   */
  add(ref, spec) {
    if (this.#byRef.has(ref)) throw new TickscanError('E_PROTOCOL', `the ref ${ref} was used before`)
    const whole = { ...DEFAULTS, ...spec }
    const added = this.#callCore('addTrader', forCore(whole))
    this.#byRef.set(ref, { handle: added.trader, spec: whole })
    this.#names.set(added.trader, ref)
    return info(added)
  }

  /**
   * @param {number} ref
   * @param {number} as
   * @param {Record<string, any>} changes
   */
  update(ref, as, changes) {
    const trader = this.#get(ref)
    const whole = { ...trader.spec, ...changes }
    const updated = this.#callCore('updateTrader', trader.handle, forCore(whole))
    trader.spec = whole
    this.#names.set(trader.handle, as)
    return info(updated)
  }

  /** @param {number} ref */
  remove(ref) {
    const { handle } = this.#get(ref)
    this.#callCore('removeTrader', handle)
    this.#byRef.delete(ref)
    this.#names.delete(handle)
  }

  /**
   * All matches of one trader, or of all, go out with the next cycle.
   * @param {number} [ref]
   */
  wantSnapshots(ref) {
    const wanted = ref === undefined ? [...this.#byRef.values()] : [this.#get(ref)]
    for (const { handle } of wanted) this.#callCore('requestSnapshot', handle)
  }

  /**
   * How far each timeline of `on: 'close'` traders has decided: what a later engine's `decided` is made of. And since
   * when their cooldowns run: a first decision is one delta, whose one time is not that of each symbol's kline.
   * @param {ArrayBufferLike} memory
   * @param {number} cycle of the SIGNALS that were posted last
   */
  checkpoint(memory, cycle) {
    /** @type {Map<number, { refs: number[], entered: Float64Array[], decided: Float64Array }>} */
    const timelines = new Map()
    const copy = (/** @type {string} */ name, /** @type {number} */ handle) => {
      const { offset, count } = this.#callCore(name, handle)
      return new Float64Array(memory, offset, count).slice()
    }
    for (const [ref, { handle }] of this.#byRef) {
      const timeline = this.#callCore('timelineOf', handle)
      if (timeline < 0) continue
      const known = timelines.get(timeline) ?? { refs: [], entered: [], decided: copy('decided', handle) }
      timelines.set(timeline, known)
      known.refs.push(ref)
      known.entered.push(copy('entered', handle))
    }
    return { cycle, timelines: [...timelines.values()] }
  }

  /** @param {number} ref */
  handleOf(ref) {
    return this.#get(ref).handle
  }

  /** @param {number} ref */
  #get(ref) {
    const trader = this.#byRef.get(ref)
    if (trader) return trader
    throw new TickscanError('E_TRADER', `there is no trader with the ref ${ref}`)
  }
}

/**
 * @param {Record<string, any>} spec
 * @throws {TickscanError} E_CONFIG
 */
function forCore({ params, ...spec }) {
  const { columns, columnFilters } = spec
  if (columns.length !== columnFilters.length) {
    throw new TickscanError('E_CONFIG', `${columns.length} columns have ${columnFilters.length} filters`, {
      expected: 'one filter for each column',
    })
  }
  return { ...spec, ...paramLists(params) }
}

/** @param {any} added the core's answer */
function info({ cost, warmup, replayable, missing }) {
  return { cost, warmup, replayable, missing }
}

/**
 * A filter's parameters as the core takes them. What is no number is one that the core refuses.
 * @param {Record<string, any>} [params]
 */
export function paramLists(params = {}) {
  const paramValues = Object.values(params).map((value) => (typeof value === 'number' ? value : Number.NaN))
  return { paramNames: Object.keys(params), paramValues }
}
