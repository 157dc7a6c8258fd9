/**
 * How symbols come and go on the client's side: what is asked of the engine, in which order, and what happens if
 * something fails on the way. Client's thread.
 *
 * 1. The engine's SYMBOL events alone say which symbols there are; a call that was given up changes nothing by itself.
 * 2. A symbol whose adding failed is removed again, as soon as its key is known.
 */

import { checkHistory } from './history.js'
import { describe } from './names.js'
import { checkKnown, checkSymbol, configError } from './options.js'
import { checkSeconds } from './session-options.js'
import { intervalError } from './writer-errors.js'

/** @import { CallOptions } from './engine-client.js' */
/** @import { TickscanError } from './errors.js' */
/** @import { HistorySource } from './history-loader.js' */
/** @import { SymbolInfo } from './symbol-list.js' */

/**
 * @typedef {object} SymbolSettings
 * @property {Readonly<Record<string, HistorySource>>} [history] interval → closed klines as loadHistory() takes them,
 *   loaded before the symbol is scanned
 * @property {number} [catchupThresholdSeconds] of this symbol; default: the session's
 * @property {readonly string[]} [intervals] that its feed brings; the shortest of them is the one whose klines are
 *   checked for lateness. Default: all
 */

/** @typedef {SymbolSettings & CallOptions} SymbolOptions */

/**
 * @typedef {object} SymbolsHost
 * @property {Pick<import('./engine-client.js').EngineClient, 'call'>} client
 * @property {import('./symbol-list.js').SymbolList} symbols
 * @property {readonly string[]} intervals
 * @property {() => import('./market-writer.js').MarketWriter} writer
 * @property {(symbol: string, interval: string, source: HistorySource) => Promise<unknown>} loadHistory
 * @property {() => number} now
 */

export class SymbolCommands {
  #host
  /** Symbols that are being added, until the engine has answered ADD_SYMBOL. @type {Map<string, Promise<unknown>>} */
  #adding = new Map()
  /** Symbols whose adding was given up before their key was known. */
  #abandoned = new Set()

  /** @param {SymbolsHost} host */
  constructor(host) {
    this.#host = host
  }

  /**
   * @param {string} symbol
   * @param {SymbolOptions} options
   * @returns {Promise<SymbolInfo>}
   */
  async add(symbol, options) {
    const { client, symbols, writer, now } = this.#host
    const { history, call, ...fields } = this.#checked(symbol, options)
    symbols.pend(symbol, fields)
    let key = -1
    try {
      const added = client.call('ADD_SYMBOL', { symbol, ...fields }, call)
      this.#adding.set(symbol, added)
      key = (await added.finally(() => this.#adding.delete(symbol))).key
      for (const [interval, klines] of history) {
        if ('openTime' in klines) writer().loadHistory(key, interval, klines)
        else await this.#host.loadHistory(symbol, interval, klines)
      }
      await client.call('START_SYMBOL', { key, now: now() }, call)
      return { symbol, index: key, state: 'ready' }
    } catch (error) {
      symbols.drop(symbol)
      const { code } = /** @type {TickscanError} */ (error)
      if (key >= 0) this.#take(key)
      else if (code === 'E_ABORTED' || code === 'E_DEADLINE') this.#abandoned.add(symbol)
      throw error
    }
  }

  /**
   * @param {string} symbol
   * @param {CallOptions} call
   * @returns {Promise<void>}
   */
  async remove(symbol, call) {
    const { client, symbols, now } = this.#host
    symbols.get(symbol)
    await this.#adding.get(symbol)?.catch(() => {})
    const { key } = symbols.get(symbol)
    await client.call('REMOVE_SYMBOL', { key, now: now() }, call)
  }

  /**
   * Takes a SYMBOL event.
   * @param {Record<string, any>} fields
   * @returns {number} the slot that was freed, or -1
   */
  onEvent({ symbol, key, state }) {
    const { symbols } = this.#host
    if (state === 'removed') return symbols.remove(key)
    symbols.apply(symbol, key, state)
    if (this.#abandoned.delete(symbol)) this.#take(key)
    return -1
  }

  /**
   * Removes what nobody has asked for; a failure is the engine's, which then says so itself.
   * @param {number} key
   */
  #take(key) {
    const { client, now } = this.#host
    client.call('REMOVE_SYMBOL', { key, now: now() }).catch(() => {})
  }

  /**
   * @param {unknown} symbol
   * @param {unknown} options
   */
  #checked(symbol, options) {
    checkSymbol('symbol', symbol)
    const known = ['history', 'catchupThresholdSeconds', 'intervals', 'signal', 'deadlineMs']
    const given = checkKnown('addSymbol', options, known)
    const { history = {}, catchupThresholdSeconds, intervals = [], signal, deadlineMs } = given
    if (catchupThresholdSeconds !== undefined)
      checkSeconds('catchupThresholdSeconds', catchupThresholdSeconds)
    if (!Array.isArray(intervals))
      throw configError('intervals', describe(intervals), 'an array of intervals')
    if (typeof history !== 'object' || history === null || Array.isArray(history)) {
      throw configError('history', describe(history), 'an object: interval → klines')
    }
    for (const interval of [...intervals, ...Object.keys(history)]) {
      if (!this.#host.intervals.includes(interval)) throw intervalError(interval, [...this.#host.intervals])
    }
    // All before anything is sent, so that a bad kline costs no slot.
    for (const klines of Object.values(history)) {
      const isFile = typeof klines === 'object' && klines !== null && ('csv' in klines || 'parquet' in klines)
      if (!isFile) checkHistory(klines)
    }
    return {
      intervals: [...intervals],
      thresholdSeconds: catchupThresholdSeconds,
      history: /** @type {[string, HistorySource][]} */ (Object.entries(history)),
      call: { signal, deadlineMs },
    }
  }
}
