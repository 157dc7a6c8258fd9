/** The real klines that tests read, and how they find them: TICKSCAN_DATA, or ../shared/data beside the project. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
export const KLINES = join(resolve(ROOT, process.env.TICKSCAN_DATA ?? '../shared/data'), 'klines')

/** The `skip` option of a test that needs the klines: false, or why it cannot run. */
export const skipKlines = existsSync(KLINES) ? false : `no klines at ${KLINES}: set TICKSCAN_DATA`

/** Every pair that has files, sorted. */
export const PAIRS = skipKlines
  ? []
  : [...new Set(readdirSync(KLINES).flatMap((file) => file.match(/^(\w+)-1m\.csv\.gz$/)?.[1] ?? []))].sort()

const FIELDS = /** @type {const} */ (['openTime', 'open', 'high', 'low', 'close', 'volume'])

/** @typedef {Record<typeof FIELDS[number], Float64Array>} Columns */

/**
 * A file's klines as the columns that loadHistory takes, oldest first.
 * @param {string} pair
 * @param {'1m' | '5m'} interval
 * @returns {Columns}
 */
export function readKlines(pair, interval) {
  const text = gunzipSync(readFileSync(join(KLINES, `${pair}-${interval}.csv.gz`))).toString()
  const rows = text
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number))
  const column = (/** @type {number} */ c) => Float64Array.from(rows, (row) => row[c])
  return /** @type {Columns} */ (Object.fromEntries(FIELDS.map((field, c) => [field, column(c)])))
}

/**
 * Rows `from` to `to` of the columns, `to` not included.
 * @param {Columns} columns
 * @param {number} from
 * @param {number} to
 * @returns {Columns}
 */
export function slice(columns, from, to) {
  return /** @type {Columns} */ (
    Object.fromEntries(FIELDS.map((field) => [field, columns[field].subarray(from, to)]))
  )
}

/**
 * All prices times a factor; the volume stays.
 * @param {Columns} columns
 * @param {number} factor
 * @returns {Columns}
 */
export function scaled(columns, factor) {
  const times = (/** @type {Float64Array} */ column) => column.map((price) => price * factor)
  const { openTime, open, high, low, close, volume } = columns
  return { openTime, open: times(open), high: times(high), low: times(low), close: times(close), volume }
}

/**
 * A row as the closed kline that updateKline takes.
 * @param {Columns} columns
 * @param {number} row
 */
export function klineAt({ openTime, open, high, low, close, volume }, row) {
  return {
    openTime: openTime[row],
    open: open[row],
    high: high[row],
    low: low[row],
    close: close[row],
    volume: volume[row],
    closed: true,
  }
}
