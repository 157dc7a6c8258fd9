// What happened before the page was opened: two days of 1m klines from the market model, and the same as
// longer intervals, so that every indicator is ready at once and the day's change is known.

import { DayWindow } from './day-window.js'

const MINUTE_MS = 60_000
/** 52 hours: fifty 1h klines and some, and a full 24-hour window. */
export const HISTORY_MINUTES = 3120
/** Moves per minute: what gives a kline its high and low. */
const MOVES = 3

/** @typedef {Record<'openTime' | 'open' | 'high' | 'low' | 'close' | 'volume', Float64Array>} KlineColumns */

/** @param {number} rows @returns {KlineColumns} */
export function klineColumns(rows) {
  const column = () => new Float64Array(rows)
  return {
    openTime: column(),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
  }
}

/**
 * Simulates the past of every symbol up to `endTime`, symbol by symbol.
 * @param {import('./market.js').Market} market
 * @param {number} symbols how many
 * @param {number} endTime a whole hour
 * @param {(index: number, minutes: KlineColumns, day: DayWindow) => void} take
 */
export function simulateHistory(market, symbols, endTime, take) {
  const levels = new Float64Array(HISTORY_MINUTES * MOVES)
  for (let at = 0; at < levels.length; at += 1) {
    market.moveMarket(1 / MOVES)
    levels[at] = market.market
  }
  for (let index = 0; index < symbols; index += 1) {
    const columns = klineColumns(HISTORY_MINUTES)
    const day = new DayWindow()
    let last = market.move(index, 1 / MOVES, 0)
    for (let minute = 0; minute < HISTORY_MINUTES; minute += 1) {
      const kline = { open: last, high: last, low: last, close: last, volume: market.volume(index, 1) }
      for (let step = 0; step < MOVES; step += 1) {
        last = market.move(index, 1 / MOVES, levels[minute * MOVES + step])
        kline.high = Math.max(kline.high, last)
        kline.low = Math.min(kline.low, last)
      }
      kline.close = last
      columns.openTime[minute] = endTime - (HISTORY_MINUTES - minute) * MINUTE_MS
      columns.open[minute] = kline.open
      columns.high[minute] = kline.high
      columns.low[minute] = kline.low
      columns.close[minute] = kline.close
      columns.volume[minute] = kline.volume
      if (minute >= HISTORY_MINUTES - 1440) day.push(kline)
    }
    take(index, columns, day)
  }
}

/**
 * Joins each `factor` klines into one; the columns must start at a boundary of the longer interval.
 * @param {KlineColumns} from
 * @param {number} factor
 */
export function joinKlines(from, factor) {
  const rows = Math.floor(from.openTime.length / factor)
  const to = klineColumns(rows)
  for (let row = 0; row < rows; row += 1) {
    const first = row * factor
    const last = first + factor
    to.openTime[row] = from.openTime[first]
    to.open[row] = from.open[first]
    to.close[row] = from.close[last - 1]
    to.high[row] = Math.max(...from.high.subarray(first, last))
    to.low[row] = Math.min(...from.low.subarray(first, last))
    to.volume[row] = from.volume.subarray(first, last).reduce((sum, volume) => sum + volume, 0)
  }
  return to
}

/**
 * The newest klines of a series, as many as a ring keeps.
 * @param {KlineColumns} columns
 * @param {number} rows
 */
export function newestKlines(columns, rows) {
  const from = Math.max(0, columns.openTime.length - rows)
  return /** @type {KlineColumns} */ (
    Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column.subarray(from)]))
  )
}
