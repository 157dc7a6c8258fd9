// Reads closed klines from CSV text, in chunks, strictly: a file is either right in every row or refused with
// the file, the line and what was expected there. Silently dropping a bad row would shift every indicator
// after it, which is worse than stopping.
//
// The header is `open_time_ms,open,high,low,close,volume`. Rows ascend by open time, at least one interval
// apart; a larger distance is a gap in the market's data and legal. Works on any async iterable of strings, so
// the same code reads files in Node and fetched files in a page.

import { intervalMs } from './intervals.mjs'

export const HEADER = 'open_time_ms,open,high,low,close,volume'

/** Column names in the order of a row; also the names in error messages. */
const COLUMNS = HEADER.split(',')

/** JavaScript's Number() also takes '', ' 1', '0x10' and 'Infinity'; a price file may hold none of them. */
const NUMBER = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/**
 * @typedef {object} Kline
 * @property {number} openTime
 * @property {number} open
 * @property {number} high
 * @property {number} low
 * @property {number} close
 * @property {number} volume
 * @property {true} closed
 */

/** A kline file that cannot be used: which file, which line, and what was expected. */
export class KlineFileError extends Error {
  /**
   * @param {string} file
   * @param {number} line 1 is the header; 0 means the file as a whole
   * @param {string} problem what was found and what was expected
   */
  constructor(file, line, problem) {
    super(`${file}${line > 0 ? `:${line}` : ''}: ${problem}`)
    this.name = 'KlineFileError'
    this.code = 'E_KLINE_FILE'
    this.file = file
    this.line = line
  }
}

/**
 * Yields the klines of a CSV text in batches, as they arrive.
 * @param {AsyncIterable<string>} chunks
 * @param {{ file: string, interval: string }} source `file` is the name that errors carry
 * @returns {AsyncGenerator<Kline[], void, undefined>}
 */
export async function* parseKlines(chunks, { file, interval }) {
  const stepMs = intervalMs(interval)
  if (stepMs === undefined)
    throw new KlineFileError(file, 0, `'${interval}' is not an interval such as 1m or 4h`)
  const parser = new RowParser(file, stepMs)
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    const klines = parser.parse(lines)
    if (klines.length > 0) yield klines
  }
  const last = parser.parse(rest === '' ? [] : [rest])
  if (parser.line === 0) throw new KlineFileError(file, 1, `the file is empty; expected the header ${HEADER}`)
  if (last.length > 0) yield last
}

/** Turns lines into klines; holds what a row is checked against: its line number and the row before it. */
class RowParser {
  /**
   * @param {string} file
   * @param {number} stepMs
   */
  constructor(file, stepMs) {
    this.file = file
    this.stepMs = stepMs
    this.line = 0
    this.previousOpenTime = Number.NEGATIVE_INFINITY
  }

  /**
   * @param {string[]} lines
   * @returns {Kline[]}
   */
  parse(lines) {
    const klines = []
    for (const text of lines) {
      this.line += 1
      const row = text.endsWith('\r') ? text.slice(0, -1) : text
      if (this.line === 1) this.checkHeader(row)
      else klines.push(this.kline(row))
    }
    return klines
  }

  /** @param {string} row */
  checkHeader(row) {
    const header = row.startsWith('\ufeff') ? row.slice(1) : row
    if (header !== HEADER) throw this.error(`the header is '${shorten(row)}', expected '${HEADER}'`)
  }

  /**
   * @param {string} row
   * @returns {Kline}
   */
  kline(row) {
    const fields = row.split(',')
    if (fields.length !== COLUMNS.length) {
      const count = `${fields.length} column${fields.length === 1 ? '' : 's'}`
      throw this.error(`the row '${shorten(row)}' has ${count}, expected ${COLUMNS.length} (${HEADER})`)
    }
    const [openTime, open, high, low, close, volume] = fields.map((field, at) => this.number(field, at))
    this.checkTime(openTime)
    if (high < low) throw this.error(`high ${high} is below low ${low}`)
    if (volume < 0) throw this.error(`volume ${volume} is negative`)
    return { openTime, open, high, low, close, volume, closed: true }
  }

  /**
   * @param {string} field
   * @param {number} at
   */
  number(field, at) {
    const value = NUMBER.test(field) ? Number(field) : Number.NaN
    if (!Number.isFinite(value)) throw this.error(`${COLUMNS[at]} is '${shorten(field)}', expected a number`)
    return value
  }

  /** @param {number} openTime */
  checkTime(openTime) {
    if (!Number.isSafeInteger(openTime) || openTime < 0) {
      throw this.error(`open_time_ms is ${openTime}, expected whole milliseconds since 1970`)
    }
    const earliest = this.previousOpenTime + this.stepMs
    if (openTime < earliest) {
      throw this.error(
        `open_time_ms ${openTime} does not follow ${this.previousOpenTime} of the row before; ` +
          `expected ${earliest} or later (rows ascend)`,
      )
    }
    this.previousOpenTime = openTime
  }

  /** @param {string} problem */
  error(problem) {
    return new KlineFileError(this.file, this.line, problem)
  }
}

/** Keeps a broken line from flooding the terminal. @param {string} text */
function shorten(text) {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
