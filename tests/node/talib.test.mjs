// Agreement with TA-Lib, as data: every function of TA-Lib that the engine offers, over both vector files, each
// point within 1e-9 relative and the same first index. The last test prints the table of what was compared.

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { createScanner } from '../../dist/node.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const VECTORS = join(resolve(ROOT, process.env.TICKSCAN_DATA ?? '../shared/data'), 'talib')
const FILES = ['daily_252', 'daily_2000_ohlc']
const AGREED = 1e-9
// Where values cancel to about nothing, TA-Lib's rounding errors are left and no digit of them means anything: a
// difference below this share of the output's largest value is none. Only STOCHRSI and LINEARREG_SLOPE need it,
// where TA-Lib has 1e-15 for a value that is exactly 0.
const NOISE = 1e-13

// What our names do not tell: an indicator is called as TA-Lib's function in lower case, and `cdl_…` as CDL….
// `source` is written out for functions of the language, which take any number. `outputs` are in TA-Lib's order. `within` is a wider bound than 1e-9, and `why` its reason.
/** @type {Record<string, { name?: string, source?: string, outputs?: string[], within?: number, why?: string }>} */
const FUNCTIONS = {
  TRANGE: { name: 'tr' },
  CEIL: { source: 'close' },
  EXP: { source: 'close' },
  FLOOR: { source: 'close' },
  LN: { name: 'log', source: 'close' },
  MAX: { name: 'highest', source: 'close' },
  MIN: { name: 'lowest', source: 'close' },
  SQRT: { source: 'close' },
  AROON: { outputs: ['down', 'up'] },
  BBANDS: { outputs: ['upper', 'middle', 'lower'] },
  VAR: { within: 1e-8, why: "TA-Lib's sliding Σx² − mean² cancels; ours is the exact variance" },
  MACD: { outputs: ['macd', 'signal', 'hist'] },
  MACDEXT: { outputs: ['macd', 'signal', 'hist'] },
  MACDFIX: { outputs: ['macd', 'signal', 'hist'] },
  STOCH: { outputs: ['k', 'd'] },
  STOCHF: { outputs: ['k', 'd'] },
  STOCHRSI: { outputs: ['k', 'd'] },
}
const VOLUME_FUNCTIONS = new Set(['AD', 'ADOSC', 'MFI', 'OBV'])

const skip = existsSync(VECTORS) ? false : `no TA-Lib vectors at ${VECTORS}: set TICKSCAN_DATA`

/** @typedef {{ function: string, begin: number, params: Record<string, number>, outputs: (number | null)[][] }} Vector */

/**
 * A vector file's input columns and the vectors of its functions.
 * @param {string} file
 */
function readVectors(file) {
  const text = gunzipSync(readFileSync(join(VECTORS, `${file}.ndjson.gz`))).toString()
  const [head, ...lines] = text.trimEnd().split('\n')
  return {
    input: /** @type {Record<string, number[]>} */ (JSON.parse(head).input),
    vectors: /** @type {Vector[]} */ (lines.map((line) => JSON.parse(line))),
  }
}

/**
 * The input as a history of one-minute klines.
 * @param {Record<string, number[]>} input
 */
function historyOf({ open, high, low, close, volume }) {
  const openTime = open.map((_, i) => i * 60_000)
  return { openTime, open, high, low, close, volume: volume ?? open.map(() => 1) }
}

/** @param {string} talibName */
function nameOf(talibName) {
  const plain = talibName.toLowerCase()
  return FUNCTIONS[talibName]?.name ?? (plain.startsWith('cdl') ? `cdl_${plain.slice(3)}` : plain)
}

/**
 * The worst relative difference, beyond noise, of a series from a vector's output, which starts at row `begin`.
 * @param {Float64Array} actual
 * @param {(number | null)[]} expected
 * @param {number} begin
 */
function worstError(actual, expected, begin) {
  const first = actual.findIndex((value) => !Number.isNaN(value))
  assert.equal(first, begin, 'first index')
  assert.equal(actual.length, begin + expected.length)
  const noise = NOISE * Math.max(...expected.map((value) => Math.abs(value ?? 0)))
  let worst = 0
  for (const [i, want] of expected.entries()) {
    const got = actual[begin + i]
    if (got === want) continue
    assert.ok(want !== null, `TA-Lib has no finite value at ${begin + i}, ours is ${got}`)
    assert.ok(Number.isFinite(got), `${got} at ${begin + i}, expected ${want}`)
    const difference = Math.abs(got - want)
    const error = difference / Math.max(Math.abs(got), Math.abs(want))
    if (error > AGREED && difference <= noise) continue
    worst = Math.max(worst, error)
  }
  return worst
}

describe('agreement with TA-Lib', { skip }, () => {
  /** @type {import('../../js/scanner.js').Scanner} */
  let scanner
  /** @type {Map<string, { points: number, worst: number, hits: number }>} */
  const compared = new Map()
  /** @type {Set<string>} */
  const notOffered = new Set()
  const files = skip ? [] : FILES.map((file) => ({ file, ...readVectors(file) }))

  before(async () => {
    scanner = await createScanner({ symbols: FILES, intervals: ['1m'], maxKlines: 5000, threads: 1 })
    for (const { file, input } of files) scanner.writer.loadHistory(file, '1m', historyOf(input))
  })
  after(() => scanner.close())

  /**
   * Compares one function on one file; notes it as not offered if the engine does not know the name.
   * @param {string} file
   * @param {Vector} vector
   */
  async function compare(file, { function: talibName, begin, params, outputs }) {
    const source = FUNCTIONS[talibName]?.source
    const given = [...(source ? [source] : []), ...Object.values(params)]
    const call = `${nameOf(talibName)}(${given.join(', ')})`
    try {
      await scanner.series(call, file, '1m')
    } catch (error) {
      if (/** @type {{ code?: string }} */ (error).code !== 'E_NAME') throw error
      notOffered.add(talibName)
      return
    }
    const { outputs: names, within = AGREED } = FUNCTIONS[talibName] ?? {}
    assert.equal(names?.length ?? 1, outputs.length, `${talibName} needs the names of its outputs`)
    const total = compared.get(talibName) ?? { points: 0, worst: 0, hits: 0 }
    compared.set(talibName, total)
    for (const [k, expected] of outputs.entries()) {
      const filter = names ? `${call}.${names[k]}` : call
      const worst = worstError(await scanner.series(filter, file, '1m'), expected, begin)
      total.points += expected.length
      total.hits += expected.filter((value) => value !== 0).length
      total.worst = Math.max(total.worst, worst)
      assert.ok(worst <= within, `${filter}: worst relative error ${worst}`)
    }
  }

  for (const { file, input, vectors } of files) {
    for (const vector of vectors) {
      const missing = !input.volume && VOLUME_FUNCTIONS.has(vector.function)
      it(`${vector.function} over ${file}`, { skip: missing && 'the file has no volume' }, () =>
        compare(file, vector),
      )
    }
  }

  it('covers what the engine offers', (t) => {
    t.diagnostic('function  points  not zero  worst relative error')
    for (const [name, { points, hits, worst }] of compared) {
      const why = FUNCTIONS[name]?.why
      t.diagnostic(`${name}  ${points}  ${hits}  ${worst.toExponential(1)}${why ? `  (${why})` : ''}`)
    }
    t.diagnostic(`not offered: ${[...notOffered].join(' ')}`)
    for (const name of ['SMA', 'EMA', 'RSI']) assert.ok(compared.has(name), name)
    const patterns = [...compared.keys()].filter((name) => name.startsWith('CDL'))
    assert.equal(patterns.length, 61)
  })
})
