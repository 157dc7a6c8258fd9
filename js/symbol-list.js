/**
 * The client's symbols: name ↔ slot, both O(1). Filled from READY. Client's thread.
 */

import { TickscanError } from './errors.js'
import { describe, didYouMean } from './names.js'

/**
 * @typedef {object} SymbolInfo
 * @property {string} symbol
 * @property {number} index the writer's key for it
 * @property {'ready'} state
 */

export class SymbolList {
  /** @type {{ symbol: string, key: number }[]} by slot */
  #bySlot = []
  /** @type {Map<string, number>} */
  #slots = new Map()

  /** @param {{ symbol: string, key: number }[]} symbols in the order of adding, which is the order of slots */
  fill(symbols) {
    this.#bySlot = symbols
    this.#slots = new Map(symbols.map(({ symbol }, slot) => [symbol, slot]))
  }

  get size() {
    return this.#bySlot.length
  }

  /** @returns {SymbolInfo[]} a copy */
  list() {
    return this.#bySlot.map(({ symbol, key }) => ({ symbol, index: key, state: 'ready' }))
  }

  /** @returns {Iterable<number>} all slots in the order of adding */
  slots() {
    return this.#bySlot.keys()
  }

  /** @param {number} slot */
  nameAt(slot) {
    return this.#bySlot[slot].symbol
  }

  /**
   * @param {unknown} symbol
   * @returns {number}
   * @throws {TickscanError} E_SYMBOL
   */
  slotOf(symbol) {
    const slot = this.#slots.get(/** @type {string} */ (symbol))
    if (slot !== undefined) return slot
    throw new TickscanError('E_SYMBOL', `the symbol ${describe(symbol)} is unknown`, {
      hint: didYouMean(String(symbol), this.#slots.keys()),
    })
  }
}
