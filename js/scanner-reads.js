/**
 * The part of the Scanner that reads the market: tickers, klines, counters. Everything is answered at once from shared
 * memory (market-reader.js), without a message to the engine. Lives on the client's thread.
 *
 * Prices are shown only as far as the session allows, unless `internal` is asked for; klinesView is not gated.
 */

import { checkLast, checkRead } from './call-options.js'
import { ScannerEvents } from './scanner-events.js'
import { intervalError } from './writer-errors.js'

/**
 * What reading needs, known once the engine is ready.
 * @typedef {object} ReadableMarket
 * @property {import('./market-reader.js').MarketReader} reader
 * @property {import('./symbol-list.js').SymbolList} symbols
 * @property {import('./session-gate.js').SessionGate} gate
 * @property {readonly string[]} intervals
 * @property {() => number} now ms
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
   * @param {import('./call-options.js').ReadOptions} [options]
   * @returns {import('./ticker-writer.js').Ticker | undefined}
   * @throws {TickscanError} E_SYMBOL E_CLOSED; E_BUSY if the record cannot be read whole
   */
  ticker(symbol, options) {
    const { reader, symbols, gate } = this.#open()
    const slot = symbols.slotOf(symbol)
    return checkRead('ticker', options) || gate.shows(slot) ? reader.ticker(slot) : undefined
  }

  /**
   * A symbol's newest klines, oldest first: copies. The last one is live (`closed: false`) if the last cycle saw one
   * newer than the last closed one.
   * @param {string} symbol
   * @param {string} [interval] default: the scanner's first
   * @param {{ last?: number, internal?: boolean }} [options] at most `last` klines; without it all that are kept
   * @returns {import('./kline-writer.js').Kline[]}
   * @throws {TickscanError} E_SYMBOL E_INTERVAL E_CONFIG E_CLOSED; E_BUSY if the series cannot be read whole
   */
  klines(symbol, interval, options) {
    const { reader, symbols, gate } = this.#open()
    const slot = symbols.slotOf(symbol)
    const row = this.#row(interval)
    const { last, internal } = checkLast(options)
    return internal || gate.shows(slot) ? reader.klines(slot, row, last) : []
  }

  /**
   * A symbol's closed klines without a copy, for charts; KlineView says what may be stale and how to tell. A view of
   * shared memory is not gated: it shows late klines like any others.
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
   * Makes every writer enter its updates into a ring of the last 100, or no longer.
   * @protected
   * @param {boolean} on
   */
  setDebugging(on) {
    this.#open().reader.debugging = on
  }

  /**
   * The last updates of all writers while `debugUpdates` was on, oldest first.
   * @returns {{ symbol: string, record: string, time: number, writer: number }[]} record: 'ticker' or the interval
   */
  recentUpdates() {
    const { reader, symbols, intervals } = this.#open()
    const known = reader.recentUpdates(Date.now()).filter(({ symbol }) => symbols.has(symbol))
    return known.map(({ symbol, row, time, writer }) => ({
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

  /**
   * The Scanner's to say.
   * @protected
   * @throws {import('./errors.js').TickscanError} E_CLOSED
   */
  checkOpen() {}

  /** @returns {ReadableMarket} */
  #open() {
    const market = /** @type {ReadableMarket} */ (this.#market)
    this.checkOpen()
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
