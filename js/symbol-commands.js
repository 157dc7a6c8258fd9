/**
 * How symbols come and go on the client's side: what is asked of the engine, in which order, and what happens if
 * something fails on the way. Client's thread.
 *
 * 1. What the engine says, in SYMBOL events and in its answers, alone says which symbols there are; a call that was given
 *    up changes nothing by itself.
 * 2. A symbol whose adding failed, and may have been carried out, is removed again. Until that is answered its name is
 *    taken.
 * 3. A removal is wanted until it is answered, whatever its caller waited for.
 */

import { checkHistory } from './history.js'
import { isUncertain } from './message-check.js'
import { describe } from './names.js'
import { checkKnown, checkSymbol, configError } from './options.js'
import { checkSeconds } from './session-options.js'
import { untilAborted } from './until-aborted.js'
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
 * @property {Pick<import('./engine-client.js').EngineClient, 'call' | 'lastSeq'>} client
 * @property {import('./symbol-list.js').SymbolList} symbols
 * @property {readonly string[]} intervals
 * @property {() => import('./market-writer.js').MarketWriter} writer
 * @property {(symbol: string, interval: string, source: HistorySource, options: { signal?: AbortSignal }) => Promise<unknown>}
 *   loadHistory
 * @property {(event: { symbol: string, key: number, state: string }) => void} onSymbol takes what a SYMBOL event says
 * @property {() => number} now
 */

/** What says nothing about whether a command was carried out, from a worker that can be asked again. */
const UNSURE = ['E_CLONE', 'E_INTERNAL', 'E_WASM', 'E_DEADLINE']
/** The second one finds the work done. More are for ports that fail often. */
const TAKE_BACK_TRIES = 8

export class SymbolCommands {
  #host
  /** Symbols that are being added, until the engine has answered ADD_SYMBOL. @type {Map<string, Promise<unknown>>} */
  #adding = new Map()

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
    const order = symbols.pend(symbol, fields)
    let key = -1
    const before = client.lastSeq
    try {
      const added = client.call('ADD_SYMBOL', { symbol, ...fields, order }, call)
      this.#adding.set(symbol, added)
      key = (await added.finally(() => this.#adding.delete(symbol))).key
      for (const [interval, klines] of history) {
        if ('openTime' in klines) writer().loadHistory(key, interval, klines)
        else await this.#host.loadHistory(symbol, interval, klines, { signal: call.signal })
      }
      await client.call('START_SYMBOL', { key, now: now() }, call)
      return { symbol, index: key, state: 'ready' }
    } catch (error) {
      if (key >= 0) void this.#takeBack({ symbol, key, order })
      else if (client.lastSeq !== before && isUncertain('ADD_SYMBOL', error))
        void this.#takeBack({ symbol, order })
      else symbols.drop(symbol, order)
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
    const asked = symbols.get(symbol)
    const adding = this.#adding.get(symbol)?.catch(() => {})
    const begins = !call.signal?.aborted
    try {
      if (adding) await untilAborted(adding, call.signal, 'REMOVE_SYMBOL')
    } catch (error) {
      // Like one that was sent: given up, it is carried out all the same.
      if (begins) void adding?.then(() => this.#takeBack({ symbol, order: asked.order }))
      throw error
    }
    const { key, order } = symbols.get(symbol)
    const which = key >= 0 ? { key } : { symbol, order }
    const before = client.lastSeq
    try {
      await client.call('REMOVE_SYMBOL', { ...which, now: now() }, call)
    } catch (error) {
      // What has killed two engines is not asked of a third. It may have been carried out before it killed, and then the
      // symbol's data are gone with the slot: so the third is not told of the symbol, as of a trader in that case.
      if (/** @type {TickscanError} */ (error).code === 'E_POISON') this.#forget(symbol, order)
      else if (client.lastSeq !== before && isUncertain('REMOVE_SYMBOL', error)) {
        void this.#takeBack({ symbol, key, order })
      }
      throw error
    }
  }

  /**
   * Takes a SYMBOL event.
   * @param {Record<string, any>} fields
   * @returns {{ slot: number, symbol: string } | undefined} the symbol that is no more
   */
  onEvent({ symbol, key, state }) {
    const { symbols } = this.#host
    return state === 'removed' ? symbols.remove(key) : symbols.apply(symbol, key, state)
  }

  /**
   * Makes sure that a symbol is not there.
   * @param {{ symbol: string, key?: number, order: number }} which
   */
  async #takeBack({ symbol, key = -1, order }) {
    const { client, symbols, now } = this.#host
    const fields = key >= 0 ? { symbol, key } : { symbol, order }
    let isGone = false
    for (let tries = 0; tries < TAKE_BACK_TRIES && !isGone; tries++) {
      // Somebody else has seen its end, and another may have its name.
      if (!symbols.isThere(symbol, order)) return
      try {
        await client.call('REMOVE_SYMBOL', { ...fields, now: now() }, { lasting: true, pressing: true })
        isGone = true
      } catch (error) {
        const { code } = /** @type {TickscanError} */ (error)
        // It has killed two engines. The one that follows is not told of the symbol, so it need not be asked.
        isGone = code === 'E_POISON'
        // Otherwise it is the end of the engine, or of the scanner.
        if (!isGone && !UNSURE.includes(code)) break
      }
    }
    if (isGone) this.#forget(symbol, order)
    else symbols.drop(symbol, order)
  }

  /**
   * No engine has the symbol any more. Everything that was said of its end was lost, but for an answer.
   * @param {string} symbol
   * @param {number} order its place: another symbol of the name is left alone
   */
  #forget(symbol, order) {
    const { symbols, onSymbol } = this.#host
    const left = symbols.drop(symbol, order)
    if (left >= 0) onSymbol({ symbol, key: left, state: 'removed' })
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
