/**
 * Reads klines from CSV text as it comes, chunk by chunk. Runs in the thread that loads a history.
 *
 * Columns are found by the header's names, in any order, others ignored; without a header they are open time, open,
 * high, low, close, volume, as in the files that exchanges offer. Times are in s, ms, µs or ns since 1970, told apart
 * by their size, or ISO 8601. Quoted values are taken without their quotes.
 */

import { TickscanError } from './errors.js'
import { describe, didYouMean } from './names.js'

/** The names that a column goes by, in lower case without spaces, '_' and '-'. */
const NAMES = /** @type {const} */ ({
  openTime: [
    'opentime',
    'opentimems',
    'time',
    'timestamp',
    'date',
    'datetime',
    'unix',
    'start',
    'intervalbegin',
  ],
  open: ['open', 'o', 'openprice'],
  high: ['high', 'h', 'highprice'],
  low: ['low', 'l', 'lowprice'],
  close: ['close', 'c', 'closeprice'],
  volume: ['volume', 'v', 'vol', 'basevolume', 'volumebase'],
})

/** No line of numbers is longer: what is, is no CSV. */
const LINE_LIMIT = 4096

/** @type {[least: number, perMs: number][]} what a time's size says about its unit */
const UNITS = [
  [1e17, 1e6],
  [1e14, 1e3],
  [1e11, 1],
]

/**
 * Where each field stands among a file's columns.
 * @param {readonly string[]} header
 * @returns {number[]} in the order of NAMES
 * @throws {TickscanError} E_VALUE
 */
export function columnsOf(header) {
  const names = header.map((name) => name.toLowerCase().replace(/[\s_-]/g, ''))
  return Object.entries(NAMES).map(([field, known]) => {
    const at = names.findIndex((name) => /** @type {readonly string[]} */ (known).includes(name))
    if (at >= 0) return at
    throw new TickscanError('E_VALUE', `the file has no column ${field}`, {
      expected: `one of ${known.join(' ')}, among ${header.join(' ')}`,
      hint: didYouMean(field, header),
      details: { field },
    })
  })
}

/**
 * A time of a file in ms since 1970; NaN for what is none.
 * @param {string | number | bigint | Date} value
 */
export function timeOf(value) {
  if (value instanceof Date) return value.getTime()
  const number = typeof value === 'string' && value === '' ? Number.NaN : Number(value)
  if (Number.isNaN(number)) return Date.parse(String(value))
  for (const [least, perMs] of UNITS) {
    if (Math.abs(number) >= least) return number / perMs
  }
  return number * 1000
}

/**
 * @param {AsyncIterable<string>} chunks
 * @param {import('./kline-table.js').KlineTable} table
 */
export async function readCsv(chunks, table) {
  const lines = new Lines(table)
  let rest = ''
  for await (const chunk of chunks) {
    const text = rest + chunk
    let from = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      lines.take(text.slice(from, end))
      from = end + 1
    }
    rest = text.slice(from)
    if (rest.length > LINE_LIMIT) throw lines.error('is too long', `at most ${LINE_LIMIT} characters`)
  }
  if (rest !== '') lines.take(rest)
  if (table.rows === 0 && lines.number === 0)
    throw lines.error('is missing', 'a file of klines, not an empty one')
}

class Lines {
  #table
  /** @type {number[] | undefined} */
  #columns
  #separator = ','
  #row = new Float64Array(6)
  /** The line that was taken last, from 1. */
  number = 0

  /** @param {import('./kline-table.js').KlineTable} table */
  constructor(table) {
    this.#table = table
  }

  /** @param {string} line */
  take(line) {
    this.number++
    const text = line.replace(/^\uFEFF|\r$/g, '')
    if (text === '') return
    if (text.length > LINE_LIMIT) throw this.error('is too long', `at most ${LINE_LIMIT} characters`)
    if (this.#columns === undefined) {
      this.#separator = [',', ';', '\t'].find((one) => text.includes(one)) ?? ','
      const first = this.#split(text)
      // A header has names where rows have numbers.
      if (Number.isNaN(timeOf(first[0]))) {
        this.#columns = columnsOf(first)
        return
      }
      this.#columns = [0, 1, 2, 3, 4, 5]
    }
    this.#push(this.#split(text), this.#columns)
  }

  /**
   * @param {string} message
   * @param {string} expected
   */
  error(message, expected) {
    return new TickscanError('E_VALUE', `line ${this.number || 1} ${message}`, {
      expected,
      details: { line: this.number },
    })
  }

  /** @param {string} text */
  #split(text) {
    const cells = text.split(this.#separator)
    return text.includes('"') ? cells.map((cell) => cell.trim().replace(/^"(.*)"$/, '$1')) : cells
  }

  /**
   * @param {string[]} cells
   * @param {number[]} columns
   */
  #push(cells, columns) {
    for (let c = 0; c < columns.length; c++) {
      const cell = cells[columns[c]]
      if (cell === undefined)
        throw this.error(`has ${cells.length} values`, `at least ${Math.max(...columns) + 1}`)
      this.#row[c] = c === 0 ? timeOf(cell) : numberOf(cell)
      if (Number.isNaN(this.#row[c])) {
        throw this.error(
          `has ${describe(cell)} for ${Object.keys(NAMES)[c]}`,
          c === 0 ? 'a time' : 'a number',
        )
      }
    }
    this.#table.push(this.#row, () => `line ${this.number}`)
  }
}

/** @param {string} cell Number('') would be 0 */
function numberOf(cell) {
  return cell.trim() === '' ? Number.NaN : Number(cell)
}
