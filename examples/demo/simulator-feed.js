// Feeds the scanner from the simulated market: a history first, then trades. Each trade updates the ticker and
// the live kline of every interval; when an interval ends its klines are written closed. Runs in the feed
// worker; time is what advance() says it is.

import { HISTORY_MINUTES, joinKlines, newestKlines, simulateHistory } from './history.js'
import { Market } from './market.js'

const MINUTE_MS = 60_000
/** Interval lengths in minutes; each divides the next, so one 1m history serves all. */
const INTERVALS = /** @type {const} */ ([
  ['1m', 1],
  ['5m', 5],
  ['1h', 60],
])

/** @typedef {import('./symbols.js').MarketSymbol} MarketSymbol */

export class SimulatorFeed {
  /**
   * @param {{ writer: any, symbols: MarketSymbol[], seed: number, startTime: number, maxKlines: number }} options
   *   `startTime` is a whole hour
   */
  constructor({ writer, symbols, seed, startTime, maxKlines }) {
    this.writer = writer
    this.names = symbols.map(({ name }) => name)
    this.market = new Market(symbols, seed)
    this.now = startTime
    this.minuteEnd = startTime + MINUTE_MS
    this.movedAt = new Float64Array(symbols.length).fill(startTime)
    /** @type {import('./day-window.js').DayWindow[]} */
    this.days = []
    /** Live klines: per symbol one for each interval. @type {any[][]} */
    this.live = []
    simulateHistory(this.market, symbols.length, startTime, (index, minutes, day) => {
      for (const [interval, factor] of INTERVALS) {
        writer.loadHistory(this.names[index], interval, newestKlines(joinKlines(minutes, factor), maxKlines))
      }
      this.days.push(day)
      this.live.push(INTERVALS.map(() => newKline(startTime, minutes.close[HISTORY_MINUTES - 1])))
      this.writeTicker(index)
    })
    // The history moved every symbol along the market's whole path; from here on they move with it.
    this.market.marketSeen.fill(this.market.market)
  }

  /**
   * Lets time pass: closes what ends and trades what trades.
   * @param {number} milliseconds
   * @returns {number} how many updates were written
   */
  advance(milliseconds) {
    this.now += milliseconds
    let updates = 0
    while (this.minuteEnd <= this.now) {
      updates += this.closeMinute()
      this.minuteEnd += MINUTE_MS
    }
    this.market.moveMarket(milliseconds / MINUTE_MS)
    for (let index = 0; index < this.names.length; index += 1) {
      if (this.market.random() < this.market.activity[index]) updates += this.trade(index)
    }
    return updates
  }

  /** @param {number} index */
  trade(index) {
    const minutes = (this.now - this.movedAt[index]) / MINUTE_MS
    this.movedAt[index] = this.now
    const price = this.market.move(index, minutes)
    const volume = this.market.volume(index, minutes)
    for (let at = 0; at < INTERVALS.length; at += 1) {
      const kline = this.live[index][at]
      kline.high = Math.max(kline.high, price)
      kline.low = Math.min(kline.low, price)
      kline.close = price
      kline.volume += volume
      this.writer.updateKline(this.names[index], INTERVALS[at][0], kline)
    }
    this.writeTicker(index)
    return 1 + INTERVALS.length
  }

  /** Writes the klines that end at the present minute's end as closed, and opens the next ones. */
  closeMinute() {
    let updates = 0
    for (let index = 0; index < this.names.length; index += 1) {
      this.days[index].push(this.live[index][0])
      for (let at = 0; at < INTERVALS.length; at += 1) {
        const [interval, minutes] = INTERVALS[at]
        const kline = this.live[index][at]
        if (kline.openTime + minutes * MINUTE_MS !== this.minuteEnd) continue
        kline.closed = true
        this.writer.updateKline(this.names[index], interval, kline)
        this.live[index][at] = newKline(this.minuteEnd, kline.close)
        updates += 1
      }
    }
    return updates
  }

  /** @param {number} index */
  writeTicker(index) {
    const last = this.live[index][0].close
    this.writer.updateTicker(this.names[index], this.days[index].ticker(last, this.market.halfSpread(index)))
  }
}

/** A kline that has only its first price yet. @param {number} openTime @param {number} price */
function newKline(openTime, price) {
  return { openTime, open: price, high: price, low: price, close: price, volume: 0, closed: false }
}
