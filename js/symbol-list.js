/**
 * The client's symbols: name ↔ slot, both O(1), in the order in which they were added. Slots are used again, so their
 * order is another one. Filled from READY, then from SYMBOL events. Client's thread.
 */

import { TickscanError } from './errors.js'
import { KEY_SLOTS } from './layout.js'
import { own } from './message-check.js'
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

const STATES = Object.freeze({ loading: 0, ready: 1, removed: 2 })

const SAYS = Object.freeze({ ADD_SYMBOL: 'loading', START_SYMBOL: 'ready', REMOVE_SYMBOL: 'removed' })

/**
 * What a command's answer says of a symbol: the same as its SYMBOL event.
 * @param {string} type
 * @param {any} result of the ack
 * @returns {{ symbol: string, key: number, state: string } | undefined}
 */
export function symbolEvent(type, result) {
  const state = own(SAYS, type)
  const [symbol, key] = [own(result, 'symbol'), own(result, 'key')]
  return state && typeof symbol === 'string' && key >= 0 ? { symbol, key, state } : undefined
}

export class SymbolList {
  /** In the order of adding. @type {Map<string, Entry>} */
  #byName = new Map()
  /** @type {Map<number, Entry>} */
  #bySlot = new Map()
  /** What was said last of each slot. @type {Map<number, { key: number, state: keyof typeof STATES }>} */
  #said = new Map()
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

  /**
   * Those that the engine has said to be there, for one that takes its place.
   * @param {(slot: number) => boolean} matches whether a symbol matches some trader: then it was ready, although the
   *   event that says so was lost
   */
  carried(matches) {
    const known = [...this.#byName.values()].filter(({ key }) => key >= 0)
    return known.map(({ symbol, key, slot, state, order, spec }) => {
      return { symbol, key, state: matches(slot) ? 'ready' : state, order, ...spec }
    })
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
   * @returns {number} its place in the order of adding, which no other ever has
   * @throws {TickscanError} E_DUPLICATE
   */
  pend(symbol, spec) {
    if (this.#byName.has(symbol)) {
      throw new TickscanError('E_DUPLICATE', `the symbol '${symbol}' exists already`, {
        hint: 'remove it first',
        details: { symbol },
      })
    }
    const order = this.#added++
    this.#byName.set(symbol, { symbol, key: -1, slot: -1, order, state: 'pending', spec })
    return order
  }

  /**
   * A symbol that was not added after all, or was removed.
   * @param {string} symbol
   * @param {number} order its place: another symbol of the name is left alone
   * @returns {number} the key by which it is still known, or -1
   */
  drop(symbol, order) {
    const entry = this.#byName.get(symbol)
    if (entry?.order !== order) return -1
    if (entry.state === 'pending') this.#byName.delete(symbol)
    return entry.key
  }

  /**
   * Whether a symbol is still that which has this place, and not another one of its name.
   * @param {string} symbol
   * @param {number} order
   */
  isThere(symbol, order) {
    return this.#byName.get(symbol)?.order === order
  }

  /**
   * What the engine says about a symbol.
   * @param {string} symbol
   * @param {number} key
   * @param {'loading' | 'ready'} state
   * @returns {{ slot: number, symbol: string } | undefined} who had its slot before, and is no more
   */
  apply(symbol, key, state) {
    const slot = key % KEY_SLOTS
    if (!this.#isNews(slot, key, state)) return undefined
    const before = this.#bySlot.get(slot)
    const gone = before && before.key !== key ? this.#drop(before) : undefined
    const known = this.#byName.get(symbol)
    const entry = { symbol, key, slot, order: known?.order ?? this.#added++, state, spec: known?.spec }
    if (known?.key !== key) {
      this.#inOrder = this.#inOrder && slot > this.#highest && entry.order === this.#added - 1
      this.#highest = Math.max(this.#highest, slot)
    }
    this.#byName.set(symbol, entry)
    this.#bySlot.set(slot, entry)
    this.#names[slot] = symbol
    return gone
  }

  /**
   * The engine has no such symbol any more.
   * @param {number} key
   * @returns {{ slot: number, symbol: string } | undefined} undefined if it is not known
   */
  remove(key) {
    const slot = key % KEY_SLOTS
    const entry = this.#bySlot.get(slot)
    if (!this.#isNews(slot, key, 'removed') || entry === undefined || entry.key > key) return undefined
    return this.#drop(entry)
  }

  /** @param {Entry} entry */
  #drop(entry) {
    const { slot, symbol } = entry
    this.#bySlot.delete(slot)
    this.#names[slot] = undefined
    if (this.#byName.get(symbol) === entry) this.#byName.delete(symbol)
    return { slot, symbol }
  }

  /**
   * Events come twice, late, and after the answers that say the same. Keys of a slot rise, and so do a symbol's states.
   * @param {number} slot
   * @param {number} key
   * @param {keyof typeof STATES} state
   */
  #isNews(slot, key, state) {
    const last = this.#said.get(slot)
    if (last && (key < last.key || (key === last.key && STATES[state] <= STATES[last.state]))) return false
    this.#said.set(slot, { key, state })
    return true
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
    const entry = this.#bySlot.get(slot)
    if (entry) return entry.symbol
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
