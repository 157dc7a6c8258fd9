/**
 * The client's traders: which there are, what matches, and how SIGNALS become deltas. Client's thread.
 *
 * A trader is here from the call of addTrader on, because its first deltas come before the ack, and until the call
 * of removeTrader: what the worker still sends about it is nobody's business any more and is passed over.
 */

import { TickscanError } from './errors.js'
import { columnsOf, Matches } from './match-table.js'
import { didYouMean } from './names.js'
import { unpackSignals } from './signals.js'

/** @import { Delta, Trader } from './match-table.js' */

/** @typedef {{ trader: Trader, matches: Matches }} Entry */

export class TraderRegistry {
  #maxSymbols
  #symbolAt
  #lastRef = 0
  /** @type {Map<string, Entry>} in the order of adding */
  #byId = new Map()
  /** @type {Map<number, Entry>} */
  #byRef = new Map()

  /**
   * @param {number} maxSymbols
   * @param {(slot: number) => string} symbolAt
   */
  constructor(maxSymbols, symbolAt) {
    this.#maxSymbols = maxSymbols
    this.#symbolAt = symbolAt
  }

  get size() {
    return this.#byId.size
  }

  /**
   * @param {Omit<Trader, 'ref'>} spec
   * @returns {Trader}
   * @throws {TickscanError} E_DUPLICATE
   */
  add(spec) {
    if (this.#byId.has(spec.id)) {
      throw new TickscanError('E_DUPLICATE', `a trader '${spec.id}' exists already`, {
        hint: 'remove it first, or choose another id',
        details: { traderId: spec.id },
      })
    }
    const { id, filter, interval, on, columns } = spec
    const trader = { ref: ++this.#lastRef, id, filter, interval, on, columns }
    const entry = { trader, matches: new Matches(this.#maxSymbols) }
    this.#byId.set(id, entry)
    this.#byRef.set(trader.ref, entry)
    return trader
  }

  /** @param {Trader} trader */
  remove(trader) {
    this.#byRef.delete(trader.ref)
    if (this.#byId.get(trader.id)?.trader === trader) this.#byId.delete(trader.id)
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
   * Folds one SIGNALS message into the matches, one delta after the other.
   * @param {{ cycle: number, buffer: ArrayBuffer, wordCount: number, valueCount: number }} signals
   * @param {(delta: Delta, trader: Trader) => void} onDelta called when a delta is in the matches and the next is not
   */
  fold(signals, onDelta) {
    const { cycle } = signals
    for (const packed of unpackSignals(signals, this.#maxSymbols)) {
      const entry = this.#byRef.get(packed.ref)
      if (!entry) continue
      const { time, snapshot, late } = packed
      const columns = columnsOf(packed, entry.trader.columns)
      const entered = Array.from(packed.entered, (slot, i) => ({
        symbol: this.#symbolAt(slot),
        columns: columns[i],
      }))
      const left = Array.from(packed.left, this.#symbolAt)
      entry.matches.fold(packed, cycle, columns)
      onDelta({ cycle, traderId: entry.trader.id, time, snapshot, late, entered, left }, entry.trader)
    }
  }

  /**
   * The matches of every trader, as deltas with which a consumer can start.
   * @param {boolean} withEmpty also of traders that match nothing
   * @returns {Delta[]}
   */
  snapshots(withEmpty) {
    /** @type {Delta[]} */
    const deltas = []
    for (const { trader, matches } of this.#byId.values()) {
      const slots = matches.slots()
      if (slots.length === 0 && !withEmpty) continue
      deltas.push({
        cycle: matches.cycle,
        traderId: trader.id,
        time: matches.time,
        snapshot: true,
        late: false,
        entered: slots.map((slot) => ({ symbol: this.#symbolAt(slot), columns: matches.columns(slot) })),
        left: [],
      })
    }
    return deltas
  }
}
