/**
 * Why a MarketWriter refused a write, in words. Runs only on the way to an error: the writers themselves return
 * numbers, and what exactly is wrong is looked for here, afterwards.
 */

import { TickscanError } from './errors.js'
import { KLINE_FIELDS } from './kline-writer.js'
import { INVALID, OWNED, STALE } from './market-memory.js'
import { describe, didYouMean } from './names.js'
import { TICKER_FIELDS } from './ticker-writer.js'

/** @typedef {{ message: string, expected: string, field?: string }} Explanation */

/**
 * @param {unknown} key
 * @param {boolean} stale
 * @param {Iterable<string>} known
 */
export function symbolError(key, stale, known) {
  if (stale) {
    return new TickscanError('E_STALE_KEY', `the key ${key} belongs to a symbol that was removed`, {
      hint: 'ask keyOf(symbol) again',
    })
  }
  return new TickscanError('E_SYMBOL', `the symbol ${describe(key)} is unknown`, {
    expected: 'the name or index of a symbol that was added to the scanner',
    hint: typeof key === 'string' ? didYouMean(key, known) : undefined,
  })
}

/**
 * @param {unknown} interval
 * @param {string[]} known
 */
export function intervalError(interval, known) {
  return new TickscanError('E_INTERVAL', `the interval ${describe(interval)} is not configured`, {
    expected: `one of ${known.join(' ')}`,
    hint: didYouMean(String(interval), known),
  })
}

/** @param {string} interval */
export function derivedError(interval) {
  return new TickscanError('E_INTERVAL', `the klines of ${interval} are made here (option derive)`, {
    expected: 'klines of the shortest interval, or a history (loadHistory)',
    details: { interval },
  })
}

/**
 * @param {unknown} key
 * @param {string | undefined} interval undefined for a ticker
 * @param {unknown} update
 * @param {number} result of the write
 * @param {number} maxKlines
 */
export function refusalError(key, interval, update, result, maxKlines) {
  const record = interval === undefined ? `ticker of ${String(key)}` : `kline of ${String(key)} ${interval}`
  if (result === INVALID)
    return valueError(record, update, interval === undefined ? explainTicker : explainKline)
  if (result === OWNED) {
    return new TickscanError('E_OWNED', `${record}: another writer owns the record`, {
      hint: 'one writer per record: let the other one release() it, or close it',
    })
  }
  if (result === STALE) {
    const { openTime } = /** @type {{ openTime: number }} */ (update)
    return new TickscanError('E_STALE', `${record}: open time ${openTime} is older than all that is kept`, {
      expected: `one of the newest ${maxKlines} klines`,
      hint: 'older klines come in with loadHistory, as far as maxKlines has room',
      details: { openTime },
    })
  }
  return new TickscanError('E_LAYOUT', `${record}: the record is damaged`, {
    hint: 'something other than a MarketWriter has written to the shared memory',
  })
}

/**
 * @param {string} record
 * @param {unknown} update
 * @param {(fields: Record<string, unknown>) => Explanation} explain
 */
function valueError(record, update, explain) {
  if (typeof update !== 'object' || update === null) {
    return new TickscanError('E_VALUE', `${record}: got ${describe(update)}`, {
      expected: 'an object of numbers',
    })
  }
  const { message, expected, field } = explain(/** @type {Record<string, unknown>} */ (update))
  const text = field !== undefined && typeof Reflect.get(update, field) === 'string'
  return new TickscanError('E_VALUE', `${record}: ${message}`, {
    expected,
    hint: text ? 'exchanges send numbers as text: convert them with Number()' : undefined,
    details: field === undefined ? undefined : { field },
  })
}

/**
 * What is wrong with a ticker, in the order in which TickerWriter checks.
 * @param {Record<string, unknown>} ticker
 * @returns {Explanation}
 */
function explainTicker(ticker) {
  let given = 0
  for (const field of TICKER_FIELDS) {
    const value = ticker[field]
    if (value === undefined) continue
    if (!Number.isFinite(value)) {
      return { message: `${field} is ${describe(value)}`, expected: 'a finite number', field }
    }
    if ((field === 'volume24h' || field === 'quoteVolume24h') && Number(value) < 0) {
      return { message: `${field} is ${value}`, expected: 'a number from 0', field }
    }
    if (field !== 'time') given++
  }
  if (given === 0) {
    const known = TICKER_FIELDS.filter((field) => field !== 'time')
    return { message: 'the ticker has no known field', expected: `at least one of ${known.join(' ')}` }
  }
  return {
    message: `high24h ${ticker.high24h} is below low24h ${ticker.low24h}`,
    expected: 'high24h ≥ low24h',
    field: 'high24h',
  }
}

/**
 * What is wrong with a kline, in the order in which KlineWriter checks.
 * @param {Record<string, unknown>} kline
 * @returns {Explanation}
 */
function explainKline(kline) {
  for (const field of KLINE_FIELDS) {
    if (!Number.isFinite(kline[field])) {
      return { message: `${field} is ${describe(kline[field])}`, expected: 'a finite number', field }
    }
  }
  if (Number(kline.volume) < 0) {
    return { message: `volume is ${kline.volume}`, expected: 'a number from 0', field: 'volume' }
  }
  if (Number(kline.high) < Number(kline.low)) {
    return { message: `high ${kline.high} is below low ${kline.low}`, expected: 'high ≥ low', field: 'high' }
  }
  return { message: `closed is ${describe(kline.closed)}`, expected: 'true or false', field: 'closed' }
}
