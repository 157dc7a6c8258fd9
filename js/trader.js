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

const KNOWN = Object.freeze([
  'id',
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
const LATER = Object.freeze(['cooldown', 'refresh', 'session'])

/** Ids are shown in tables and stand in every message of their trader. */
const ID_LENGTH = 128
const COLUMN_LIMIT = 16

/**
 * The specification as the ADD_TRADER message carries it, without its ref.
 * @param {unknown} given
 * @returns {{ id: string, filter: string, interval: string, on: 'tick' | 'close', columns: string[],
 *   columnFilters: string[], params: Record<string, number> }}
 * @throws {TickscanError} E_CONFIG; E_UNSUPPORTED for what comes later
 */
export function checkTrader(given) {
  const spec = checkKnown('a trader', given, KNOWN)
  for (const name of LATER) {
    if (spec[name] !== undefined) throw comesLater(name)
  }
  if (spec.enabled === false) throw comesLater('enabled: false')
  if (spec.enabled !== undefined && spec.enabled !== true) {
    throw configError('enabled', describe(spec.enabled), 'true or false')
  }
  checkText('id', spec.id, ID_LENGTH)
  if (typeof spec.filter !== 'string') throw configError('filter', describe(spec.filter), "the filter's text")
  const interval = spec.interval ?? ''
  if (typeof interval !== 'string')
    throw configError('interval', describe(interval), 'the name of an interval')
  const on = spec.on ?? 'tick'
  if (on !== 'tick' && on !== 'close') throw configError('on', describe(on), "'tick' or 'close'")
  const columns = checkColumns(spec.columns ?? {})
  return {
    id: spec.id,
    filter: spec.filter,
    interval,
    on,
    columns: columns.map(([name]) => name),
    columnFilters: columns.map(([, filter]) => filter),
    params: checkParams(spec.params),
  }
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
