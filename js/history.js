/**
 * Loads a history of closed klines into a series: checks all of it, merges it with what the ring keeps (loaded
 * values win), and rewrites the ring once. All or nothing. Called by the thread of the MarketWriter; allocates,
 * as loads are rare.
 */

import { TickscanError } from './errors.js'
import { KLINE_FIELDS } from './kline-writer.js'
import { describe } from './names.js'

/**
 * Closed klines as columns of equal length, oldest first.
 * @typedef {object} History
 * @property {ArrayLike<number>} openTime ms since 1970, rising strictly
 * @property {ArrayLike<number>} open
 * @property {ArrayLike<number>} high
 * @property {ArrayLike<number>} low
 * @property {ArrayLike<number>} close
 * @property {ArrayLike<number>} volume
 */

/**
 * @typedef {object} HistoryResult
 * @property {number} loaded klines that were given
 * @property {number} kept klines that the series keeps now, at most maxKlines
 * @property {number} gaps klines missing between those that are kept
 */

/**
 * The columns in KLINE_FIELDS order, once every value has been checked.
 * @param {unknown} history
 * @returns {ArrayLike<number>[]}
 * @throws {TickscanError} E_VALUE with the field and the index of the first bad value
 */
export function checkHistory(history) {
  if (typeof history !== 'object' || history === null) {
    throw new TickscanError('E_VALUE', `the history is ${describe(history)}`, {
      expected: `an object of arrays: ${KLINE_FIELDS.join(' ')}`,
    })
  }
  const source = /** @type {Record<string, any>} */ (history)
  const columns = KLINE_FIELDS.map((field) => {
    const column = source[field]
    if (typeof column !== 'object' || column === null || !Number.isInteger(column.length)) {
      throw new TickscanError('E_VALUE', `the history's ${field} is no array`, {
        expected: 'an array or typed array of numbers',
        details: { field },
      })
    }
    return column
  })
  for (const [c, field] of KLINE_FIELDS.entries()) {
    if (columns[c].length === columns[0].length) continue
    throw new TickscanError('E_VALUE', `the history's ${field} has ${columns[c].length} values`, {
      expected: `${columns[0].length}, as many as openTime`,
      details: { field },
    })
  }
  for (let i = 0; i < columns[0].length; i++) checkRow(columns, i)
  return columns
}

/**
 * @param {ArrayLike<number>[]} columns
 * @param {number} i
 */
function checkRow(columns, i) {
  const [openTime, , high, low, , volume] = columns
  for (const [c, field] of KLINE_FIELDS.entries()) {
    if (!Number.isFinite(columns[c][i])) throw rowError(i, field, describe(columns[c][i]), 'a finite number')
  }
  if (volume[i] < 0) throw rowError(i, 'volume', `${volume[i]}`, 'a number from 0')
  if (high[i] < low[i]) throw rowError(i, 'high', `${high[i]}, below low ${low[i]}`, 'high ≥ low')
  if (i > 0 && openTime[i] <= openTime[i - 1]) {
    throw rowError(i, 'openTime', `${openTime[i]} after ${openTime[i - 1]}`, 'open times that rise strictly')
  }
}

/**
 * @param {number} index
 * @param {string} field
 * @param {string} got
 * @param {string} expected
 */
function rowError(index, field, got, expected) {
  return new TickscanError('E_VALUE', `the history's ${field}[${index}] is ${got}`, {
    expected,
    details: { field, index },
  })
}

/**
 * @param {import('./kline-writer.js').KlineWriter} klines whose writer owns the series
 * @param {number} symbol slot
 * @param {number} row of the interval
 * @param {ArrayLike<number>[]} loaded checked
 * @param {number} maxKlines
 * @returns {HistoryResult}
 */
export function mergeHistory(klines, symbol, row, loaded, maxKlines) {
  const { count, columns } = klines.kept(symbol, row)
  const merged = mergeColumns(loaded, columns, maxKlines)
  const newest = columns[0][columns[0].length - 1]
  let newer = 0
  for (let i = loaded[0].length - 1; i >= 0 && !(loaded[0][i] <= newest); i--) newer++
  const kept = merged[0].length
  const newCount = Math.max(count + newer, kept)
  klines.replace(symbol, row, merged, newCount)
  return { loaded: loaded[0].length, kept, gaps: klines.countGaps(row, klines.ring(symbol, row), newCount) }
}

/**
 * The union of two lists by open time, the first one's values where both have a kline; the newest `limit`.
 * @param {readonly ArrayLike<number>[]} a
 * @param {readonly ArrayLike<number>[]} b
 * @param {number} limit
 */
export function mergeColumns(a, b, limit) {
  /** @type {number[][]} */
  const merged = KLINE_FIELDS.map(() => [])
  // From the newest back, so that nothing older than the limit is looked at.
  let i = a[0].length - 1
  let j = b[0].length - 1
  while (merged[0].length < limit && (i >= 0 || j >= 0)) {
    const fromA = j < 0 || (i >= 0 && a[0][i] >= b[0][j])
    if (fromA && j >= 0 && a[0][i] === b[0][j]) j--
    const source = fromA ? a : b
    const at = fromA ? i-- : j--
    for (let c = 0; c < merged.length; c++) merged[c].push(source[c][at])
  }
  return merged.map((column) => Float64Array.from(column.reverse()))
}
