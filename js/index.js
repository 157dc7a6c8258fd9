/**
 * tickscan: scans every symbol of a market against many traders, on every update, off the page's main thread.
 * Start reading here; ARCHITECTURE.md has one tick's journey.
 *
 *   createScanner(options) → Scanner        scanner.js: commands, events, matches
 *   scanner.writer, attachWriter(handle)    market-writer.js: market data straight into shared memory
 *   validateFilter, describeFilters         language.js: questions about filters, without an engine
 *   TickscanError, ERROR_CODES              errors.js: what everything throws and rejects with
 *
 * The engine's side: engine-worker.js (entry) ► inbox.js ► engine.js ► the core; messages in protocol.js.
 */

import { MarketWriter } from './market-writer.js'
import { Scanner } from './scanner.js'

export { ERROR_CODES, TickscanError } from './errors.js'
export { describeFilters, validateFilter } from './language.js'
export { MarketWriter, Scanner }

/**
 * Starts an engine and resolves once it is ready, with all given traders added.
 * @param {import('./options.js').ScannerOptions} options
 * @returns {Promise<Scanner>}
 * @throws {import('./errors.js').TickscanError} E_CONFIG for an unsuitable option; E_NOT_ISOLATED without shared
 *   memory; E_MEMORY (details: need, limit); E_WASM, E_WORKER_LOAD, E_WORKER_DIED; E_ABORTED, E_DEADLINE; what
 *   addTrader gives for one of the traders
 */
export function createScanner(options) {
  return Scanner.create(options)
}

/**
 * A writer for market data in any thread: the handle is `scanner.writer.handle`, cloned there with postMessage.
 * Close it when it is no longer needed; a scanner has room for 64 at a time.
 * @param {import('./layout.js').MarketHandle} handle
 * @returns {MarketWriter}
 * @throws {import('./errors.js').TickscanError} E_LAYOUT if the handle or its memory is not understood; E_LIMIT
 */
export function attachWriter(handle) {
  return new MarketWriter(handle)
}

/** @typedef {import('./delta-stream.js').DeltaStream} DeltaStream */
/** @typedef {import('./engine-client.js').CallOptions} CallOptions */
/** @typedef {import('./call-options.js').EvaluateOptions} EvaluateOptions */
/** @typedef {import('./call-options.js').StreamOptions} StreamOptions */
/** @typedef {import('./errors.js').ErrorCode} ErrorCode */
/** @typedef {import('./language.js').FilterLanguage} FilterLanguage */
/** @typedef {import('./language.js').ValidateOptions} ValidateOptions */
/** @typedef {import('./language.js').Validation} Validation */
/** @typedef {import('./history.js').History} History */
/** @typedef {import('./history.js').HistoryResult} HistoryResult */
/** @typedef {import('./history-loader.js').HistoryProgress} HistoryProgress */
/** @typedef {import('./history-loader.js').HistoryReport} HistoryReport */
/** @typedef {import('./history-loader.js').HistorySource} HistorySource */
/** @typedef {import('./history-loader.js').LoadHistoryOptions} LoadHistoryOptions */
/** @typedef {import('./kline-view.js').KlineView} KlineView */
/** @typedef {import('./kline-writer.js').Kline} Kline */
/** @typedef {import('./layout.js').MarketHandle} MarketHandle */
/** @typedef {import('./market-writer.js').BatchResult} BatchResult */
/** @typedef {import('./market-reader.js').RecentUpdate} RecentUpdate */
/** @typedef {import('./market-reader.js').SeriesCounters} SeriesCounters */
/** @typedef {import('./match-table.js').Columns} Columns */
/** @typedef {import('./match-table.js').Delta} Delta */
/** @typedef {import('./options.js').ScannerOptions} ScannerOptions */
/** @typedef {import('./call-options.js').CycleResult} CycleResult */
/** @typedef {import('./call-options.js').ScannerSettings} ScannerSettings */
/** @typedef {import('./call-options.js').StartOptions} StartOptions */
/** @typedef {import('./call-options.js').Status} Status */
/** @typedef {import('./ticker-writer.js').Ticker} Ticker */
/** @typedef {import('./trader.js').TraderChanges} TraderChanges */
/** @typedef {import('./trader.js').TraderInfo} TraderInfo */
/** @typedef {import('./trader.js').TraderSpec} TraderSpec */
/** @typedef {import('./trader.js').TraderState} TraderState */
