/**
 * The one error type of the package, and the table of its codes.
 *
 * Errors cross two borders as plain data: out of the core (an object, because C++ exceptions do not cross
 * wasm) and out of the engine worker (a message). `toErrorData` and `fromErrorData` are those borders.
 * The first part of the table repeats src/base/error_codes.def; a test holds the two equal.
 */

/** Codes that the core raises, with what each means to the person who reads it. */
export const CORE_ERROR_CODES = Object.freeze({
  E_SYNTAX: "the filter's text does not follow the grammar",
  E_NAME: 'a name in the filter is not known',
  E_TYPE: 'a number stands where a condition is needed, or the other way round',
  E_ARGUMENT: 'a function has too many, too few or unsuitable arguments',
  E_RANGE: 'a number is outside its allowed range',
  E_LIMIT: 'a fixed limit is exceeded',
  E_INTERVAL: 'the interval is unknown or not configured',
  E_HISTORY: 'a lookback does not fit maxKlines',
  E_MEMORY: 'the memory that is needed is more than what is left',
  E_SYMBOL: 'the symbol is unknown or its name is unsuitable',
  E_DUPLICATE: 'the symbol or trader exists already',
  E_TRADER: 'no such trader',
  E_CONFIG: 'a configuration value is unsuitable',
  E_INTERNAL: 'the engine found itself in a state that should not exist',
})

/** Codes that only JavaScript raises. */
export const JS_ERROR_CODES = Object.freeze({
  E_CLOSED: 'the scanner or writer is closed',
  E_DEADLINE: 'the engine did not answer in time',
  E_ABORTED: 'the caller aborted the call through its AbortSignal',
  E_BACKPRESSURE: 'a bounded queue is full; what was offered was not taken',
  E_NOT_ISOLATED: 'shared memory is not available to this page',
  E_WORKER_LOAD: 'a worker script did not load',
  E_WORKER_DIED: 'the engine worker ended or threw',
  E_DAMAGED:
    'words of shared memory were not what they must be; they were repaired and everything was scanned',
  E_POISON: 'the command or trader was running when the engine died, twice; it is not tried again by itself',
  E_WASM: 'the WebAssembly core could not be loaded, or trapped',
  E_CLONE: 'a message could not be cloned on its way between threads',
  E_VALUE: 'a value of a market update is unsuitable; the record stays as it was',
  E_BUSY: 'a record was being written during every look at it',
  E_SERIES_DAMAGED: 'a writer ended in the middle of rewriting a series, which keeps its last whole state',
  E_STALE: 'a closed kline is older than the history that is kept',
  E_OWNED: 'another writer owns the record',
  E_LAYOUT: 'the handle or its shared memory is not what this version understands',
  E_STALE_KEY: 'the key belongs to a symbol that was removed',
  E_UNSUPPORTED: 'the feature comes with a later version',
  E_UNKNOWN_MESSAGE: 'the engine worker does not know this type of message',
  E_PROTOCOL: 'a message does not follow the protocol',
})

/** What the text of a filter may be refused with. */
export const FILTER_ERROR_CODES = Object.freeze(
  /** @type {const} */ (['E_SYNTAX', 'E_NAME', 'E_TYPE', 'E_ARGUMENT', 'E_RANGE', 'E_LIMIT', 'E_INTERVAL']),
)

/** Every code with its meaning. */
export const ERROR_CODES = Object.freeze({ ...CORE_ERROR_CODES, ...JS_ERROR_CODES })

/** @typedef {keyof typeof ERROR_CODES} ErrorCode */

/**
 * Where in a filter's text an error lies.
 * @typedef {object} Position
 * @property {number} offset UTF-16 code units from the start, from 0
 * @property {number} line from 1
 * @property {number} column from 1
 */

/**
 * @typedef {object} ErrorDetails
 * @property {Position} [position] for errors in a filter's text
 * @property {string} [expected] what would have been right
 * @property {string} [hint] what to do, or the nearest known name
 * @property {string} [excerpt] for people: the line of the filter that the position is in, and a caret below the place
 * @property {Record<string, unknown>} [details] the numbers and names behind the message: option, got, need, limit …
 * @property {unknown} [cause]
 */

/**
 * An error as it travels in a message.
 * @typedef {{ code: string, message: string } & Omit<ErrorDetails, 'cause'>} ErrorData
 */

/** What every call of this package throws or rejects with. `code` is one of `ERROR_CODES`. */
export class TickscanError extends Error {
  /**
   * @param {ErrorCode} code
   * @param {string} message
   * @param {ErrorDetails} [more]
   */
  constructor(code, message, more = {}) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause })
    /** @type {ErrorCode} */
    this.code = code
    /** @type {Position | undefined} */
    this.position = undefined
    /** @type {string | undefined} */
    this.expected = undefined
    /** @type {string | undefined} */
    this.hint = undefined
    /** @type {string | undefined} */
    this.excerpt = undefined
    /** @type {Record<string, unknown> | undefined} */
    this.details = undefined
    for (const key of /** @type {const} */ (['position', 'expected', 'hint', 'excerpt', 'details'])) {
      if (more[key] !== undefined) Object.assign(this, { [key]: more[key] })
      else delete this[key]
    }
  }

  get name() {
    return 'TickscanError'
  }
}

/**
 * Any thrown thing as plain data that can be cloned.
 * @param {unknown} error
 * @param {ErrorCode} [fallback] for things without one of our codes
 * @returns {ErrorData}
 */
export function toErrorData(error, fallback = 'E_INTERNAL') {
  const source = /** @type {any} */ (error)
  const code = isErrorCode(source?.code) ? source.code : fallback
  /** @type {ErrorData} */
  const data = { code, message: String(source?.message ?? source) }
  if (source?.position) {
    const { offset, line, column } = source.position
    data.position = { offset, line, column }
  }
  if (source?.expected) data.expected = String(source.expected)
  if (source?.hint) data.hint = String(source.hint)
  if (source?.excerpt) data.excerpt = String(source.excerpt)
  if (source instanceof TickscanError && source.details) data.details = { ...source.details }
  return data
}

/**
 * The error behind plain data, with the stack of whoever called.
 * @param {unknown} data from the core or the worker; anything that is not an error becomes E_INTERNAL
 * @param {Record<string, unknown>} [details] added to the error's own
 * @returns {TickscanError}
 */
export function fromErrorData(data, details) {
  const source = toErrorData(data)
  const given = /** @type {any} */ (data)?.details
  const all = { ...(typeof given === 'object' ? given : undefined), ...details }
  return new TickscanError(/** @type {ErrorCode} */ (source.code), source.message, {
    position: source.position,
    expected: source.expected,
    hint: source.hint,
    excerpt: source.excerpt,
    details: Object.keys(all).length > 0 ? all : undefined,
  })
}

/**
 * `error` itself if it is ours, else a TickscanError around it.
 * @param {unknown} error
 * @param {ErrorCode} fallback
 * @returns {TickscanError}
 */
export function wrapError(error, fallback) {
  if (error instanceof TickscanError) return error
  const { code, message } = toErrorData(error, fallback)
  return new TickscanError(/** @type {ErrorCode} */ (code), message, { cause: error })
}

/**
 * @param {unknown} code
 * @returns {code is ErrorCode}
 */
function isErrorCode(code) {
  return typeof code === 'string' && Object.hasOwn(ERROR_CODES, code)
}
