/**
 * Loads histories from files for the Scanner: a worker without an engine reads and checks the file, the scanner's own
 * writer stores what came out. Lives on the client's thread.
 *
 * 1. Loads are done one after another, in the order of the calls; no scan and no other call waits for them.
 * 2. The worker is started by the first load and ended when none is left.
 * 3. A load stores everything or, when the file is refused, nothing.
 */

import { createEngineWorker } from '#platform'
import { checkCall } from './call-options.js'
import { EngineClient } from './engine-client.js'
import { TickscanError, wrapError } from './errors.js'
import { checkHistory } from './history.js'
import { takeFields } from './message-check.js'
import { describe } from './names.js'
import { checkDerive, checkKnown, configError, intervalMs, shortestOf } from './options.js'
import { EVENTS } from './protocol.js'
import { aborted, untilAborted } from './until-aborted.js'

/** @import { MarketWriter } from './market-writer.js' */

/**
 * Where klines come from: arrays; CSV text, gzipped or not; a Parquet file.
 * @typedef {import('./history.js').History | { csv: HistoryFile } | { parquet: HistoryFile }} HistorySource
 */

/** @typedef {string | ArrayBuffer | Uint8Array | Blob | URL} HistoryFile a string is CSV text itself, no path */

/**
 * @typedef {object} LoadHistoryOnly
 * @property {readonly string[]} [derive] longer intervals to make of it, beside those of the scanner's own option
 * @property {string | URL} [hyparquetUrl] of hyparquet's module, where 'hyparquet' cannot be imported by name
 */

/** @typedef {LoadHistoryOnly & import('./engine-client.js').CallOptions} LoadHistoryOptions */

/**
 * @typedef {object} HistoryReport
 * @property {string} symbol
 * @property {string} interval
 * @property {number} loaded klines that were read
 * @property {number} kept klines that the series keeps now
 * @property {number} duplicates rows that repeated the one before
 * @property {number} missing klines that lack between the first and the last
 * @property {import('./kline-table.js').Gap[]} gaps the first 100 holes
 * @property {Record<string, { kept: number, incomplete: number }>} derived by interval; `incomplete` klines lack parts and
 *   were not made
 */

/**
 * @typedef {object} HistoryProgress
 * @property {string} symbol
 * @property {string} interval
 * @property {number} bytes read so far
 * @property {number} totalBytes
 * @property {number} klines read so far
 */

/**
 * What travels to the reading thread. One of these.
 * @typedef {object} SourceData
 * @property {string} [text]
 * @property {Uint8Array} [bytes]
 * @property {Blob} [blob]
 * @property {string} [url]
 * @property {Float64Array[]} [columns] no file at all: openTime open high low close volume
 */

/**
 * @typedef {object} LoaderHost
 * @property {import('./platform-web.js').EngineWorkerOptions} places
 * @property {readonly string[]} intervals
 * @property {readonly string[]} derive of the scanner
 * @property {number} maxKlines
 * @property {number} deadlineMs
 * @property {() => MarketWriter} writer
 * @property {(progress: HistoryProgress) => void} onProgress
 */

export class HistoryLoader {
  #host
  /** @type {EngineClient | undefined} */
  #client
  #loads = 0
  /** @type {Promise<unknown>} the load before */
  #before = Promise.resolve()
  /** @type {{ symbol: string, interval: string } | undefined} what the worker reads now */
  #reading
  /** @type {TickscanError | undefined} */
  #ended

  /** @param {LoaderHost} host */
  constructor(host) {
    this.#host = host
  }

  /**
   * @param {string} symbol
   * @param {string} interval
   * @param {unknown} source
   * @param {unknown} given
   * @returns {Promise<HistoryReport>}
   */
  async load(symbol, interval, source, given) {
    // Refused at once, and not when its turn comes.
    this.#host.writer().keyOf(symbol)
    const { derive, hyparquetUrl, call } = this.#checkOptions(interval, given)
    const { format, data } = checkSource(source)
    const fields = {
      format,
      source: data,
      intervalMs: intervalMs(interval),
      derive: derive.map((name) => ({ name, ms: intervalMs(name) })),
      keep: this.#host.maxKlines,
      ...(hyparquetUrl === undefined ? {} : { hyparquetUrl: String(hyparquetUrl) }),
    }
    this.#loads++
    const turn = this.#before.then(() => this.#read({ symbol, interval }, fields, call))
    this.#before = turn.catch(() => {})
    try {
      return this.#store(symbol, interval, await untilAborted(turn, call.signal, 'LOAD_HISTORY'))
    } finally {
      if (--this.#loads === 0) this.#close(new TickscanError('E_CLOSED', 'all loads are done'))
    }
  }

  /**
   * Ends what is under way. Later loads reject with the same error.
   * @param {TickscanError} error
   */
  end(error) {
    this.#ended = error
    this.#close(error)
  }

  /** @param {TickscanError} error */
  #close(error) {
    const client = this.#client
    this.#client = undefined
    client?.end(error)
  }

  /**
   * @param {{ symbol: string, interval: string }} reading
   * @param {Record<string, any>} fields
   * @param {import('./engine-client.js').CallOptions} call
   */
  async #read(reading, fields, call) {
    if (this.#ended) throw this.#ended
    // Its turn has come when nobody waits for it any more.
    if (call.signal?.aborted) throw aborted('LOAD_HISTORY', call.signal)
    this.#client ??= this.#open()
    this.#reading = reading
    try {
      return await this.#client.call('LOAD_HISTORY', fields, call)
    } catch (thrown) {
      const error = wrapError(thrown, 'E_INTERNAL')
      // What was given up is still being read; the next load need not wait for it.
      if (error.code === 'E_ABORTED' || error.code === 'E_DEADLINE') this.#close(error)
      throw error
    }
  }

  #open() {
    const { places, deadlineMs, onProgress } = this.#host
    return new EngineClient({
      port: createEngineWorker(places),
      incarnation: Math.random().toString(36).slice(2),
      deadlineMs,
      onEvent: (type, message) => {
        if (type !== 'PROGRESS' || this.#reading === undefined) return
        const { bytes, totalBytes, klines } = takeFields(type, EVENTS.PROGRESS.fields, message)
        onProgress({ ...this.#reading, bytes, totalBytes, klines })
      },
      onDeath: () => {
        this.#client = undefined
      },
    })
  }

  /**
   * @param {string} symbol
   * @param {string} interval
   * @param {any} read
   * @returns {HistoryReport}
   */
  #store(symbol, interval, { history, derived, rows, duplicates, missing, gaps }) {
    if (this.#ended) throw this.#ended
    const writer = this.#host.writer()
    const { kept } = writer.loadHistory(symbol, interval, history)
    const made = derived.map((/** @type {any} */ one) => {
      // More of them than the writer can make itself of the klines that are kept.
      const result = writer.loadHistory(symbol, one.interval, one.history)
      return [one.interval, { kept: result.kept, incomplete: one.incomplete }]
    })
    return {
      symbol,
      interval,
      loaded: rows,
      kept,
      duplicates,
      missing,
      gaps,
      derived: Object.fromEntries(made),
    }
  }

  /**
   * @param {string} interval
   * @param {unknown} given
   */
  #checkOptions(interval, given = {}) {
    const { intervals } = this.#host
    if (!intervals.includes(interval)) {
      throw new TickscanError('E_INTERVAL', `the interval ${describe(interval)} is not configured`, {
        expected: `one of ${intervals.join(' ')}`,
      })
    }
    const options = checkKnown('loadHistory', given, ['derive', 'hyparquetUrl', 'signal', 'deadlineMs'])
    const { derive = [], hyparquetUrl, ...call } = options
    if (hyparquetUrl !== undefined && typeof hyparquetUrl !== 'string' && !(hyparquetUrl instanceof URL)) {
      throw configError('hyparquetUrl', describe(hyparquetUrl), 'a URL')
    }
    const own = interval === shortestOf(intervals) ? this.#host.derive : []
    return {
      derive: [...new Set([...own, ...checkDerive(derive, intervals, interval)])],
      hyparquetUrl,
      call: checkCall(call),
    }
  }
}

/**
 * What is sent to the worker: plain data, as small as it can be told here.
 * @param {unknown} source
 * @returns {{ format: string, data: SourceData }}
 */
function checkSource(source) {
  const given = /** @type {Record<string, any>} */ (source)
  const formats = typeof source === 'object' && source !== null ? ['csv', 'parquet'] : []
  const format = formats.find((one) => Object.hasOwn(given, one))
  if (format === undefined) {
    const columns = checkHistory(source).map((column) => Float64Array.from(column))
    return { format: 'arrays', data: { columns } }
  }
  return { format, data: sourceData(format, given[format]) }
}

/**
 * @param {string} format
 * @param {unknown} file
 * @returns {SourceData}
 */
function sourceData(format, file) {
  if (format === 'csv' && typeof file === 'string') return { text: file }
  if (file instanceof Uint8Array) return { bytes: file }
  if (file instanceof ArrayBuffer) return { bytes: new Uint8Array(file) }
  if (typeof Blob !== 'undefined' && file instanceof Blob) return { blob: file }
  if (file instanceof URL) return { url: file.href }
  const text = format === 'csv' ? "the file's text, " : ''
  throw configError(format, describe(file), `${text}a Uint8Array, an ArrayBuffer, a Blob or a URL`)
}
