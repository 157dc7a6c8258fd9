/**
 * Questions about the language of filters, without a scanner: for editors and settings pages. Client's thread.
 *
 * The answers come from the core itself, in an engine worker that runs no engine. It is started by the first question
 * and kept for later ones; on Node it never keeps the process alive on its own.
 */

import { compileCore, createEngineWorker } from '#platform'
import { checkTexts } from './call-options.js'
import { EngineClient } from './engine-client.js'
import { FILTER_ERROR_CODES, wrapError } from './errors.js'
import { describe } from './names.js'
import { checkIntervals, checkKnown, configError } from './options.js'
import { checkIsolation } from './start-up.js'
import { checkParams } from './trader.js'

/** @import { TickscanError } from './errors.js' */

const DEADLINE_MS = 20_000

/** What a wrong filter may be refused with; anything else is no answer but a failure. */
const FILTER_ERRORS = Object.freeze(/** @type {readonly string[]} */ ([...FILTER_ERROR_CODES, 'E_DUPLICATE']))

/**
 * Where the core and the worker lie, as for createScanner; only the first question's are used.
 * @typedef {Pick<import('./options.js').ScannerOptions, 'wasmUrl' | 'wasmModule' | 'workerUrl' | 'createWorker'>} Places
 */

/**
 * @typedef {object} ValidateOnly
 * @property {readonly string[]} [intervals] the configured ones, default ['1m']
 * @property {string} [interval] of what names none, default the first
 * @property {Readonly<Record<string, number>>} [params] name → number
 * @property {boolean} [expression] true: a number is fine too, as for columns; default false
 */

/** @typedef {ValidateOnly & Places} ValidateOptions */

/**
 * @typedef {{ valid: true, type: 'condition' | 'number', nodes: number, intervals: string[] } |
 *   { valid: false, error: TickscanError }} Validation `intervals` are those that it reads
 */

/**
 * @typedef {object} FilterLanguage
 * @property {string[]} series
 * @property {string[]} tickerFields
 * @property {{ symbol: string, operands: number, level: number, condition: boolean }[]} operators the loosest level
 *   is 0; `condition`: whether the result is one
 * @property {{ name: string, title: string, signature: string, condition: boolean, example: string }[]} functions
 * @property {{ name: string, title: string, signature: string, aliases: string[], inputs: string[],
 *   params: { name: string, default: number, least: number, most: number, whole: boolean }[],
 *   outputs: string[], lookback: number, unstable: number, example: string }[]} indicators `lookback`: klines that come
 *   before the first value; `unstable`: klines after it until the beginning of the history is felt by less than 1e-9, 0
 *   for windows; both with the default parameters
 * @property {{ textBytes: number, depth: number, nodes: number, period: number }} limits
 */

/**
 * Whether addTrader would take a filter.
 * @param {string} filter
 * @param {ValidateOptions} [options]
 * @returns {Promise<Validation>} a wrong filter is an answer, not a rejection
 * @throws {TickscanError} E_CONFIG for unsuitable options; E_NOT_ISOLATED, E_WASM, E_WORKER_LOAD, E_WORKER_DIED
 */
export async function validateFilter(filter, options = {}) {
  const given = checkKnown('validateFilter', options, [
    ...['intervals', 'interval', 'params', 'expression'],
    ...['wasmUrl', 'wasmModule', 'workerUrl', 'createWorker'],
  ])
  const { intervals = ['1m'], interval = '', params, expression = false, ...places } = given
  checkTexts(filter, interval)
  const names = checkIntervals(intervals)
  if (typeof expression !== 'boolean') throw configError('expression', describe(expression), 'true or false')
  const base = interval === '' ? 0 : names.indexOf(interval)
  if (base < 0) throw configError('interval', describe(interval), `one of ${names.join(' ')}`)
  const fields = { filter, intervals: names, base, params: checkParams(params), expression }
  try {
    const { type, nodes, intervals: read } = await ask('VALIDATE_FILTER', fields, places)
    return { valid: true, type, nodes, intervals: read }
  } catch (thrown) {
    const error = wrapError(thrown, 'E_INTERNAL')
    if (!FILTER_ERRORS.includes(error.code)) throw error
    return { valid: false, error }
  }
}

/**
 * Everything that a filter may be made of.
 * @param {Places} [options]
 * @returns {Promise<FilterLanguage>}
 * @throws {TickscanError} E_NOT_ISOLATED, E_WASM, E_WORKER_LOAD, E_WORKER_DIED
 */
export async function describeFilters(options = {}) {
  const places = checkKnown('describeFilters', options, [
    'wasmUrl',
    'wasmModule',
    'workerUrl',
    'createWorker',
  ])
  return ask('DESCRIBE_FILTERS', {}, places)
}

/**
 * @typedef {object} Session
 * @property {WebAssembly.Module} core
 * @property {EngineClient} client
 * @property {import('./platform-web.js').Port} port
 */

/** @type {Promise<Session> | undefined} */
let session
let asking = 0

/**
 * @param {string} type
 * @param {Record<string, any>} fields
 * @param {Places} places
 */
async function ask(type, fields, places) {
  checkIsolation()
  session ??= open(places)
  const { core, client, port } = await session.catch((error) => {
    session = undefined
    throw wrapError(error, 'E_WASM')
  })
  if (asking++ === 0) port.ref()
  try {
    return await client.call(type, { ...fields, core })
  } finally {
    if (--asking === 0) port.unref()
  }
}

/**
 * @param {Places} places
 * @returns {Promise<Session>}
 */
async function open(places) {
  const core = await compileCore(places)
  const port = createEngineWorker(places)
  const client = new EngineClient({
    port,
    incarnation: Math.random().toString(36).slice(2),
    deadlineMs: DEADLINE_MS,
    onEvent: () => {},
    onDeath: () => {
      session = undefined
    },
  })
  port.unref()
  return { core, client, port }
}
