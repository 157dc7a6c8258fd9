/**
 * The settings of sessions, as createScanner and setConfig take them, and their defaults. Client's thread.
 */

import { describe, didYouMean } from './names.js'
import { checkKnown, configError } from './options.js'

/**
 * When a symbol's data counts as late, and who is silent then. Late data makes no signals.
 * @typedef {object} SessionOptions
 * @property {number} [catchupThresholdSeconds] a symbol lags when a check finds its newest closed kline older than
 *   this; default 60, Infinity turns the detection off
 * @property {number} [catchupCheckInterval] closed klines of a symbol's shortest interval between two checks; default 10
 * @property {'session' | 'symbol'} [scope] 'session' (default): while any symbol lags, nothing is shown to anybody;
 *   'symbol': lagging symbols alone are muted
 * @property {number} [stalledAfterSeconds] a lagging symbol from which nothing comes for this long is muted alone and
 *   holds nobody up; default 180
 * @property {readonly string[]} [prioritySymbols] symbols of which every closed kline is checked; they need not be
 *   there yet
 */

/** @type {Required<SessionOptions>} */
export const SESSION_DEFAULTS = Object.freeze({
  catchupThresholdSeconds: 60,
  catchupCheckInterval: 10,
  scope: 'session',
  stalledAfterSeconds: 180,
  prioritySymbols: Object.freeze(/** @type {string[]} */ ([])),
})

const SCOPES = Object.freeze(['session', 'symbol'])
const MAX_CHECK_INTERVAL = 1_000_000

/**
 * @param {unknown} given
 * @returns {SessionOptions} only what was given, checked and copied
 * @throws {import('./errors.js').TickscanError} E_CONFIG
 */
export function checkSession(given) {
  const options = checkKnown('session', given, Object.keys(SESSION_DEFAULTS))
  const { catchupThresholdSeconds, catchupCheckInterval, scope, stalledAfterSeconds, prioritySymbols } =
    options
  if (catchupThresholdSeconds !== undefined) {
    checkSeconds('session.catchupThresholdSeconds', catchupThresholdSeconds)
  }
  if (stalledAfterSeconds !== undefined) checkSeconds('session.stalledAfterSeconds', stalledAfterSeconds)
  if (
    catchupCheckInterval !== undefined &&
    !(
      Number.isInteger(catchupCheckInterval) &&
      catchupCheckInterval >= 1 &&
      catchupCheckInterval <= MAX_CHECK_INTERVAL
    )
  ) {
    const expected = `a whole number of klines from 1 to ${MAX_CHECK_INTERVAL}`
    throw configError('session.catchupCheckInterval', describe(catchupCheckInterval), expected)
  }
  if (scope !== undefined && !SCOPES.includes(scope)) {
    const expected = "'session' or 'symbol'"
    throw configError('session.scope', describe(scope), expected, didYouMean(String(scope), SCOPES))
  }
  if (prioritySymbols !== undefined) {
    const names = Array.isArray(prioritySymbols) && prioritySymbols.every((one) => typeof one === 'string')
    if (!names)
      throw configError('session.prioritySymbols', describe(prioritySymbols), 'an array of symbol names')
    options.prioritySymbols = [...prioritySymbols]
  }
  for (const name of Object.keys(options)) if (options[name] === undefined) delete options[name]
  return options
}

/**
 * @param {string} option
 * @param {unknown} value
 * @returns {number}
 */
export function checkSeconds(option, value) {
  if (typeof value === 'number' && value >= 0) return value
  throw configError(option, describe(value), 'a number of seconds from 0')
}
