/**
 * What matches now, folded from the deltas in the order in which they came: per trader a bitset over symbol slots,
 * and the columns that each match entered with. Client's thread.
 *
 * Folding every delta of a trader gives its matches, always: a delta with `matches` replaces them by these, a snapshot
 * without replaces them by what entered, any other delta adds what entered and takes away what left.
 */

/**
 * The values of a trader's columns for one symbol; undefined where the value is unknown. Frozen where there are none.
 * @typedef {Record<string, number | undefined>} Columns
 */

/**
 * One decision of one trader that changed its matches.
 * @typedef {object} Delta
 * @property {number} cycle in which it was decided
 * @property {string} traderId
 * @property {number} time ms: the clock for `on: 'tick'`, the deciding kline's closeTime for `on: 'close'`
 * @property {boolean} snapshot true: `matches` if it is there, else `entered`, holds all matches, whatever was known
 *   before
 * @property {boolean} late true: a decision at a close that could not wait any longer for other series
 * @property {{ symbol: string, columns: Columns }[]} entered in the order in which symbols were added
 * @property {string[]} left in the order in which symbols were added
 * @property {{ symbol: string, columns: Columns }[]} [matches] all matches; only in a snapshot that comes because symbols
 *   are shown again after a time in which they were not (sessions): `entered` and `left` are what has changed
 *   since this trader's last delta, so that whoever acts on what enters acts once
 */

/**
 * A trader as the client knows it.
 * @typedef {object} Trader
 * @property {number} ref the number it has in messages; never used twice
 * @property {string} id
 * @property {string} filter
 * @property {string} interval '' for the default
 * @property {'tick' | 'close'} on
 * @property {readonly string[]} columns names
 */

/** Of every match of a trader without columns: one for all, so it cannot be changed. @type {Columns} */
export const NO_COLUMNS = Object.freeze({})

/** One trader's matches. */
export class Matches {
  /** One bit per symbol slot. */
  #bits
  /** @type {Map<number, Columns>} slot → columns, only for traders that have some */
  #columns = new Map()
  /** Cycle and time of the last delta. */
  cycle = 0
  time = 0

  /** @param {number} maxSymbols */
  constructor(maxSymbols) {
    this.#bits = new Int32Array(Math.ceil(maxSymbols / 32))
  }

  /**
   * @param {import('./signals.js').PackedDelta} delta
   * @param {number} cycle
   * @param {readonly Columns[]} columns of delta.entered, if it has any
   */
  fold(delta, cycle, columns) {
    if (delta.snapshot) this.clear()
    for (const slot of delta.left) {
      this.#bits[slot >> 5] &= ~(1 << (slot & 31))
      this.#columns.delete(slot)
    }
    for (let i = 0; i < delta.entered.length; i++) {
      const slot = delta.entered[i]
      this.#bits[slot >> 5] |= 1 << (slot & 31)
      if (delta.columns > 0) this.#columns.set(slot, columns[i])
    }
    this.cycle = cycle
    this.time = delta.time
  }

  /** What the columns say belongs to an earlier specification of the trader. */
  forgetColumns() {
    this.#columns.clear()
  }

  /** Nothing matches any more. */
  clear() {
    this.#bits.fill(0)
    this.#columns.clear()
  }

  /** @param {number} slot */
  has(slot) {
    return (this.#bits[slot >> 5] & (1 << (slot & 31))) !== 0
  }

  /**
   * Nothing of a removed symbol stays, whatever was received.
   * @param {number} slot
   */
  forget(slot) {
    this.#bits[slot >> 5] &= ~(1 << (slot & 31))
    this.#columns.delete(slot)
  }

  /** Slots that match now, rising. */
  slots() {
    /** @type {number[]} */
    const slots = []
    for (let word = 0; word < this.#bits.length; word++) {
      for (let bits = this.#bits[word]; bits !== 0; bits &= bits - 1) {
        slots.push(word * 32 + 31 - Math.clz32(bits & -bits))
      }
    }
    return slots
  }

  /**
   * The columns with which a symbol entered.
   * @param {number} slot
   * @returns {Columns}
   */
  columns(slot) {
    return this.#columns.get(slot) ?? NO_COLUMNS
  }
}

/**
 * @param {number} value
 * @returns {number | undefined}
 */
export function known(value) {
  return Number.isNaN(value) ? undefined : value
}
