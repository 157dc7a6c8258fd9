/**
 * What the Scanner's methods take and give, and the checks of what they take. Every error names the option, what it
 * got and what it takes.
 */

import { STREAM_LIMIT } from './delta-stream.js'
import { STATUS_LEAST_MS } from './engine-status.js'
import { describe } from './names.js'
import { checkKnown, checkSignal, configError, LIMITS, positive, wholeNumber } from './options.js'
import { checkSession } from './session-options.js'
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
 * @property {'running' | 'restarting' | 'closed' | 'failed'} state
 * @property {number} symbols
 * @property {number} traders
 * @property {string[]} disabledTraders ids of those of them that the engine could not run; `scanner.traders` says why
 * @property {string[]} intervals
 * @property {number} cycle cycles run
 * @property {number} epoch swaps of the dirty buffers
 * @property {number} threads that scan
 * @property {Required<StartOptions> | null} cadence null: cycles run only when asked for
 * @property {Record<string, number>} memory `bytes` that this configuration needs of shared memory, and its parts
 *   (`marketBytes`, `trackingBytes`, `traderBytes`, `scanBytes`, `otherBytes`); `wasmBytes` of the engine's memory, which
 *   never grows; `heapBytes` of JavaScript in use in the engine's worker, collected now and then, 0 where nobody says
 * @property {Record<string, number>} core the engine's counters; `deltaEntries`, `fullEntries`, `deltaBytes` and
 *   `fullBytes` are of all cycles together
 * @property {{ updates: number, rejected: number }} writer of `scanner.writer`
 * @property {number} updates updates that all writers have marked (a 32-bit counter)
 * @property {SessionStatus} session
 * @property {number} sweepFound updates that only the sweep found: 0 without faults
 * @property {{ pending: number, streams: number, unread: number }} client commands on their way; open delta streams;
 *   deltas that wait in the one that is farthest behind
 * @property {number} restarts engines that were started after one had died
 * @property {number | undefined} recoveredMs of the last restart: from the death's discovery to the new engine's first
 *   deltas
 * @property {number} clock what the `clock` option says, ms
 */

/**
 * @typedef {object} SessionStatus
 * @property {boolean} active
 * @property {'session' | 'symbol'} scope
 * @property {number} inactiveSeconds all in all, by the clock
 * @property {number} activations how often it became active again
 * @property {import('./session-gate.js').LaggingSymbol[]} lagging
 * @property {{ worst: number, p50: number } | null} lagSeconds over all symbols, of their newest closed klines when
 *   they were ingested; null before the first one
 * @property {{ symbol: string, lagSeconds: number, lagSecondsMax: number }[]} symbols the same for each
 */

/**
 * @typedef {object} StreamOptions
 * @property {number} [limit] deltas that are kept for a slow reader, default 1024
 * @property {AbortSignal} [signal] ends the stream
 * @property {boolean} [internal] true: every delta, whatever the session hides
 */

/**
 * @typedef {object} EvaluateSelection
 * @property {readonly string[]} [symbols] default: all
 * @property {string} [interval] default: the scanner's first
 * @property {Readonly<Record<string, number>>} [params] name → number: constants of the expression
 */

/** @typedef {EvaluateSelection & ReadOptions & CallOptions} EvaluateOptions */

/**
 * What reads take: they show nothing that the session hides, unless they are for the program itself.
 * @typedef {object} ReadOptions
 * @property {boolean} [internal] true: also what the session hides, and while it is inactive
 */

/**
 * @param {unknown} internal
 * @returns {boolean}
 */
export function checkInternal(internal) {
  if (internal === undefined) return false
  if (typeof internal !== 'boolean') throw configError('internal', describe(internal), 'true or false')
  return internal
}

/**
 * @param {string} what
 * @param {unknown} options
 * @returns {boolean} internal
 */
export function checkRead(what, options) {
  return options === undefined ? false : checkInternal(checkKnown(what, options, ['internal']).internal)
}

/**
 * @param {(CallOptions & ReadOptions) | undefined} options
 * @returns {{ internal: boolean, call: CallOptions }}
 */
export function checkGatedCall(options) {
  if (options === undefined) return { internal: false, call: {} }
  const { internal, ...call } = checkKnown('this call', options, ['signal', 'deadlineMs', 'internal'])
  return { internal: checkInternal(internal), call: checkCall(call) }
}

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
 * @returns {{ limit: number, signal: AbortSignal | undefined, internal: boolean }}
 */
export function checkStream(options) {
  const known = checkKnown('deltas', options, ['limit', 'signal', 'internal'])
  const { limit = STREAM_LIMIT, signal, internal } = known
  if (!Number.isInteger(limit) || limit < 1)
    throw configError('limit', describe(limit), 'a whole number from 1')
  const aborting = signal === undefined ? undefined : checkSignal('signal', signal)
  return { limit, signal: aborting, internal: checkInternal(internal) }
}

/**
 * @param {unknown} filter
 * @param {unknown} options
 * @returns {{ symbols: readonly string[] | undefined, interval: string, params: Record<string, number>,
 *   internal: boolean, call: CallOptions }}
 */
export function checkEvaluate(filter, options) {
  const known = ['symbols', 'interval', 'params', 'internal', 'signal', 'deadlineMs']
  const { symbols, interval = '', params, internal, ...call } = checkKnown('evaluate', options, known)
  checkTexts(filter, interval)
  if (symbols !== undefined && !Array.isArray(symbols))
    throw configError('symbols', describe(symbols), 'an array')
  return {
    symbols,
    interval,
    params: checkParams(params),
    internal: checkInternal(internal),
    call: checkCall(call),
  }
}

/** @typedef {CallOptions & ReadOptions & { params?: Readonly<Record<string, number>> }} SeriesOptions */

/**
 * @param {unknown} options
 * @returns {{ params: Record<string, number>, internal: boolean, call: CallOptions }}
 */
export function checkSeries(options) {
  if (options === undefined) return { params: {}, internal: false, call: {} }
  const known = ['params', 'internal', 'signal', 'deadlineMs']
  const { params, internal, ...call } = checkKnown('series', options, known)
  return { params: checkParams(params), internal: checkInternal(internal), call: checkCall(call) }
}

/**
 * @param {unknown} options
 * @returns {{ last: number, internal: boolean }} how many klines at most
 */
export function checkLast(options) {
  if (options === undefined) return { last: Number.MAX_SAFE_INTEGER, internal: false }
  const { last = Number.MAX_SAFE_INTEGER, internal } = checkKnown('klines', options, ['last', 'internal'])
  if (!Number.isInteger(last) || last < 1) throw configError('last', describe(last), 'a whole number from 1')
  return { last, internal: checkInternal(internal) }
}

/**
 * What can be set in the engine while it runs.
 * @typedef {object} OwnEngineSettings
 * @property {boolean} [updateTracking] false: every cycle scans all symbols; the same matches for more work. true at
 *   first
 * @property {number} [batchSymbols] dirty symbols that are scanned in one go, to 8192; between two such slices messages
 *   get their turn. 2048 at first
 * @property {number} [statusEveryMs] ms between two 'status' events, from 100; 0 (at first): none
 */

/** @typedef {OwnEngineSettings & StartOptions} EngineSettings */

/**
 * What can be set while a scanner runs. The options of start() count for the cadence that runs and for the next start.
 * @typedef {EngineSettings & { debugUpdates?: boolean, session?: import('./session-options.js').SessionOptions }} ScannerSettings
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
    'statusEveryMs',
    'session',
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
  if (given.statusEveryMs !== undefined) {
    checked.statusEveryMs = given.statusEveryMs === 0 ? 0 : statusMs(given.statusEveryMs)
  }
  if (given.session !== undefined) checked.session = checkSession(given.session)
  return checked
}

/** @param {unknown} given */
function statusMs(given) {
  const ms = positive('statusEveryMs', given)
  if (ms >= STATUS_LEAST_MS) return ms
  throw configError(
    'statusEveryMs',
    describe(given),
    `ms from ${STATUS_LEAST_MS}, or 0 for no 'status' events`,
  )
}
