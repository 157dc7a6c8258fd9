/**
 * tickscan as a subject of a scenario: a scanner over the shared market with its traders, written to and asked through
 * the public API alone, as a page would. Times are microseconds.
 */

import { MINUTE } from './market.mjs'
import { createScanner } from './tickscan.mjs'

export class TickscanSubject {
  /**
   * @param {import('./market.mjs').Market} market
   * @param {import('./traders.mjs').Trader[]} traders
   * @param {{ threads?: number, on?: 'tick' | 'close' }} [options]
   */
  static async open(market, traders, { threads = 1, on = 'tick' } = {}) {
    const scanner = await createScanner({
      // The market's time is not the clock's: nothing in it is late.
      session: { catchupThresholdSeconds: Number.POSITIVE_INFINITY },
      symbols: market.symbols,
      intervals: ['1m'],
      maxKlines: market.klines,
      threads,
      traders: traders.map(({ id, filter }) => ({ id, filter, on })),
    })
    const subject = new TickscanSubject(market, traders, scanner)
    await subject.#load()
    return subject
  }

  constructor(market, traders, scanner) {
    this.market = market
    this.traders = traders
    this.scanner = scanner
    this.kline = {
      openTime: market.nextOpenTime,
      open: 0,
      high: 0,
      low: 0,
      close: 0,
      volume: 1,
      closed: false,
    }
  }

  async #load() {
    const { writer } = this.scanner
    for (const [symbol, history] of this.market.history.entries()) writer.loadHistory(symbol, '1m', history)
    await this.scanner.processUpdates()
  }

  /** Writes live prices of some symbols and scans. */
  live(dirty, round) {
    return this.#cycle(dirty, round, false)
  }

  /** Every given symbol's kline closes, and is scanned; the next live kline is a new one. */
  async close(dirty, round) {
    const result = await this.#cycle(dirty, round, true)
    this.kline.openTime += MINUTE
    return result
  }

  /** Only writes. */
  write(dirty, round, closed) {
    const { kline, market } = this
    const { writer } = this.scanner
    kline.closed = closed
    for (const symbol of dirty) {
      const price = market.price(symbol, round)
      kline.open = kline.high = kline.low = kline.close = price
      writer.updateKline(symbol, '1m', kline)
    }
  }

  async #cycle(dirty, round, closed) {
    const start = performance.now()
    this.write(dirty, round, closed)
    const written = performance.now()
    const { elapsedUs, filtersRun, deltas } = await this.scanner.processUpdates()
    const end = performance.now()
    const entries = deltas.reduce((count, { entered, left }) => count + entered.length + left.length, 0)
    return {
      engine: elapsedUs,
      whole: (end - start) * 1000,
      write: (written - start) * 1000,
      filtersRun,
      entries,
    }
  }

  /** The indexes of the symbols that match a trader. @returns {Set<number>} */
  matches(trader) {
    return new Set(this.scanner.matches(this.traders[trader].id).map((symbol) => Number(symbol.slice(1))))
  }

  /** An expression's value for each symbol; NaN where it is unknown. */
  async values(expression) {
    const found = await this.scanner.evaluate(expression)
    return Float64Array.from(this.market.symbols, (symbol) => found.get(symbol) ?? Number.NaN)
  }

  end() {
    return this.scanner.close()
  }
}
