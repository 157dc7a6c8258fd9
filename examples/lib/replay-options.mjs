// The command line of the replay: texts in, one checked options object out, or a UsageError that says which
// option is wrong and what it takes.

import { parseArgs } from 'node:util'
import { intervalMs } from './intervals.mjs'

export const USAGE = `Replays a folder of kline files through the scanner and prints each signal.

  node examples/replay.mjs --data DIR --filter TEXT [options]

  --data DIR        folder of SYMBOL-INTERVAL.csv[.gz] files (header open_time_ms,open,high,low,close,volume)
  --filter TEXT     what a symbol must satisfy, for example "rsi(14)@1m < 30 and close > ema(close, 50)@5m"
  --symbols A,B     only these symbols (default: every symbol with a file of the base interval)
  --interval 1m     base interval: what a part of the filter without @ reads (default: 1m)
  --on tick|close   decide in every cycle, or once per closed base kline (default: tick, as in the API; only
                    closed klines are fed here, so both decide on the same values)
  --columns A=X,…   values printed with each entered symbol, for example rsi=rsi(14),price=close
  --limit N         only the first N base klines of each symbol
  --history N       klines kept per series, what the longest lookback must fit into (default: 1000)
  --threads N       scanning threads (default: auto)
  --json            NDJSON: one object per signal, then one summary object
  --help            this text

Exit code: 0 done, 1 the data or the filter is wrong, 2 the command line is wrong.`

/** The command line is wrong; the message says how. */
export class UsageError extends Error {
  name = 'UsageError'
}

/**
 * @typedef {object} ReplayOptions
 * @property {string} data
 * @property {string} filter
 * @property {string[] | undefined} symbols
 * @property {string} interval
 * @property {'tick' | 'close'} on
 * @property {Record<string, string>} columns
 * @property {number} limit
 * @property {number} history
 * @property {number | 'auto'} threads
 * @property {boolean} json
 * @property {boolean} help
 */

/**
 * @param {string[]} args what follows the script's name
 * @returns {ReplayOptions}
 */
export function replayOptions(args) {
  const values = parsed(args)
  if (values.help) return /** @type {ReplayOptions} */ ({ help: true })
  if (!values.data) throw new UsageError('--data is missing: the folder of kline files')
  if (!values.filter) throw new UsageError('--filter is missing: what a symbol must satisfy')
  if (values.on !== 'tick' && values.on !== 'close')
    throw new UsageError(`--on is '${values.on}', expected tick or close`)
  if (intervalMs(values.interval) === undefined) {
    throw new UsageError(`--interval is '${values.interval}', expected one such as 1m, 5m or 1h`)
  }
  return {
    data: values.data,
    filter: values.filter,
    symbols: values.symbols
      ?.split(',')
      .map((symbol) => symbol.trim())
      .filter(Boolean),
    interval: values.interval,
    on: values.on,
    columns: columnTexts(values.columns ?? ''),
    limit: values.limit === undefined ? Infinity : count('--limit', values.limit),
    history: count('--history', values.history),
    threads: values.threads === 'auto' ? 'auto' : count('--threads', values.threads),
    json: values.json,
    help: false,
  }
}

/** @param {string[]} args */
function parsed(args) {
  try {
    return parseArgs({
      args,
      options: {
        data: { type: 'string' },
        filter: { type: 'string' },
        symbols: { type: 'string' },
        interval: { type: 'string', default: '1m' },
        on: { type: 'string', default: 'tick' },
        columns: { type: 'string' },
        limit: { type: 'string' },
        history: { type: 'string', default: '1000' },
        threads: { type: 'string', default: 'auto' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

/**
 * @param {string} option
 * @param {string} text
 */
function count(option, text) {
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new UsageError(`${option} is '${text}', expected a whole number from 1`)
  return Number(text)
}

/**
 * `a=x,b=f(y, 2)` as an object. Commas inside parentheses and brackets belong to the expression.
 * @param {string} text
 * @returns {Record<string, string>}
 */
export function columnTexts(text) {
  /** @type {Record<string, string>} */
  const columns = {}
  for (const part of splitOutsideParentheses(text)) {
    const [, name, expression] = /^\s*([A-Za-z_]\w*)\s*=(?!=)\s*(.*\S)\s*$/s.exec(part) ?? []
    if (name === undefined) throw new UsageError(`--columns has '${part.trim()}', expected name=expression`)
    if (name in columns) throw new UsageError(`--columns names '${name}' twice`)
    columns[name] = expression
  }
  return columns
}

/** @param {string} text */
function splitOutsideParentheses(text) {
  const parts = ['']
  let depth = 0
  for (const character of text) {
    if (character === '(' || character === '[') depth += 1
    if (character === ')' || character === ']') depth -= 1
    if (character === ',' && depth === 0) parts.push('')
    else parts[parts.length - 1] += character
  }
  return parts.length === 1 && parts[0].trim() === '' ? [] : parts
}
