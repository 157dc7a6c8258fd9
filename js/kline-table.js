/**
 * Takes klines row by row from a file or from arrays, checks each, and keeps the newest: memory stays the same however
 * long the file is. Runs in the thread that loads a history.
 *
 * Every row is finite, aligned to its interval and newer than the one before; a row that repeats the one before is
 * dropped and counted, missing ones are counted and the first of them named.
 */

import { TickscanError } from './errors.js'
import { KlineAggregator } from './kline-aggregator.js'
import { describe } from './names.js'

const FIELDS = /** @type {const} */ (['openTime', 'open', 'high', 'low', 'close', 'volume'])

/** Gaps that are named one by one; more are only counted. */
const GAPS_LISTED = 100

/**
 * A hole in a history.
 * @typedef {object} Gap
 * @property {number} after open time of the kline before the hole, ms
 * @property {number} before open time of the kline behind it
 * @property {number} missing klines that lack between the two
 */

/** The newest rows of six columns, oldest first. */
export class KlineTail {
  #columns
  #limit
  /** Rows that were pushed. */
  pushed = 0

  /** @param {number} limit rows to keep */
  constructor(limit) {
    this.#limit = limit
    this.#columns = FIELDS.map(() => new Float64Array(Math.min(limit, 256)))
  }

  /** @param {ArrayLike<number>} row in the order of FIELDS */
  push(row) {
    const size = this.#columns[0].length
    if (this.pushed === size && size < this.#limit) this.#grow(Math.min(this.#limit, 2 * size))
    const at = this.pushed % this.#columns[0].length
    for (let c = 0; c < FIELDS.length; c++) this.#columns[c][at] = row[c]
    this.pushed++
  }

  /** @param {number} size */
  #grow(size) {
    this.#columns = this.#columns.map((column) => {
      const larger = new Float64Array(size)
      larger.set(column)
      return larger
    })
  }

  /** @returns {import('./history.js').History} */
  history() {
    const size = this.#columns[0].length
    const kept = Math.min(this.pushed, size)
    const from = this.pushed > size ? this.pushed % size : 0
    const columns = this.#columns.map((column) => {
      const ordered = new Float64Array(kept)
      for (let i = 0; i < kept; i++) ordered[i] = column[(from + i) % size]
      return ordered
    })
    const [openTime, open, high, low, close, volume] = columns
    return { openTime, open, high, low, close, volume }
  }
}

/** Rows of one interval, with the longer intervals that are made from it. */
export class KlineTable {
  #intervalMs
  #tail
  #last = new Float64Array(FIELDS.length).fill(Number.NaN)
  #made
  duplicates = 0
  missing = 0
  /** @type {Gap[]} */
  gaps = []

  /**
   * @param {number} intervalMs
   * @param {number} keep rows at most, of each interval
   * @param {readonly { name: string, ms: number }[]} derive intervals to make besides
   */
  constructor(intervalMs, keep, derive = []) {
    this.#intervalMs = intervalMs
    this.#tail = new KlineTail(keep)
    this.#made = derive.map(({ name, ms }) => ({
      name,
      tail: new KlineTail(keep),
      aggregator: new KlineAggregator(intervalMs, ms),
      row: new Float64Array(FIELDS.length),
    }))
  }

  /** Rows that were taken, those that are no longer kept included. */
  get rows() {
    return this.#tail.pushed
  }

  /**
   * @param {ArrayLike<number>} row openTime open high low close volume
   * @param {() => string} where what to call the row in an error
   * @throws {TickscanError} E_VALUE
   */
  push(row, where) {
    this.#check(row, where)
    const last = this.#last
    const [openTime] = last
    if (row[0] <= openTime) {
      if (row[0] === openTime && last.every((value, c) => value === row[c])) {
        this.duplicates++
        return
      }
      const order =
        row[0] === openTime
          ? 'the open time of the row before, with other values'
          : 'older than the row before'
      throw rowError(where, 'openTime', `${row[0]}, ${order}`, 'rows in order of time, oldest first')
    }
    const missing = Math.round((row[0] - openTime) / this.#intervalMs) - 1
    if (missing > 0) this.#gap({ after: openTime, before: row[0], missing })
    for (let c = 0; c < FIELDS.length; c++) last[c] = row[c]
    this.#tail.push(last)
    for (const made of this.#made) aggregate(made, last)
  }

  /** What was made of the rows, by interval. */
  derived() {
    return this.#made.map(({ name, tail, aggregator }) => ({
      interval: name,
      history: tail.history(),
      incomplete: aggregator.incomplete + (aggregator.lacking ? 1 : 0),
    }))
  }

  history() {
    return this.#tail.history()
  }

  /** @param {Gap} gap */
  #gap(gap) {
    this.missing += gap.missing
    if (this.gaps.length < GAPS_LISTED) this.gaps.push(gap)
  }

  /**
   * @param {ArrayLike<number>} row
   * @param {() => string} where
   */
  #check(row, where) {
    for (let c = 0; c < FIELDS.length; c++) {
      if (!Number.isFinite(row[c])) throw rowError(where, FIELDS[c], describe(row[c]), 'a finite number')
    }
    const [openTime, , high, low, , volume] = /** @type {number[]} */ (row)
    if (
      openTime % this.#intervalMs !== 0 &&
      !(this.#intervalMs > 86_400_000 && openTime % 86_400_000 === 0)
    ) {
      throw rowError(where, 'openTime', `${openTime}`, `a multiple of the interval, ${this.#intervalMs} ms`)
    }
    if (high < low) throw rowError(where, 'high', `${high}, below low ${low}`, 'high ≥ low')
    if (volume < 0) throw rowError(where, 'volume', `${volume}`, 'a number from 0')
  }
}

/**
 * @param {{ tail: KlineTail, aggregator: KlineAggregator, row: Float64Array }} made
 * @param {Float64Array} part
 */
function aggregate({ tail, aggregator, row }, part) {
  if (!aggregator.add(part[0], part[1], part[2], part[3], part[4], part[5])) return
  const { openTime, open, high, low, close, volume } = aggregator
  row.set([openTime, open, high, low, close, volume])
  tail.push(row)
}

/**
 * @param {() => string} where
 * @param {string} field
 * @param {string} got
 * @param {string} expected
 */
function rowError(where, field, got, expected) {
  const row = where()
  return new TickscanError('E_VALUE', `${row}: ${field} is ${got}`, { expected, details: { field, row } })
}
