// A price has no natural unit: all prices times 2^-20 or 2^20 change no boolean of any filter, and scale every output
// exactly, on the real pairs whose prices are smallest. Indicators, outputs and types of averages come from
// describeFilters(), so a new row is covered by itself.

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createScanner, describeFilters } from 'tickscan'
import { PAIRS, readKlines, scaled, skipKlines, slice } from './helpers/klines.mjs'

const KLINES = 4000
const SCALES = [1, 2 ** -20, 2 ** 20]

// An output is scale-free (0), a price (1) or a price squared (2). Which one is found from its values: it must be one.
const POWERS = [0, 1, 2]
/** What some must be found to be, so that the finding itself is tested. */
const KNOWN = {
  'sma.value': 1,
  'atr.value': 1,
  'macd.hist': 1,
  'bbands.upper': 1,
  'bbands.percent_b': 0,
  'supertrend.direction': 0,
  'supertrend.value': 1,
  'var.value': 2,
  'rsi.value': 0,
  'adx.value': 0,
  'mfi.value': 0,
  'obv.value': 0,
  'beta.value': 0,
  'ichimoku.chikou': 1,
  'pivot_high.bars': 0,
}
/** Outputs that are no power of a price, and why; their sign is all that cannot change. */
const NO_POWER = { 'linearreg_angle.value': 'the arc tangent of a price per kline, as TA-Lib defines it' }

// What functions and operators make of prices; no absolute price in any of them.
const FILTERS = [
  'close > sma(close, 20) * 1.001',
  'crosses_above(ema(9), ema(21))',
  'crosses_below(close, bbands(20).lower)',
  'crosses(close, vwap(20))',
  'close > open and close > close[1] or not (high - low > 2 * atr(14))',
  'rising(close, 3) or falling(low, 2)',
  'close >= highest(close, 10) and highest_bars(high, 10) <= 2',
  'low <= lowest(low, 10) and lowest_bars(low, 10) == 0',
  'change(close, 3) > 0 and (close - open) / (high - low) > 0.5',
  'bars_since(close < open) >= 3',
  'close > value_when(volume > 2 * sma(volume, 5), high)',
  'held(close > open, 3) or count(close > open, 5) >= 4',
  'percent_rank(close, 50) > 90',
  'abs(close - open) >= max(high - open, open - low) - min(open, close) * 0.0001',
  'sqrt(close / close[1]) > 1 and log(close / close[5]) < 0.01',
  'sign(close - open) == 1 and round(100 * close / open) == 100',
  'stddev(close, 20) > 0.001 * close and stddev(close, 20) * 2 < atr(14) * 3',
  '30 < adx(14) < 60 and plus_di(14) > minus_di(14)',
  'macd(12, 26, 9).hist > macd(12, 26, 9).hist[1]',
  'close@5m > sma(close, 20)@5m and close > sma(close, 5)',
  'rsi(14)@5m < 40 and mfi(14) < 50',
]

describe('scale', { skip: skipKlines }, async () => {
  const pairs = PAIRS.filter((pair) => pair.endsWith('BTC'))
  /** @param {string} pair @param {number} scale */
  const symbolOf = (pair, scale) => `${pair}*${scale}`
  /** @type {import('../../js/scanner.js').Scanner} */
  let scanner

  before(async () => {
    const symbols = pairs.flatMap((pair) => SCALES.map((scale) => symbolOf(pair, scale)))
    scanner = await createScanner({ symbols, intervals: ['1m', '5m'], maxKlines: 5000, threads: 1 })
    for (const pair of pairs) {
      for (const interval of /** @type {const} */ (['1m', '5m'])) {
        const file = readKlines(pair, interval)
        const columns = slice(file, 0, KLINES)
        for (const scale of SCALES)
          scanner.writer.loadHistory(symbolOf(pair, scale), interval, scaled(columns, scale))
      }
    }
  })
  after(() => scanner.close())

  /**
   * An expression over a pair, once for each scale.
   * @param {string} expression
   * @param {string} pair
   */
  function atScales(expression, pair) {
    return Promise.all(SCALES.map((scale) => scanner.series(expression, symbolOf(pair, scale), '1m')))
  }

  /**
   * A condition gives the same at every scale, and is known somewhere.
   * @param {string} filter
   * @returns {Promise<{ booleans: number, held: number }>}
   */
  async function sameAtScales(filter) {
    let [booleans, held] = [0, 0]
    for (const pair of pairs) {
      const [plain, ...others] = await atScales(filter, pair)
      for (const [k, other] of others.entries()) {
        const at = plain.findIndex((value, i) => !Object.is(value, other[i]))
        if (at >= 0)
          assert.fail(
            `${filter} of ${pair} at ${at} is ${plain[at]}, times ${SCALES[k + 1]} it is ${other[at]}`,
          )
      }
      booleans += 2 * plain.filter((value) => !Number.isNaN(value)).length
      held += plain.filter((value) => value === 1).length
    }
    assert.ok(booleans > 0, `${filter} is never known`)
    return { booleans, held }
  }

  /**
   * The power of the scale that multiplies every value of an output exactly, over all pairs.
   * @param {string} expression
   * @returns {Promise<number[]>} all that fit: several only if the output is always 0
   */
  async function powersOf(expression) {
    let fitting = POWERS
    for (const pair of pairs) {
      const [plain, ...others] = await atScales(expression, pair)
      assert.equal(plain.length, KLINES)
      fitting = fitting.filter((power) =>
        others.every((other, k) => {
          const factor = SCALES[k + 1] ** power
          return plain.every((value, i) => Object.is(value * factor, other[i]))
        }),
      )
    }
    return fitting
  }

  const { indicators } = await describeFilters()
  for (const { name, params, outputs } of indicators) {
    it(name, async (t) => {
      for (const call of callsOf(name, params)) {
        for (const output of outputs) {
          const value = `${call}.${output}`
          const key = `${name}.${output}`
          if (key in NO_POWER) {
            await sameAtScales(`${value} > 0`)
            continue
          }
          const powers = await powersOf(value)
          assert.ok(powers.length > 0, `${value} is neither scale-free nor a price nor a price squared`)
          if (key in KNOWN) assert.deepEqual(powers, [KNOWN[key]], key)
          const filters = [`${value} > ${value}[1]`]
          if (powers.includes(1)) filters.push(`close >= ${value}`, `crosses_above(${value}, open)`)
          if (powers.includes(0)) filters.push(`${value} > 50`, `${value} < 0.5`)
          let booleans = 0
          for (const filter of filters) booleans += (await sameAtScales(filter)).booleans
          t.diagnostic(`${value}: price^${powers.join('|')}, ${booleans} booleans`)
        }
      }
    })
  }

  for (const filter of FILTERS) {
    it(filter, async (t) => {
      const { booleans, held } = await sameAtScales(filter)
      t.diagnostic(`${booleans} booleans, ${held} held`)
      assert.ok(held > 0, 'holds nowhere: the filter says nothing')
    })
  }
})

/**
 * A call with default parameters, and one for each average that a parameter may choose.
 * @param {string} name
 * @param {{ name: string, least: number, most: number }[]} params
 */
function callsOf(name, params) {
  const calls = [`${name}()`]
  for (const param of params.filter((one) => one.name.endsWith('ma_type'))) {
    for (let type = param.least + 1; type <= param.most; type++) calls.push(`${name}(${param.name}: ${type})`)
  }
  return calls
}
