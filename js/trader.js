/**
 * Checks a trader's specification on the client, before it is sent. What its filters mean is the core's to judge.
 */

import { TickscanError } from './errors.js'
import { describe } from './names.js'
import { checkKnown, comesLater, configError } from './options.js'

/**
 * A strategy: a filter over every symbol.
 * @typedef {object} TraderSpec
 * @property {string} id
 * @property {string} filter a condition, e.g. 'rsi(14)@5m < 30 and close > ema(close, 200)@1h'
 * @property {string} [interval] of what names none; default: the first of the scanner's intervals
 * @property {'tick' | 'close'} [on] 'tick' (default): decided every cycle, the live kline counts. 'close': decided
 *   once at each closed kline of its interval, never revised
 * @property {Readonly<Record<string, number>>} [params] name → number: constants of the filter and the columns
 * @property {Readonly<Record<string, string>>} [columns] name → expression, whose values each entered symbol carries
 * @property {number} [cooldown] ms from a symbol's entering until it may enter again; 0 (default): none. What is true
 *   again before stays out, and enters when the time is over if it is true then. The time is the clock for 'tick' and
 *   the klines' closeTime for 'close'
 * @property {number} [refresh] ms, on: 'tick' only: least time between two decisions; 0 (default): every cycle
 * @property {boolean} [enabled] false: matches nothing, and nothing is computed for it alone
 */

/**
 * What updateTrader may change; what is not named stays.
 * @typedef {Partial<Omit<TraderSpec, 'id'>>} TraderChanges
 */

/**
 * A trader as `scanner.traders` has it.
 * @typedef {object} TraderState
 * @property {string} id
 * @property {string} filter
 * @property {string} interval '' for the first of the scanner's intervals
 * @property {'tick' | 'close'} on
 * @property {Record<string, string>} columns name → expression
 * @property {Record<string, number>} params
 * @property {number} cooldown ms
 * @property {number} refresh ms
 * @property {boolean} enabled it runs
 * @property {TickscanError} [error] the engine could not run it, and does not until it is updated: why
 */

/**
 * What the engine says about an added trader.
 * @typedef {object} TraderInfo
 * @property {string} id
 * @property {number} cost static, in steps per symbol and cycle
 * @property {Record<string, number>} warmup interval → closed klines of it until the trader is ready
 * @property {boolean} replayable false if it is decided at closes but reads ticker fields
 * @property {string[]} missing symbols without a kline of an interval that it reads; it is unknown there
 */

const CHANGEABLE = Object.freeze([
  'filter',
  'interval',
  'on',
  'columns',
  'cooldown',
  'refresh',
  'enabled',
  'params',
  'session',
])
const KNOWN = Object.freeze(['id', ...CHANGEABLE])

/** A leap year: longer than any strategy waits, and short enough that no sum of times loses a millisecond. */
const GATE_LIMIT_MS = 366 * 24 * 60 * 60 * 1000

/**
 * A trader as messages carry it.
 * @typedef {{ id: string, filter: string, interval: string, on: 'tick' | 'close', columns: string[],
 *   columnFilters: string[], params: Record<string, number>, cooldown: number, refresh: number, enabled: boolean
 * }} CheckedTrader
 */

/** Ids are shown in tables and stand in every message of their trader. */
const ID_LENGTH = 128
const COLUMN_LIMIT = 16

/**
 * The specification as the ADD_TRADER message carries it, without its ref.
 * @param {unknown} given
 * @returns {CheckedTrader}
 * @throws {TickscanError} E_CONFIG; E_UNSUPPORTED for what comes later
 */
export function checkTrader(given) {
  const spec = checkKnown('a trader', given, KNOWN)
  checkText('id', spec.id, ID_LENGTH)
  if (typeof spec.filter !== 'string') throw configError('filter', describe(spec.filter), "the filter's text")
  const byDefault = {
    interval: '',
    on: /** @type {const} */ ('tick'),
    columns: [],
    columnFilters: [],
    params: {},
    cooldown: 0,
    refresh: 0,
    enabled: true,
  }
  return { ...byDefault, id: spec.id, filter: spec.filter, ...checkFields(spec) }
}

/**
 * The changes as the UPDATE_TRADER message carries them: only what is named.
 * @param {unknown} given
 * @returns {Partial<Omit<CheckedTrader, 'id'>>}
 * @throws {TickscanError} E_CONFIG; E_UNSUPPORTED for what comes later
 */
export function checkChanges(given) {
  return checkFields(checkKnown('a change of a trader', given, CHANGEABLE))
}

/**
 * @param {any} spec
 * @returns {Partial<Omit<CheckedTrader, 'id'>>}
 */
function checkFields(spec) {
  if (spec.session !== undefined) throw comesLater('session')
  if (spec.on === 'close' && spec.refresh > 0) {
    throw configError('refresh', `${spec.refresh} beside on: 'close'`, "refresh for on: 'tick' only")
  }
  /** @type {Record<string, any>} */
  const checked = {}
  for (const [name, check] of Object.entries(CHECKS)) {
    if (spec[name] !== undefined) Object.assign(checked, check(spec[name]))
  }
  return checked
}

/** One row per field: what is suitable, and how it travels. @type {Record<string, (value: any) => object>} */
const CHECKS = {
  filter: (filter) => {
    if (typeof filter !== 'string') throw configError('filter', describe(filter), "the filter's text")
    return { filter }
  },
  interval: (interval) => {
    if (typeof interval !== 'string')
      throw configError('interval', describe(interval), 'the name of an interval')
    return { interval }
  },
  on: (on) => {
    if (on !== 'tick' && on !== 'close') throw configError('on', describe(on), "'tick' or 'close'")
    return { on }
  },
  columns: (given) => {
    const columns = checkColumns(given)
    return { columns: columns.map(([name]) => name), columnFilters: columns.map(([, filter]) => filter) }
  },
  params: (params) => ({ params: checkParams(params) }),
  cooldown: (cooldown) => ({ cooldown: checkGate('cooldown', cooldown) }),
  refresh: (refresh) => ({ refresh: checkGate('refresh', refresh) }),
  enabled: (enabled) => {
    if (typeof enabled !== 'boolean') throw configError('enabled', describe(enabled), 'true or false')
    return { enabled }
  },
}

/**
 * @param {string} option
 * @param {unknown} value
 */
function checkGate(option, value) {
  if (typeof value === 'number' && value >= 0 && value <= GATE_LIMIT_MS) return value
  throw configError(option, describe(value), `ms from 0 to ${GATE_LIMIT_MS}, which is 366 days`)
}

/**
 * @param {string} id
 * @param {Omit<CheckedTrader, 'id'>} spec
 * @param {TickscanError | undefined} error why no engine runs it
 * @returns {TraderState}
 */
export function traderState(id, { columns, columnFilters, params, enabled, ...rest }, error) {
  const pairs = columns.map((name, i) => [name, columnFilters[i]])
  const named = { columns: Object.fromEntries(pairs), params: { ...params } }
  return { id, ...rest, ...named, enabled: enabled && !error, ...(error && { error }) }
}

/**
 * The numbers that a filter's parameters stand for. Whether the names can be used is the core's to judge.
 * @param {unknown} params
 * @returns {Record<string, number>}
 * @throws {TickscanError} E_CONFIG
 */
export function checkParams(params) {
  if (params === undefined) return {}
  if (typeof params !== 'object' || params === null || Array.isArray(params)) {
    throw configError('params', describe(params), 'an object: name → number')
  }
  for (const [name, value] of Object.entries(params)) {
    if (!Number.isFinite(value)) throw configError(`params.${name}`, describe(value), 'a finite number')
  }
  return { ...params }
}

/**
 * @param {string} option
 * @param {unknown} value
 * @param {number} most
 */
export function checkText(option, value, most) {
  if (typeof value === 'string' && value.length >= 1 && value.length <= most) return value
  throw configError(option, describe(value), `a text of 1 to ${most} characters`)
}

/**
 * @param {unknown} columns
 * @returns {[string, string][]}
 */
function checkColumns(columns) {
  if (typeof columns !== 'object' || columns === null || Array.isArray(columns)) {
    throw configError('columns', describe(columns), 'an object: name → expression')
  }
  const entries = Object.entries(columns)
  if (entries.length > COLUMN_LIMIT) {
    throw new TickscanError('E_LIMIT', `the trader has ${entries.length} columns`, {
      expected: `at most ${COLUMN_LIMIT}`,
      details: { limit: COLUMN_LIMIT },
    })
  }
  for (const [name, filter] of entries) {
    checkText('the name of a column', name, ID_LENGTH)
    if (typeof filter !== 'string')
      throw configError(`columns.${name}`, describe(filter), 'the text of an expression')
  }
  return entries
}
