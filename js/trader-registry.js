/**
 * The client's traders: which there are, what matches, and how SIGNALS become deltas. Client's thread.
 *
 * A trader is here from the call of addTrader on, because its first deltas come before the ack, and until the call
 * of removeTrader: what the worker still sends about it is nobody's business any more and is passed over. A trader that
 * the engine cannot run is disabled: known here, with the reason, and in no engine until a change puts it into one again.
 */

import { CloseLedger } from './close-ledger.js'
import { DeltaMaker } from './delta-maker.js'
import { bareDelta, columnsOf, deltaOf } from './delta-rows.js'
import { TickscanError } from './errors.js'
import { Matches } from './match-table.js'
import { didYouMean } from './names.js'
import { Outside } from './outside.js'
import { unpackSignals } from './signals.js'
import { SnapshotPages } from './snapshot-pages.js'
import { traderState } from './trader.js'
import { TraderChanges } from './trader-changes.js'

/** @import { Leaving } from './delta-maker.js' */
/** @import { Delta, Trader } from './match-table.js' */
/** @import { SessionGate } from './session-gate.js' */
/** @import { SymbolList } from './symbol-list.js' */
/** @import { Change } from './trader-changes.js' */

/** What the columns with which symbols entered mean no longer when it changes. */
const COLUMN_FIELDS = /** @type {const} */ (['columns', 'columnFilters', 'params', 'interval', 'on'])

/** @typedef {Omit<import('./trader.js').CheckedTrader, 'id'>} Spec */

/**
 * @typedef {object} Entry
 * @property {Trader} trader
 * @property {Spec} spec
 * @property {Matches} matches
 * @property {Outside} outside
 * @property {boolean} stale a delta was lost: only a snapshot can make the matches right again
 * @property {Float64Array | undefined} entered when each symbol entered last, by slot; only with a cooldown
 * @property {number} checkpointsFrom cycle; a checkpoint of one before it says nothing of the trader as it is now: a
 *   snapshot was folded since, or the trader has changed
 * @property {number} name what SIGNALS call it: its last change's number, its ref before the first
 * @property {TickscanError | undefined} error why it is in no engine
 */

/**
 * What CHECKPOINT answers.
 * @typedef {{ cycle: number, timelines: { refs: number[], entered: Float64Array[], decided: Float64Array }[] }} Checkpoint
 */

/**
 * @typedef {object} Receivers each is called when the delta is in the matches and the next is not
 * @property {(delta: Delta, trader: Trader) => void} inside of every delta
 * @property {(delta: Delta, trader: Trader) => void} outside of what the session lets through
 * @property {() => boolean} heard false: nobody looks into deltas, and they need not say who entered and left
 */

/** @typedef {Leaving & { error: TickscanError }} Disabled with the reason, which names the trader */

export class TraderRegistry {
  #maxSymbols
  #symbols
  #gate
  #maker
  #lastRef = 0
  /** @type {Map<string, Entry>} in the order of adding */
  #byId = new Map()
  /** @type {Map<number, Entry>} by ref, and by the name in SIGNALS */
  #byRef = new Map()
  #changes = new TraderChanges()
  #pages = new SnapshotPages()
  #ledger = new CloseLedger()

  /**
   * @param {number} maxSymbols
   * @param {SymbolList} symbols
   * @param {SessionGate} gate
   */
  constructor(maxSymbols, symbols, gate) {
    this.#maxSymbols = maxSymbols
    this.#symbols = symbols
    this.#gate = gate
    this.#maker = new DeltaMaker(symbols, gate)
  }

  get size() {
    return this.#byId.size
  }

  /** Every trader as it stands, in the order of adding: copies. */
  list() {
    return Array.from(this.#byId.values(), ({ trader, spec, error }) => traderState(trader.id, spec, error))
  }

  /**
   * @param {import('./trader.js').CheckedTrader} checked
   * @returns {Trader}
   * @throws {TickscanError} E_DUPLICATE
   */
  add({ id, ...spec }) {
    if (this.#byId.has(id)) {
      throw new TickscanError('E_DUPLICATE', `a trader '${id}' exists already`, {
        hint: 'remove it first, or choose another id',
        details: { traderId: id },
      })
    }
    const ref = ++this.#lastRef
    const entry = {
      trader: traderOf(ref, id, spec),
      spec,
      matches: new Matches(this.#maxSymbols),
      outside: new Outside(),
      stale: false,
      entered: undefined,
      checkpointsFrom: 0,
      name: ref,
      error: undefined,
    }
    this.#byId.set(id, entry)
    this.#byRef.set(ref, entry)
    return entry.trader
  }

  /**
   * Expects a change: from the first SIGNALS on that name the trader by its number, or its ack, it counts as made.
   * @param {string} id
   * @param {Partial<Spec>} changes
   * @returns {{ change: Change, fields: Record<string, any> }} `fields` of the message
   * @throws {TickscanError} E_TRADER
   */
  change(id, changes) {
    const entry = this.get(id)
    const change = this.#changes.expect(entry, ++this.#lastRef, changes)
    return { change, fields: { ...change.changes, ref: entry.trader.ref, as: change.as } }
  }

  /**
   * The engine is seen to have made a change.
   * @param {number} as
   * @param {number} cycle of the SIGNALS that say so; an answer comes behind all checkpoints from before it
   */
  #make(as, cycle = 0) {
    const change = this.#changes.make(as)
    if (!change) return
    const { entry } = change
    this.#respecify(entry, { ...entry.spec, ...change.changes })
    // The ref stays: a worker that takes another's place begins with it.
    if (entry.name !== entry.trader.ref) this.#byRef.delete(entry.name)
    entry.name = as
    entry.checkpointsFrom = Math.max(entry.checkpointsFrom, cycle)
    this.#byRef.set(as, entry)
  }

  /**
   * @param {Entry} entry
   * @param {Spec} spec
   */
  #respecify(entry, spec) {
    const { ref, id } = entry.trader
    const text = (/** @type {Spec} */ one) => JSON.stringify(COLUMN_FIELDS.map((name) => one[name]))
    if (text(entry.spec) !== text(spec)) entry.matches.forgetColumns()
    // As in the engine: another clock starts cooldowns anew, and so does one after a time without.
    if (entry.spec.on !== spec.on || !(Number(spec.cooldown) > 0)) entry.entered = undefined
    entry.spec = spec
    entry.trader = traderOf(ref, id, spec)
    // What was decided before was decided by another filter.
    this.#ledger.forget(ref)
  }

  /**
   * The engine has refused the change, or never heard of it.
   * @param {Change} change
   */
  dropChange(change) {
    this.#changes.drop(change)
  }

  /**
   * The engine has answered that it made the change with this number; whoever asked for it may have given it up.
   * @param {number} as
   */
  made(as) {
    this.#make(as)
    this.#changes.settle(as)
  }

  /** @param {Trader} trader */
  remove({ ref, id }) {
    const entry = this.#byId.get(id)
    if (entry?.trader.ref !== ref) return
    this.#byId.delete(id)
    this.#detach(entry)
  }

  /**
   * No engine has the trader any more: nothing matches it, and nothing that was said of it counts.
   * @param {number} ref
   * @param {TickscanError} error why
   * @returns {Disabled | undefined} undefined: it was removed
   */
  disable(ref, error) {
    const entry = this.#byRef.get(ref)
    if (!entry) return undefined
    const leaving = this.#leave(entry)
    this.#detach(entry)
    entry.entered = undefined
    entry.stale = false
    const { code, message, position, hint, details } = error
    entry.error = new TickscanError(code, message, {
      position,
      hint,
      details: { ...details, traderId: entry.trader.id },
    })
    return { ...leaving, error: entry.error }
  }

  /**
   * Everything leaves a trader.
   * @param {Entry} entry
   */
  #leave(entry) {
    // What the outside was told is kept while it may not be told that it leaves.
    entry.outside.prepare(entry.matches, this.#gate, Number.NaN)
    const leaving = this.#maker.leaving(entry)
    entry.matches.clear()
    if (leaving.outside) entry.outside = new Outside()
    return leaving
  }

  /**
   * Who is late has changed. Of disabled traders no engine says anything when symbols are shown again.
   * @returns {Delta[]} by which leaves what the outside was told of them
   */
  reopened() {
    const disabled = [...this.#byId.values()].filter(({ error }) => error)
    const deltas = disabled.map((entry) => {
      const nothing = this.#maker.snapshot(entry, false)
      return entry.outside.tell(nothing, { snapshot: true }, entry.matches, this.#gate, this.#symbols)
    })
    return deltas.filter((delta) => delta !== undefined).filter(({ left }) => left.length > 0)
  }

  /**
   * Expects a disabled trader back, with a new ref, as ADD_TRADER puts it into the engine.
   * @param {Entry} entry
   * @param {Partial<Spec>} changes
   * @returns {{ spec: Spec, giveUp: () => Disabled | undefined }} `giveUp`: it did not come back, all is as before
   */
  enable(entry, changes) {
    const { spec: before, error } = entry
    const ref = ++this.#lastRef
    const spec = { ...before, ...changes }
    const put = (/** @type {Spec} */ one) => {
      entry.spec = one
      entry.trader = traderOf(ref, entry.trader.id, one)
    }
    put(spec)
    entry.error = undefined
    entry.name = ref
    this.#byRef.set(ref, entry)
    const giveUp = () => {
      const disabled = this.disable(ref, /** @type {TickscanError} */ (error))
      if (disabled) put(before)
      return disabled
    }
    return { spec, giveUp }
  }

  /** @param {Entry} entry of which no engine will be heard any more */
  #detach(entry) {
    const { trader, name } = entry
    for (const number of [trader.ref, name]) {
      this.#byRef.delete(number)
      this.#pages.forget(number)
    }
    this.#ledger.forget(trader.ref)
    this.#changes.forget(entry)
  }

  /**
   * @param {string} id
   * @returns {Entry}
   * @throws {TickscanError} E_TRADER
   */
  get(id) {
    const entry = this.#byId.get(id)
    if (entry) return entry
    throw new TickscanError('E_TRADER', `there is no trader '${String(id)}'`, {
      hint: didYouMean(String(id), this.#byId.keys()),
      details: { traderId: id },
    })
  }

  /**
   * Whether a symbol matches some trader.
   * @param {number} slot
   */
  isMatched(slot) {
    return [...this.#byId.values()].some(({ matches }) => matches.has(slot))
  }

  /**
   * The symbols that match a trader now, in the order in which they were added.
   * @param {string} id
   * @param {boolean} internal also those that the session hides
   * @returns {string[]}
   * @throws {TickscanError} E_TRADER
   */
  matchesOf(id, internal) {
    return this.#maker.matching(this.get(id).matches, internal)
  }

  /**
   * Nothing of a removed symbol stays.
   * @param {number} slot
   * @param {string} symbol
   * @returns {Leaving[]} by which it leaves where no delta has said so: that delta was lost, or the engine has died
   */
  forget(slot, symbol) {
    this.#ledger.forgetSlot(slot)
    /** @type {Leaving[]} */
    const deltas = []
    for (const { trader, matches, outside, entered } of this.#byId.values()) {
      entered?.fill(Number.NEGATIVE_INFINITY, slot, slot + 1)
      const matched = matches.has(slot)
      const told = outside.forget(slot, symbol, matches, this.#gate)
      matches.forget(slot)
      if (!matched) continue
      const { cycle, time } = matches
      const none = { cycle, traderId: trader.id, time, snapshot: false, late: false, entered: [] }
      const delta = { ...none, left: [symbol] }
      deltas.push({ inside: delta, outside: told ? { ...delta } : undefined })
    }
    return deltas
  }

  /**
   * Folds one SIGNALS message into the matches, one delta after the other; a snapshot when its last page is there.
   * @param {{ cycle: number, buffer: ArrayBuffer, wordCount: number, valueCount: number }} signals
   * @param {Receivers} receivers
   */
  fold(signals, receivers) {
    const { cycle } = signals
    for (const page of unpackSignals(signals, this.#maxSymbols)) {
      this.#make(page.ref, cycle)
      const entry = this.#byRef.get(page.ref)
      if (!entry) {
        this.#pages.forget(page.ref)
        continue
      }
      const item = this.#pages.join(page)
      if (!item || (entry.stale && !item.snapshot)) continue
      const { trader, matches, outside } = entry
      const whole = item.snapshot && !entry.stale ? matches.slots() : undefined
      this.#ledger.note(trader.ref, item, whole)
      entry.stale = false
      if (item.snapshot) entry.checkpointsFrom = cycle
      this.#noteEntering(entry, item, item.snapshot && !whole)
      const columns = columnsOf(item, trader.columns)
      const delta = receivers.heard()
        ? deltaOf(item, trader.id, cycle, columns, this.#symbols)
        : bareDelta(item, trader.id, cycle, this.#symbols)
      outside.prepare(matches, this.#gate, cycle)
      matches.fold(item, cycle, columns)
      receivers.inside(delta, trader)
      const told = outside.tell(delta, item, matches, this.#gate, this.#symbols)
      if (told) receivers.outside(told, trader)
    }
  }

  /**
   * What a cooldown counts from, for an engine that takes another's place.
   * @param {Entry} entry
   * @param {import('./signals.js').PackedDelta} delta
   * @param {boolean} lost deltas before it, a snapshot
   */
  #noteEntering(entry, { entered, snapshot, time }, lost) {
    const { spec, matches } = entry
    if (!(Number(spec.cooldown) > 0)) return
    entry.entered ??= new Float64Array(this.#maxSymbols).fill(Number.NEGATIVE_INFINITY)
    // A snapshot that was asked for has the clock's time, which is nothing to count closes from: where klines are behind
    // the clock, the next engine would hold its symbols back for too long. Until the next checkpoint nobody knows better.
    if (lost && spec.on === 'close') return
    // A snapshot also lists what entered long ago.
    for (const slot of entered) if (!snapshot || !matches.has(slot)) entry.entered[slot] = time
  }

  /** A message with deltas is lost: what is folded from here on makes nothing right, but snapshots do. */
  markStale() {
    for (const entry of this.#byRef.values()) entry.stale = true
    this.#pages.clear()
  }

  get hasStale() {
    for (const { stale } of this.#byRef.values()) {
      if (stale) return true
    }
    return false
  }

  /**
   * How far the engine has decided, after all deltas up to there were folded.
   * @param {Checkpoint} checkpoint
   */
  checkpoint({ cycle, timelines }) {
    for (const { refs, entered, decided } of timelines) {
      for (const [i, ref] of refs.entries()) {
        const entry = this.#byRef.get(ref)
        if (!entry || entry.stale || entry.checkpointsFrom > cycle) continue
        this.#ledger.checkpoint(ref, decided)
        this.#takeEntering(entry, entered[i])
      }
    }
  }

  /**
   * The engine knows better when what entered, but for what it has decided since.
   * @param {Entry} entry
   * @param {Float64Array} from the engine; empty without a cooldown
   */
  #takeEntering(entry, from) {
    const noted = entry.entered
    if (!noted || from.length === 0) return
    entry.entered = from.slice(0, this.#maxSymbols)
    for (const slot of this.#ledger.since(entry.trader.ref)) entry.entered[slot] = noted[slot]
  }

  /**
   * Where a new engine starts with a trader: what the client reads its deltas by, what matches now, and the closes that
   * this is decided up to.
   * @param {number} ref
   */
  start(ref) {
    const entry = this.#byRef.get(ref)
    if (!entry) return undefined
    const { spec, stale, matches, entered } = entry
    if (stale) return spec
    return { ...spec, matches: matches.slots(), entered, ...this.#ledger.start(ref) }
  }

  /**
   * A new engine takes over.
   * @param {Map<number, Record<string, any>>} known by ref: the traders that it is told of, as they are after the
   *   changes that were answered; the others are sent again, or were given up. Other traders were not acknowledged and
   *   are added anew, as if the dead engine had said nothing of them
   * @returns {Leaving[]} by which what it did say leaves
   */
  repeat(known) {
    this.#pages.clear()
    /** @type {Leaving[]} */
    const deltas = []
    for (const entry of this.#byId.values()) {
      if (entry.error) continue
      const fields = known.get(entry.trader.ref)
      if (fields) {
        this.#unmake(entry, fields)
        continue
      }
      const both = this.#leave(entry)
      if (both.inside.left.length > 0 || both.outside?.left.length) deltas.push(both)
    }
    return deltas
  }

  /**
   * @param {Entry} entry
   * @param {Record<string, any>} fields of ADD_TRADER
   */
  #unmake(entry, { ref: _, traderId, now, ...spec }) {
    const { ref } = entry.trader
    if (entry.name !== ref) this.#byRef.delete(entry.name)
    entry.name = ref
    const more = this.#changes.unmake(entry)
    if (more) this.#respecify(entry, /** @type {Spec} */ ({ ...spec, ...more }))
  }

  /**
   * The matches of every trader, as deltas with which a consumer can start.
   * @param {boolean} withEmpty also of traders that match nothing
   * @param {boolean} internal also what the session hides
   * @returns {Delta[]}
   */
  snapshots(withEmpty, internal) {
    if (!internal && !this.#gate.active) return []
    const all = Array.from(this.#byId.values(), (entry) => this.#maker.snapshot(entry, internal))
    return all.filter(({ entered }) => withEmpty || entered.length > 0)
  }
}

/**
 * @param {number} ref
 * @param {string} id
 * @param {Spec} spec
 * @returns {Trader}
 */
function traderOf(ref, id, { filter, interval, on, columns }) {
  return { ref, id, filter, interval, on, columns }
}
