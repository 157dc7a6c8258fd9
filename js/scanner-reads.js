/**
 * The part of the Scanner that reads the market: tickers, klines, counters. Everything is answered at once from shared
 * memory (market-reader.js), without a message to the engine. Lives on the client's thread.
 */

import { checkConfig, checkLast } from './call-options.js'
import { ScannerEvents } from './scanner-events.js'
import { intervalError } from './writer-errors.js'

/**
 * What reading needs, known once the engine is ready.
 * @typedef {object} ReadableMarket
 * @property {import('./market-reader.js').MarketReader} reader
 * @property {import('./symbol-list.js').SymbolList} symbols
 * @property {readonly string[]} intervals
 * @property {() => void} checkOpen throws E_CLOSED
 * @property {() => number} now ms
 * @property {(settings: import('./call-options.js').EngineSettings) => Promise<void>} configure the engine
 */

export class ScannerReads extends ScannerEvents {
  /** @type {ReadableMarket | undefined} */
  #market

  /**
   * For the Scanner itself, once.
   * @protected
   * @param {ReadableMarket} market
   */
  attachMarket(market) {
    this.#market = market
  }

  /**
   * A symbol's ticker as the last cycle saw it: a copy with the fields that are known, undefined if none is.
   * @param {string} symbol
   * @returns {import('./ticker-writer.js').Ticker | undefined}
   * @throws {TickscanError} E_SYMBOL E_CLOSED; E_BUSY if the record cannot be read whole
   */
  ticker(symbol) {
    return this.#open().reader.ticker(this.#open().symbols.slotOf(symbol))
  }

  /**
   * A symbol's newest klines, oldest first: copies. The last one is live (`closed: false`) if the last cycle saw one
   * newer than the last closed one.
   * @param {string} symbol
   * @param {string} [interval] default: the scanner's first
   * @param {{ last?: number }} [options] at most `last` klines; without it all that are kept
   * @returns {import('./kline-writer.js').Kline[]}
   * @throws {TickscanError} E_SYMBOL E_INTERVAL E_CONFIG E_CLOSED; E_BUSY if the series cannot be read whole
   */
  klines(symbol, interval, options) {
    return this.#open().reader.klines(
      this.#open().symbols.slotOf(symbol),
      this.#row(interval),
      checkLast(options),
    )
  }

  /**
   * A symbol's closed klines without a copy, for charts; KlineView says what may be stale and how to tell.
   * @param {string} symbol
   * @param {string} [interval] default: the scanner's first
   * @returns {import('./kline-view.js').KlineView}
   * @throws {TickscanError} E_SYMBOL E_INTERVAL E_CLOSED
   */
  klinesView(symbol, interval) {
    return this.#open().reader.view(this.#open().symbols.slotOf(symbol), this.#row(interval))
  }

  /**
   * What happened to a series so far: klines closed, missing, late, known already, corrected.
   * @param {string} symbol
   * @param {string} [interval] default: the scanner's first
   * @returns {import('./market-reader.js').SeriesCounters}
   * @throws {TickscanError} E_SYMBOL E_INTERVAL E_CLOSED
   */
  counters(symbol, interval) {
    return this.#open().reader.counters(this.#open().symbols.slotOf(symbol), this.#row(interval))
  }

  /**
   * The time of the last cycle that saw an update of a symbol, ms; undefined before the first.
   * @param {string} symbol
   * @returns {number | undefined}
   * @throws {TickscanError} E_SYMBOL E_CLOSED
   */
  updatedAt(symbol) {
    return this.#open().reader.updatedAt(this.#open().symbols.slotOf(symbol), this.#open().now())
  }

  /**
   * Changes settings while everything runs; what is not named stays. `debugUpdates: true` makes every writer enter its
   * updates into a ring of the last 100, which `recentUpdates()` reads; it is off at first.
   * @param {import('./call-options.js').ScannerSettings} config
   * @returns {Promise<void>}
   * @throws {TickscanError} E_CONFIG E_CLOSED
   */
  async setConfig(config) {
    const { reader, configure } = this.#open()
    const { debugUpdates, ...settings } = checkConfig(config)
    if (debugUpdates !== undefined) reader.debugging = debugUpdates
    await configure(settings)
  }

  /**
   * The last updates of all writers while `debugUpdates` was on, oldest first.
   * @returns {{ symbol: string, record: string, time: number, writer: number }[]} record: 'ticker' or the interval
   */
  recentUpdates() {
    const { reader, symbols, intervals } = this.#open()
    return reader.recentUpdates(Date.now()).map(({ symbol, row, time, writer }) => ({
      symbol: symbols.nameAt(symbol),
      record: row === 0 ? 'ticker' : intervals[row - 1],
      time,
      writer,
    }))
  }

  /** Updates that all writers have marked so far (a 32-bit counter). @protected */
  get updates() {
    return this.#open().reader.updates
  }

  /** @returns {ReadableMarket} */
  #open() {
    const market = /** @type {ReadableMarket} */ (this.#market)
    market.checkOpen()
    return market
  }

  /** @param {string | undefined} interval */
  #row(interval) {
    const { intervals } = this.#open()
    const row = interval === undefined ? 0 : intervals.indexOf(interval)
    if (row < 0) throw intervalError(/** @type {string} */ (interval), [...intervals])
    return row
  }
}
