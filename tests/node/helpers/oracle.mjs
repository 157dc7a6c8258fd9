// An independent computation of what a replay must find: plain arrays, one pass per indicator, no engine. It
// was written from TA-Lib's definitions and from the filter's meaning, not from the C++ code, and shares
// nothing with the replay, its file reader included. Agreement of the two is therefore evidence.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

const INTERVAL_MS = { '1m': 60_000, '5m': 300_000 }

/**
 * The first `rows` klines of a file as columns, with close times.
 * @param {string} folder
 * @param {string} symbol
 * @param {'1m' | '5m'} interval
 * @param {number} [rows]
 */
export function readColumns(folder, symbol, interval, rows = Infinity) {
  const text = gunzipSync(readFileSync(join(folder, `${symbol}-${interval}.csv.gz`))).toString()
  const lines = text
    .trimEnd()
    .split('\n')
    .slice(1, 1 + Math.min(rows, 1e9))
  const table = lines.map((line) => line.split(',').map(Number))
  return {
    closeTime: table.map((row) => row[0] + INTERVAL_MS[interval]),
    close: table.map((row) => row[4]),
    volume: table.map((row) => row[5]),
  }
}

/**
 * Simple moving average: the mean of the last n values, NaN before there are n.
 * @param {number[]} values
 * @param {number} n
 */
export function sma(values, n) {
  return values.map((_, at) => {
    if (at < n - 1) return Number.NaN
    let sum = 0
    for (let back = n - 1; back >= 0; back -= 1) sum += values[at - back]
    return sum / n
  })
}

/**
 * Exponential moving average as TA-Lib's: seeded with the mean of the first n values, k = 2 / (n + 1).
 * @param {number[]} values
 * @param {number} n
 */
export function ema(values, n) {
  const out = values.map(() => Number.NaN)
  if (values.length < n) return out
  const k = 2 / (n + 1)
  let previous = sma(values.slice(0, n), n)[n - 1]
  out[n - 1] = previous
  for (let at = n; at < values.length; at += 1) {
    previous = (values[at] - previous) * k + previous
    out[at] = previous
  }
  return out
}

/**
 * Relative strength index as TA-Lib's: Wilder's averages, seeded with the means of the first n changes; 0
 * where nothing ever moved. The first value belongs to index n.
 * @param {number[]} values
 * @param {number} n
 */
export function rsi(values, n) {
  const out = values.map(() => Number.NaN)
  if (values.length <= n) return out
  const gain = (/** @type {number} */ at) => Math.max(values[at] - values[at - 1], 0)
  const loss = (/** @type {number} */ at) => Math.max(values[at - 1] - values[at], 0)
  let gains = 0
  let losses = 0
  for (let at = 1; at <= n; at += 1) {
    gains += gain(at)
    losses += loss(at)
  }
  gains /= n
  losses /= n
  for (let at = n; at < values.length; at += 1) {
    if (at > n) {
      gains = (gains * (n - 1) + gain(at)) / n
      losses = (losses * (n - 1) + loss(at)) / n
    }
    out[at] = gains + losses === 0 ? 0 : 100 * (gains / (gains + losses))
  }
  return out
}

/**
 * What a symbol's condition can read at one close time: NaN or undefined where the value is not there yet.
 * @typedef {object} Values
 * @property {number} rsi rsi(14)@1m
 * @property {number} close close@1m
 * @property {number} trend ema(close, 50)@5m
 * @property {number} calm sma(volume, 20)@1m
 */
/** @typedef {{ time: string, symbol: string, event: 'entered' | 'left', values: Values }} OracleSignal */

/**
 * Every change of a condition over the klines of some symbols: at each close time T, a symbol is judged by its
 * last 1m and its last 5m kline that closed at T or before. Sorted by time, then by the symbols' order.
 * @param {string} folder
 * @param {string[]} symbols
 * @param {(values: Values) => boolean} condition must be false where a value it compares is not there yet, as
 *   every comparison with NaN or undefined is
 * @param {number} [rows] how many 1m klines of each symbol; its 5m klines end when these do
 * @returns {OracleSignal[]}
 */
export function oracleSignals(folder, symbols, condition, rows = Infinity) {
  const signals = symbols.flatMap((symbol, order) =>
    symbolChanges(folder, symbol, condition, rows).map((change) => ({ ...change, order })),
  )
  signals.sort((a, b) => a.at - b.at || a.order - b.order)
  return signals.map(({ at, symbol, event, values }) => ({
    time: new Date(at).toISOString(),
    symbol,
    event,
    values,
  }))
}

/**
 * @param {string} folder
 * @param {string} symbol
 * @param {(values: Values) => boolean} condition
 * @param {number} rows
 */
function symbolChanges(folder, symbol, condition, rows) {
  const minute = readColumns(folder, symbol, '1m', rows)
  const five = readColumns(folder, symbol, '5m')
  const strength = rsi(minute.close, 14)
  const calm = sma(minute.volume, 20)
  const trend = ema(five.close, 50)
  const end = rows === Infinity ? Infinity : minute.closeTime[minute.closeTime.length - 1]
  const moments = [...new Set([...minute.closeTime, ...five.closeTime])].filter((time) => time <= end)
  /** @type {{ at: number, symbol: string, event: 'entered' | 'left', values: Values }[]} */
  const changes = []
  let matched = false
  let m = -1
  let f = -1
  for (const at of moments.sort((a, b) => a - b)) {
    while (minute.closeTime[m + 1] <= at) m += 1
    while (five.closeTime[f + 1] <= at) f += 1
    const values = { rsi: strength[m], close: minute.close[m], trend: trend[f], calm: calm[m] }
    const matches = condition(values)
    if (matches === matched) continue
    matched = matches
    changes.push({ at, symbol, event: matches ? 'entered' : 'left', values })
  }
  return changes
}
