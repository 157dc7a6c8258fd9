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
   * Folds one SIGNALS message into the matches.
   * @param {{ cycle: number, buffer: ArrayBuffer, wordCount: number, valueCount: number }} signals
   * @returns {{ delta: Delta, trader: Trader }[]}
   */
  fold(signals) {
    /** @type {{ delta: Delta, trader: Trader }[]} */
    const deltas = []
    for (const packed of unpackSignals(signals, this.#maxSymbols)) {
      const entry = this.#byRef.get(packed.ref)
      if (!entry) continue
      const columns = columnsOf(packed, entry.trader.columns)
      entry.matches.fold(packed, signals.cycle, columns)
      const delta = {
        cycle: signals.cycle,
        traderId: entry.trader.id,
        time: packed.time,
        snapshot: packed.snapshot,
        late: packed.late,
        entered: Array.from(packed.entered, (slot, i) => ({
          symbol: this.#symbolAt(slot),
          columns: columns[i],
        })),
        left: Array.from(packed.left, this.#symbolAt),
      }
      deltas.push({ delta, trader: entry.trader })
    }
    return deltas
  }

  /**
   * The matches of every trader that has some, as deltas with which a consumer can start.
   * @returns {Delta[]}
   */
  snapshots() {
    /** @type {Delta[]} */
    const deltas = []
    for (const { trader, matches } of this.#byId.values()) {
      const slots = matches.slots()
      if (slots.length === 0) continue
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
