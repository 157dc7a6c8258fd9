/**
 * The client's symbols: name ↔ slot, both O(1), in the order in which they were added. Slots are used again, so their
 * order is another one. Filled from READY, then from SYMBOL events. Client's thread.
 */

import { TickscanError } from './errors.js'
import { KEY_SLOTS } from './layout.js'
import { describe, didYouMean } from './names.js'

/**
 * @typedef {object} SymbolInfo
 * @property {string} symbol
 * @property {number} index the writer's key for it; -1 while it is pending
 * @property {'pending' | 'loading' | 'ready'} state pending: asked for; loading: it can be written, and its history is
 *   loaded; ready: it is scanned
 */

/** @typedef {{ symbol: string, key: number, slot: number, order: number, state: SymbolInfo['state'],
 *   spec?: Record<string, any> }} Entry `spec`: with what it was added */

export class SymbolList {
  /** In the order of adding. @type {Map<string, Entry>} */
  #byName = new Map()
  /** @type {Map<number, Entry>} */
  #bySlot = new Map()
  /** Slot → name, for deltas, which ask for every symbol in them. @type {(string | undefined)[]} */
  #names = []
  #added = 0
  #highest = -1
  /** The order of slots is the order of adding, as long as no slot was used again. */
  #inOrder = true

  /** @param {{ symbol: string, key: number, state: 'loading' | 'ready' }[]} symbols in the order of adding */
  fill(symbols) {
    for (const { symbol, key, state } of symbols) this.apply(symbol, key, state)
  }

  /** Those that the engine has said to be there, for one that takes its place. */
  carried() {
    const known = [...this.#byName.values()].filter(({ key }) => key >= 0)
    return known.map(({ symbol, key, state, spec }) => ({ symbol, key, state, ...spec }))
  }

  get size() {
    return this.#byName.size
  }

  /** @returns {SymbolInfo[]} a copy */
  list() {
    return Array.from(this.#byName.values(), ({ symbol, key, state }) => ({ symbol, index: key, state }))
  }

  /**
   * A symbol that was asked for, and has no slot yet.
   * @param {string} symbol
   * @param {Record<string, any>} spec with what it is added
   * @throws {TickscanError} E_DUPLICATE
   */
  pend(symbol, spec) {
    if (this.#byName.has(symbol)) {
      throw new TickscanError('E_DUPLICATE', `the symbol '${symbol}' exists already`, {
        hint: 'remove it first',
        details: { symbol },
      })
    }
    this.#byName.set(symbol, { symbol, key: -1, slot: -1, order: this.#added++, state: 'pending', spec })
  }

  /**
   * Takes back `pend`.
   * @param {string} symbol
   */
  drop(symbol) {
    if (this.#byName.get(symbol)?.state === 'pending') this.#byName.delete(symbol)
  }

  /**
   * What the engine says about a symbol.
   * @param {string} symbol
   * @param {number} key
   * @param {'loading' | 'ready'} state
   */
  apply(symbol, key, state) {
    const known = this.#byName.get(symbol)
    const slot = key % KEY_SLOTS
    const entry = { symbol, key, slot, order: known?.order ?? this.#added++, state, spec: known?.spec }
    if (known?.key !== key) {
      this.#inOrder = this.#inOrder && slot > this.#highest && entry.order === this.#added - 1
      this.#highest = Math.max(this.#highest, slot)
    }
    this.#byName.set(symbol, entry)
    this.#bySlot.set(slot, entry)
    this.#names[slot] = symbol
  }

  /**
   * The engine has removed a symbol.
   * @param {number} key
   * @returns {number} its slot, -1 if it is not known
   */
  remove(key) {
    const slot = key % KEY_SLOTS
    const entry = this.#bySlot.get(slot)
    if (entry?.key !== key) return -1
    this.#bySlot.delete(slot)
    this.#names[slot] = undefined
    if (this.#byName.get(entry.symbol) === entry) this.#byName.delete(entry.symbol)
    return slot
  }

  /** @returns {number[]} all slots in the order of adding */
  slots() {
    return Array.from(this.#byName.values(), ({ slot }) => slot).filter((slot) => slot >= 0)
  }

  /**
   * Slots in the order in which their symbols were added.
   * @param {number[]} slots its own order may change
   */
  sorted(slots) {
    if (this.#inOrder) return slots.sort((a, b) => a - b)
    const order = (/** @type {number} */ slot) => this.#bySlot.get(slot)?.order ?? this.#added
    return slots.sort((a, b) => order(a) - order(b))
  }

  /** True while slots that rise are in the order of adding. */
  get inOrder() {
    return this.#inOrder
  }

  /** @param {number} slot */
  has(slot) {
    return this.#bySlot.has(slot)
  }

  /**
   * @param {number} slot
   * @throws {TickscanError} E_PROTOCOL
   */
  nameAt(slot) {
    const name = this.#names[slot]
    if (name !== undefined) return name
    throw new TickscanError('E_PROTOCOL', `no symbol has the slot ${slot}`)
  }

  /**
   * @param {unknown} symbol
   * @returns {Entry}
   * @throws {TickscanError} E_SYMBOL
   */
  get(symbol) {
    const entry = this.#byName.get(/** @type {string} */ (symbol))
    if (entry) return entry
    throw new TickscanError('E_SYMBOL', `the symbol ${describe(symbol)} is unknown`, {
      hint: didYouMean(String(symbol), this.#byName.keys()),
    })
  }

  /**
   * @param {unknown} symbol
   * @returns {number}
   * @throws {TickscanError} E_SYMBOL
   */
  slotOf(symbol) {
    const { slot } = this.get(symbol)
    if (slot >= 0) return slot
    throw new TickscanError('E_SYMBOL', `the symbol ${describe(symbol)} is still being added`, {
      expected: 'a symbol that is loading or ready',
    })
  }
}
