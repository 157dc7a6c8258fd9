/**
 * Checks and completes the options of createScanner, before anything is started. Every error names the option, what
 * it got and what it takes. The core checks its own limits again; the numbers here are its own (records.h), so
 * that a wrong option costs no worker.
 */

import { TickscanError } from './errors.js'
import { canDerive } from './kline-aggregator.js'
import { describe, didYouMean } from './names.js'
import { checkSession } from './session-options.js'

/** Known intervals, src/market/intervals.def; a test holds the two equal. */
export const INTERVALS = Object.freeze([
  '1s',
  '1m',
  '3m',
  '5m',
  '15m',
  '30m',
  '1h',
  '2h',
  '4h',
  '6h',
  '8h',
  '12h',
  '1d',
  '3d',
  '1w',
])

/** Limits with the reason for each. */
export const LIMITS = Object.freeze({
  /** Keys hold the slot in 13 bits. */
  maxSymbols: 8192,
  /** A ring of 5,000 klines covers the longest period that a filter may have. */
  maxKlines: 5000,
  /** One dirty row each, and rings for each symbol. */
  intervals: 8,
  /** A scan looks at every trader; more belong into another scanner. */
  maxTraders: 1024,
  /** More threads than this wait for memory rather than compute. */
  threads: 64,
  /** The largest memory that the core is linked for. */
  memoryBytes: 2 ** 31,
  /** Bytes of UTF-8 in the symbol table. */
  symbolBytes: 48,
})

/** How many threads 'auto' takes at most: beyond, a scan of usual size gains nothing. */
const AUTO_THREADS = 4

/**
 * Options of createScanner.
 * @typedef {object} ScannerOptions
 * @property {readonly string[]} symbols names, in the order in which all lists will have them
 * @property {readonly string[]} [intervals] kline intervals to keep, out of 1s 1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h
 *   1d 3d 1w; the first is the default of filters and traders. Default ['1m']
 * @property {readonly string[]} [derive] of these, the ones that are made of the shortest while its klines are written,
 *   to 1d, and 1w. Default none
 * @property {number} [maxSymbols] to 8192; default: the number of symbols, rounded up to 64
 * @property {number} [maxKlines] closed klines kept per symbol and interval, to 5000; default 500
 * @property {number} [maxTraders] to 1024, which is the default
 * @property {number | 'auto'} [threads] that scan, the engine's own included; 'auto' (default) leaves one core free
 * @property {readonly import('./trader.js').TraderSpec[]} [traders] to start with
 * @property {() => number} [clock] ms since 1970; Date.now by default
 * @property {import('./session-options.js').SessionOptions} [session] when data counts as late
 * @property {AbortSignal} [signal] gives the start-up up
 * @property {number} [deadlineMs] how long a call waits for the engine; default 30,000
 * @property {number} [memoryLimit] bytes of shared memory to take at most; default and most 2 GiB
 * @property {number} [traderBytes] memory for traders; 0 (default) lets the engine choose
 * @property {string | URL} [wasmUrl] where core.wasm lies, if not beside the package's script
 * @property {WebAssembly.Module} [wasmModule] the core, compiled already
 * @property {string | URL} [workerUrl] where the worker script lies
 * @property {() => any} [createWorker] makes the worker, for bundlers with a way of their own
 */

/**
 * @typedef {Required<Omit<ScannerOptions, 'signal' | 'wasmUrl' | 'wasmModule' | 'workerUrl' | 'createWorker' |
 *   'threads'>> & Pick<ScannerOptions, 'signal' | 'wasmUrl' | 'wasmModule' | 'workerUrl' | 'createWorker'> &
 *   { threads: number }} CompleteOptions
 */

const KNOWN = Object.freeze([
  'symbols',
  'intervals',
  'derive',
  'maxSymbols',
  'maxKlines',
  'maxTraders',
  'threads',
  'traders',
  'clock',
  'signal',
  'deadlineMs',
  'memoryLimit',
  'traderBytes',
  'wasmUrl',
  'wasmModule',
  'workerUrl',
  'createWorker',
  'session',
])

/**
 * @param {unknown} given
 * @param {number} availableThreads
 * @returns {CompleteOptions}
 * @throws {TickscanError} E_CONFIG; E_UNSUPPORTED for what comes later
 */
export function completeOptions(given, availableThreads) {
  const options = checkKnown('createScanner', given, KNOWN)
  const symbols = checkSymbols(options.symbols)
  const rounded = Math.min(LIMITS.maxSymbols, Math.max(64, Math.ceil(symbols.length / 64) * 64))
  const maxSymbols = wholeNumber('maxSymbols', options.maxSymbols, rounded, 1, LIMITS.maxSymbols)
  if (symbols.length > maxSymbols) {
    throw configError('symbols', `${symbols.length} symbols`, `at most maxSymbols, which is ${maxSymbols}`)
  }
  const intervals = checkIntervals(options.intervals ?? ['1m'])
  const traders = options.traders ?? []
  if (!Array.isArray(traders)) throw configError('traders', describe(traders), 'an array of traders')
  return {
    symbols,
    intervals,
    derive: checkDerive(options.derive ?? [], intervals, shortestOf(intervals)),
    maxSymbols,
    maxKlines: wholeNumber('maxKlines', options.maxKlines, 500, 1, LIMITS.maxKlines),
    maxTraders: wholeNumber('maxTraders', options.maxTraders, LIMITS.maxTraders, 1, LIMITS.maxTraders),
    threads: checkThreads(options.threads ?? 'auto', availableThreads),
    traders: [...traders],
    clock: checkType('clock', options.clock ?? Date.now, 'function', 'a function that gives ms'),
    signal: options.signal === undefined ? undefined : checkSignal('signal', options.signal),
    deadlineMs: positive('deadlineMs', options.deadlineMs ?? 30_000),
    memoryLimit: wholeNumber('memoryLimit', options.memoryLimit, LIMITS.memoryBytes, 1, LIMITS.memoryBytes),
    traderBytes: wholeNumber('traderBytes', options.traderBytes, 0, 0, LIMITS.memoryBytes),
    session: options.session === undefined ? {} : checkSession(options.session),
    wasmUrl: options.wasmUrl === undefined ? undefined : checkUrl('wasmUrl', options.wasmUrl),
    wasmModule: options.wasmModule,
    workerUrl: options.workerUrl === undefined ? undefined : checkUrl('workerUrl', options.workerUrl),
    createWorker:
      options.createWorker === undefined
        ? undefined
        : checkType('createWorker', options.createWorker, 'function', 'a function that makes a Worker'),
  }
}

/**
 * A plain object without names that nobody knows: a misspelt option must not pass as a default.
 * @param {string} what
 * @param {unknown} given
 * @param {readonly string[]} known
 * @returns {any}
 */
export function checkKnown(what, given, known) {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw configError(what, describe(given), 'an object of options')
  }
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue
    throw new TickscanError('E_CONFIG', `${what} knows no option '${name}'`, {
      expected: `one of ${known.join(' ')}`,
      hint: didYouMean(name, known),
      details: { option: name },
    })
  }
  return Object.fromEntries(
    known.filter((name) => Object.hasOwn(given, name)).map((name) => [name, Reflect.get(given, name)]),
  )
}

/**
 * @param {string} option
 * @param {unknown} symbol
 */
export function checkSymbol(option, symbol) {
  if (typeof symbol !== 'string' || symbol === '')
    throw configError(option, describe(symbol), 'a symbol name')
  const bytes = new TextEncoder().encode(symbol).length
  if (bytes <= LIMITS.symbolBytes) return symbol
  throw configError(option, `${bytes} bytes`, `at most ${LIMITS.symbolBytes} bytes of UTF-8`)
}

/** @param {unknown} symbols */
function checkSymbols(symbols) {
  if (!Array.isArray(symbols)) throw configError('symbols', describe(symbols), 'an array of symbol names')
  const seen = new Set()
  for (const [i, symbol] of symbols.entries()) {
    checkSymbol(`symbols[${i}]`, symbol)
    if (seen.has(symbol)) throw configError(`symbols[${i}]`, `'${symbol}' again`, 'each symbol once')
    seen.add(symbol)
  }
  return /** @type {string[]} */ ([...symbols])
}

/** @param {unknown} intervals */
export function checkIntervals(intervals) {
  if (!Array.isArray(intervals) || intervals.length < 1 || intervals.length > LIMITS.intervals) {
    const got = Array.isArray(intervals) ? `${intervals.length} intervals` : describe(intervals)
    throw configError('intervals', got, `an array of 1 to ${LIMITS.intervals} intervals`)
  }
  for (const [i, interval] of intervals.entries()) {
    if (!INTERVALS.includes(interval)) {
      const hint = didYouMean(String(interval), INTERVALS)
      throw configError(`intervals[${i}]`, describe(interval), `one of ${INTERVALS.join(' ')}`, hint)
    }
    if (intervals.indexOf(interval) !== i) {
      throw configError(`intervals[${i}]`, `'${interval}' again`, 'each interval once')
    }
  }
  return /** @type {string[]} */ ([...intervals])
}

/** @param {readonly string[]} intervals */
export function shortestOf(intervals) {
  return intervals.reduce((a, b) => (INTERVALS.indexOf(b) < INTERVALS.indexOf(a) ? b : a))
}

/**
 * @param {unknown} derive
 * @param {readonly string[]} intervals the configured ones
 * @param {string} source what they are made from
 * @returns {string[]}
 */
export function checkDerive(derive, intervals, source) {
  if (!Array.isArray(derive)) throw configError('derive', describe(derive), 'an array of intervals')
  for (const [i, interval] of derive.entries()) {
    const option = `derive[${i}]`
    if (!intervals.includes(interval)) {
      const hint = didYouMean(String(interval), intervals)
      throw configError(option, describe(interval), `one of the configured ${intervals.join(' ')}`, hint)
    }
    if (derive.indexOf(interval) !== i) throw configError(option, `'${interval}' again`, 'each interval once')
    if (canDerive(intervalMs(source), intervalMs(interval))) continue
    throw configError(option, describe(interval), `a multiple of ${source}, to 1d, or 1w`)
  }
  return [...derive]
}

/** @param {string} interval one of INTERVALS */
export function intervalMs(interval) {
  const unit = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }[interval.slice(-1)]
  return Number.parseInt(interval, 10) * Number(unit)
}

/**
 * @param {unknown} threads
 * @param {number} available
 */
function checkThreads(threads, available) {
  if (threads === 'auto') return Math.min(AUTO_THREADS, Math.max(1, available - 1))
  if (Number.isInteger(threads) && Number(threads) >= 1 && Number(threads) <= LIMITS.threads)
    return Number(threads)
  throw configError('threads', describe(threads), `'auto' or a whole number from 1 to ${LIMITS.threads}`)
}

/**
 * @param {string} option
 * @param {unknown} value
 * @param {number} byDefault
 * @param {number} least
 * @param {number} most
 */
export function wholeNumber(option, value, byDefault, least, most) {
  if (value === undefined) return byDefault
  if (Number.isInteger(value) && Number(value) >= least && Number(value) <= most) return Number(value)
  throw configError(option, describe(value), `a whole number from ${least} to ${most}`)
}

/**
 * Milliseconds that a timer can hold.
 * @param {string} option
 * @param {unknown} value
 */
export function positive(option, value) {
  if (Number.isFinite(value) && Number(value) > 0 && Number(value) < 2 ** 31) return Number(value)
  throw configError(option, describe(value), 'a number of ms above 0 and below 2^31')
}

/**
 * @param {string} option
 * @param {any} value
 * @param {string} type
 * @param {string} expected
 */
function checkType(option, value, type, expected) {
  if (typeof value !== type) throw configError(option, describe(value), expected)
  return value
}

/**
 * @param {string} option
 * @param {unknown} value
 * @returns {AbortSignal}
 */
export function checkSignal(option, value) {
  if (value instanceof AbortSignal) return value
  throw configError(option, describe(value), 'an AbortSignal')
}

/**
 * @param {string} option
 * @param {unknown} value
 */
function checkUrl(option, value) {
  if (typeof value === 'string' || value instanceof URL) return value
  throw configError(option, describe(value), 'a URL')
}

/**
 * @param {string} option
 * @param {string} got
 * @param {string} expected
 * @param {string} [hint]
 */
export function configError(option, got, expected, hint) {
  return new TickscanError('E_CONFIG', `${option} is ${got}`, { expected, hint, details: { option, got } })
}

/** @param {string} option */
export function comesLater(option) {
  return new TickscanError('E_UNSUPPORTED', `the option ${option} comes with a later version`, {
    details: { option },
  })
}
