// Agreement with TA-Lib, as data: every function of TA-Lib that the engine offers, over both vector files, each
// point within 1e-9 relative and the same first index. A table of what was compared is printed; every output of every
// indicator is in it or in tests/vectors.

import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { createScanner, describeFilters } from '../../dist/node.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const VECTORS = join(resolve(ROOT, process.env.TICKSCAN_DATA ?? '../shared/data'), 'talib')
const FILES = ['daily_252', 'daily_2000_ohlc']
const AGREED = 1e-9
// Where values cancel to about nothing, TA-Lib's rounding errors are left and no digit of them means anything: a
// difference below this share of the output's largest value is none. Only STOCHRSI and LINEARREG_SLOPE need it,
// where TA-Lib has 1e-15 for a value that is exactly 0.
const NOISE = 1e-13

// What our names do not tell: an indicator is called as TA-Lib's function in lower case, and `cdl_…` as CDL….
// `source` is written out for functions of the language, which take any number; `filter` is the whole of what is not
// called as a function. `outputs` are in TA-Lib's order. `within` is a wider bound than 1e-9, and `why` its reason.
/** @type {Record<string, { name?: string, source?: string, filter?: string, outputs?: string[], within?: number, why?: string }>} */
const FUNCTIONS = {
  TRANGE: { name: 'tr' },
  AVGPRICE: { filter: 'ohlc4' },
  MEDPRICE: { filter: 'hl2' },
  TYPPRICE: { filter: 'hlc3' },
  ADD: { filter: 'close + high' },
  SUB: { filter: 'close - high' },
  MULT: { filter: 'close * high' },
  DIV: { filter: 'close / high' },
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
// TA-Lib's functions that have no row, and why. What is neither here nor offered fails.
/** @type {Record<string, string>} */
const NOT_OFFERED = {
  'ACOS ASIN ATAN COS COSH LOG10 SIN SINH TAN TANH':
    'no use for prices: of the vector math there are sqrt exp log floor ceil',
  'HT_DCPERIOD HT_DCPHASE HT_PHASOR HT_SINE HT_TRENDLINE HT_TRENDMODE': 'cycle functions',
  MAMA: 'an average to choose by ma_type',
  'MAXINDEX MININDEX MINMAXINDEX':
    "an index into the caller's array; highest_bars and lowest_bars count back instead",
  MINMAX: 'highest and lowest',
  'MIDPOINT MIDPRICE': '(highest + lowest) / 2; donchian has it for high and low',
  SUM: 'sma times its period',
  'MA MAVP': 'averages chosen by a number',
  'ACCBANDS AVGDEV IMI SAREXT TSF WCLPRICE': 'not among the indicators that were asked for',
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
    const { source, filter } = FUNCTIONS[talibName] ?? {}
    const given = [...(source ? [source] : []), ...Object.values(params)]
    const call = filter ?? `${nameOf(talibName)}(${given.join(', ')})`
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
      const output = names ? `${call}.${names[k]}` : call
      const worst = worstError(await scanner.series(output, file, '1m'), expected, begin)
      total.points += expected.length
      total.hits += expected.filter((value) => value !== 0).length
      total.worst = Math.max(total.worst, worst)
      assert.ok(worst <= within, `${output}: worst relative error ${worst}`)
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

  // The average that the bands stand around is TA-Lib's own MAMA, which has no row of its own here.
  for (const { file, vectors } of files) {
    it(`MAMA over ${file}, as the ma_type 7`, async () => {
      const vector = vectors.find((one) => one.function === 'MAMA')
      assert.ok(vector)
      const middle = await scanner.series('bbands(close, 2, 2, 2, 7).middle', file, '1m')
      assert.ok(worstError(middle, vector.outputs[0], vector.begin) <= AGREED)
    })
  }

  it('says what was compared', (t) => {
    const row = (/** @type {string[]} */ [name, points, hits, worst, why = '']) =>
      `${name.padEnd(20)} ${points.padStart(7)} ${hits.padStart(9)} ${worst.padStart(12)}  ${why}`.trimEnd()
    t.diagnostic(row(['function', 'points', 'not zero', 'worst error']))
    for (const [name, { points, hits, worst }] of compared) {
      const why = FUNCTIONS[name]?.why
      t.diagnostic(row([name, `${points}`, `${hits}`, worst.toExponential(1), why ?? '']))
    }
    t.diagnostic(`${compared.size} functions; not offered:`)
    for (const [names, why] of Object.entries(NOT_OFFERED)) t.diagnostic(`  ${names}: ${why}`)
    const excused = Object.keys(NOT_OFFERED).flatMap((names) => names.split(' '))
    assert.deepEqual([...notOffered].sort(), excused.sort(), "TA-Lib's functions without a row")
    const patterns = [...compared.keys()].filter((name) => name.startsWith('CDL'))
    assert.equal(patterns.length, 61)
  })

  it('covers, with tests/vectors, every output of every indicator', async () => {
    const names = (/** @type {string} */ name) => FUNCTIONS[name]?.outputs ?? ['value']
    const covered = new Set([
      ...[...compared.keys()].flatMap((name) => names(name).map((output) => `${nameOf(name)}.${output}`)),
      ...vectorOutputs(),
    ])
    const { indicators } = await describeFilters()
    const offered = indicators.flatMap(({ name, outputs }) => outputs.map((output) => `${name}.${output}`))
    const bare = offered.filter((output) => !covered.has(output))
    assert.deepEqual(bare, [], 'outputs that no vector has: give them a file in tests/vectors')
  })
})

/** The outputs of indicators that the files of tests/vectors cover. */
function vectorOutputs() {
  const folder = join(ROOT, 'tests/vectors')
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'))
  return files.flatMap((file) => {
    const { indicator, cases } = JSON.parse(readFileSync(join(folder, file), 'utf8'))
    const outputs = cases.flatMap((/** @type {{ outputs: object }} */ one) => Object.keys(one.outputs))
    return outputs.map((/** @type {string} */ output) => `${indicator}.${output}`)
  })
}
