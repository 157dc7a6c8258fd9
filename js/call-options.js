/**
 * What the Scanner's methods take and give, and the checks of what they take. Every error names the option, what it
 * got and what it takes.
 */

import { STREAM_LIMIT } from './delta-stream.js'
import { describe } from './names.js'
import { checkKnown, checkSignal, configError, LIMITS, positive, wholeNumber } from './options.js'
import { checkParams } from './trader.js'

/** @typedef {import('./engine-client.js').CallOptions} CallOptions */

/**
 * @typedef {object} StartOptions
 * @property {number} [everyMs] time between cycles, default 1000; event-driven: the longest time between two
 * @property {number} [minGapMs] least time between cycles, default 100
 * @property {boolean} [eventDriven] true: an update wakes the engine
 */

/**
 * What one explicit cycle did. Filters count trader × symbol pairs.
 * @typedef {object} CycleResult
 * @property {number} cycle
 * @property {number} epoch
 * @property {number} updatedSymbols symbols with an update since the last cycle
 * @property {number} skippedSymbols the others
 * @property {number} filtersRun
 * @property {number} filtersSkipped
 * @property {number} elapsedUs the engine's time
 * @property {number} deltaEntries symbols that entered or left, over all traders
 * @property {number} fullEntries symbols that match, over all traders: what a full result would have held
 * @property {number} deltaBytes size of the deltas as they travel
 * @property {number} fullBytes size of a full result, packed in the same way
 * @property {Omit<import('./match-table.js').Delta, 'cycle'>[]} deltas
 */

/**
 * @typedef {object} Status
 * @property {'running' | 'closed' | 'failed'} state
 * @property {number} symbols
 * @property {number} traders
 * @property {string[]} intervals
 * @property {number} cycle cycles run
 * @property {number} epoch swaps of the dirty buffers
 * @property {number} threads that scan
 * @property {Required<StartOptions> | null} cadence null: cycles run only when asked for
 * @property {Record<string, number>} memory `bytes` of shared memory, and its parts
 * @property {Record<string, number>} core the engine's counters; `deltaEntries`, `fullEntries`, `deltaBytes` and
 *   `fullBytes` are of all cycles together
 * @property {{ updates: number, rejected: number }} writer of `scanner.writer`
 * @property {number} updates updates that all writers have marked (a 32-bit counter)
 * @property {number} sweepFound updates that only the sweep found: 0 without faults
 * @property {{ pending: number, streams: number }} client commands on their way; open delta streams
 * @property {number} clock what the `clock` option says, ms
 */

/**
 * @typedef {object} StreamOptions
 * @property {number} [limit] deltas that are kept for a slow reader, default 1024
 * @property {AbortSignal} [signal] ends the stream
 */

/**
 * @typedef {object} EvaluateSelection
 * @property {readonly string[]} [symbols] default: all
 * @property {string} [interval] default: the scanner's first
 * @property {Readonly<Record<string, number>>} [params] name → number: constants of the expression
 */

/** @typedef {EvaluateSelection & CallOptions} EvaluateOptions */

/**
 * @param {CallOptions | undefined} options
 * @returns {CallOptions}
 */
export function checkCall(options) {
  if (options === undefined) return {}
  const { signal, deadlineMs } = checkKnown('this call', options, ['signal', 'deadlineMs'])
  if (signal !== undefined) checkSignal('signal', signal)
  return { signal, deadlineMs: deadlineMs === undefined ? undefined : positive('deadlineMs', deadlineMs) }
}

/**
 * @param {unknown} filter
 * @param {unknown} interval
 */
export function checkTexts(filter, interval) {
  if (typeof filter !== 'string') throw configError('filter', describe(filter), "the filter's text")
  if (typeof interval !== 'string')
    throw configError('interval', describe(interval), 'the name of an interval')
}

const CADENCE = Object.freeze(['everyMs', 'minGapMs', 'eventDriven'])

/**
 * @param {unknown} options
 * @param {Required<StartOptions>} byDefault
 * @returns {Required<StartOptions>}
 */
export function checkStart(options, byDefault) {
  return { ...byDefault, ...checkCadence(checkKnown('start', options, CADENCE)) }
}

/**
 * @param {any} given
 * @returns {StartOptions} only what was given
 */
function checkCadence({ everyMs, minGapMs, eventDriven }) {
  /** @type {StartOptions} */
  const checked = {}
  if (everyMs !== undefined) checked.everyMs = positive('everyMs', everyMs)
  if (minGapMs !== undefined) checked.minGapMs = minGapMs === 0 ? 0 : positive('minGapMs', minGapMs)
  if (eventDriven !== undefined) checked.eventDriven = yesOrNo('eventDriven', eventDriven)
  return checked
}

/**
 * @param {string} option
 * @param {unknown} value
 * @returns {boolean}
 */
function yesOrNo(option, value) {
  if (typeof value === 'boolean') return value
  throw configError(option, describe(value), 'true or false')
}

/**
 * @param {unknown} options
 * @returns {{ limit: number, signal: AbortSignal | undefined }}
 */
export function checkStream(options) {
  const { limit = STREAM_LIMIT, signal } = checkKnown('deltas', options, ['limit', 'signal'])
  if (!Number.isInteger(limit) || limit < 1)
    throw configError('limit', describe(limit), 'a whole number from 1')
  return { limit, signal: signal === undefined ? undefined : checkSignal('signal', signal) }
}

/**
 * @param {unknown} filter
 * @param {unknown} options
 * @returns {{ symbols: readonly string[] | undefined, interval: string, params: Record<string, number>,
 *   call: CallOptions }}
 */
export function checkEvaluate(filter, options) {
  const given = checkKnown('evaluate', options, ['symbols', 'interval', 'params', 'signal', 'deadlineMs'])
  const { symbols, interval = '', params, ...call } = given
  checkTexts(filter, interval)
  if (symbols !== undefined && !Array.isArray(symbols))
    throw configError('symbols', describe(symbols), 'an array')
  return { symbols, interval, params: checkParams(params), call: checkCall(call) }
}

/** @typedef {CallOptions & { params?: Readonly<Record<string, number>> }} SeriesOptions */

/**
 * @param {unknown} options
 * @returns {{ params: Record<string, number>, call: CallOptions }}
 */
export function checkSeries(options) {
  if (options === undefined) return { params: {}, call: {} }
  const { params, ...call } = checkKnown('series', options, ['params', 'signal', 'deadlineMs'])
  return { params: checkParams(params), call: checkCall(call) }
}

/**
 * @param {unknown} options
 * @returns {number} how many klines at most
 */
export function checkLast(options) {
  if (options === undefined) return Number.MAX_SAFE_INTEGER
  const { last = Number.MAX_SAFE_INTEGER } = checkKnown('klines', options, ['last'])
  if (!Number.isInteger(last) || last < 1) throw configError('last', describe(last), 'a whole number from 1')
  return last
}

/**
 * What can be set in the engine while it runs.
 * @typedef {object} OwnEngineSettings
 * @property {boolean} [updateTracking] false: every cycle scans all symbols; the same matches for more work. true at
 *   first
 * @property {number} [batchSymbols] dirty symbols that are scanned in one go, to 8192; between two such slices messages
 *   get their turn. 2048 at first
 */

/** @typedef {OwnEngineSettings & StartOptions} EngineSettings */

/**
 * What can be set while a scanner runs. The options of start() count for the cadence that runs and for the next start.
 * @typedef {EngineSettings & { debugUpdates?: boolean }} ScannerSettings
 */

/**
 * @param {unknown} config
 * @returns {ScannerSettings} only what was given
 */
export function checkConfig(config) {
  const given = checkKnown('setConfig', config, [
    'debugUpdates',
    'updateTracking',
    'batchSymbols',
    ...CADENCE,
  ])
  /** @type {ScannerSettings} */
  const checked = checkCadence(given)
  if (given.debugUpdates !== undefined) checked.debugUpdates = yesOrNo('debugUpdates', given.debugUpdates)
  if (given.updateTracking !== undefined) {
    checked.updateTracking = yesOrNo('updateTracking', given.updateTracking)
  }
  if (given.batchSymbols !== undefined) {
    checked.batchSymbols = wholeNumber('batchSymbols', given.batchSymbols, 0, 1, LIMITS.maxSymbols)
  }
  return checked
}
