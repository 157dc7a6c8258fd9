// Ties are decided by the prices, never by rounding: `close > sma(close, 5)` and its like over all real klines, each
// boolean against the same comparison with a value that was computed afresh, exactly, and rounded once.

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createScanner } from 'tickscan'
import { ExactColumn, nearest, prefixSums, rootOf } from './helpers/exact.mjs'
import { PAIRS, readKlines, skipKlines, slice } from './helpers/klines.mjs'
import { random } from './helpers/series.mjs'

const RING = 5000
// The longest window of the conditions below; a piece of a file begins so many klines before the first that it decides.
const OVERLAP = 64

/**
 * What a condition compares the close with, at kline i of a file: the exact value, rounded once.
 * @typedef {(file: File, i: number) => number} Exact
 */

/** @type {Record<string, (close: number, than: number) => boolean>} */
const COMPARISONS = {
  '>': (close, than) => close > than,
  '>=': (close, than) => close >= than,
  '<': (close, than) => close < than,
  '==': (close, than) => close === than,
}

/** @type {{ value: string, comparisons: string[], lookback: number, than: Exact }[]} */
const VALUES = [
  { value: 'sma(close, 3)', comparisons: ['==', '>'], lookback: 2, than: mean(3) },
  { value: 'sma(close, 5)', comparisons: ['>', '=='], lookback: 4, than: mean(5) },
  { value: 'sma(close, 20)', comparisons: ['>='], lookback: 19, than: mean(20) },
  { value: 'sma(close, 50)', comparisons: ['<'], lookback: 49, than: mean(50) },
  { value: 'trima(close, 4)', comparisons: ['>'], lookback: 3, than: weighted([1, 2, 2, 1]) },
  { value: 'wma(close, 5)', comparisons: ['>'], lookback: 4, than: weighted([1, 2, 3, 4, 5]) },
  { value: 'linearreg(close, 3)', comparisons: ['=='], lookback: 2, than: weighted([-1, 2, 5]) },
  { value: 'vwma(5)', comparisons: ['>='], lookback: 4, than: volumeWeighted(5) },
  { value: 'bbands(close, 5).middle', comparisons: ['>'], lookback: 4, than: mean(5) },
  { value: 'bbands(close, 5).upper', comparisons: ['>', '>='], lookback: 4, than: band(5, 2) },
  { value: 'bbands(close, 5).lower', comparisons: ['<'], lookback: 4, than: band(5, -2) },
  { value: 'bbands(close, 20).upper', comparisons: ['>='], lookback: 19, than: band(20, 2) },
  { value: 'bbands(close, 20).lower', comparisons: ['<'], lookback: 19, than: band(20, -2) },
  { value: 'highest(close, 5)[1]', comparisons: ['>'], lookback: 5, than: highestBefore(5) },
]

/** One file and what exact values need of it. */
class File {
  /**
   * @param {string} pair
   * @param {'1m' | '5m'} interval
   */
  constructor(pair, interval) {
    this.name = `${pair}-${interval}`
    this.interval = interval
    this.columns = readKlines(pair, interval)
    this.closes = this.columns.close
    this.close = new ExactColumn(this.closes)
    this.volume = new ExactColumn(this.columns.volume)
    this.squares = prefixSums(this.close.whole.map((x) => x * x))
    this.money = prefixSums(this.close.whole.map((x, i) => x * this.volume.whole[i]))
  }

  get rows() {
    return this.closes.length
  }
}

/** @type {(n: number) => Exact} */
function mean(n) {
  return ({ close }, i) => nearest(close.sum(i, n), BigInt(n), close.bits)
}

/**
 * The oldest first; the weights' sum divides.
 * @type {(weights: number[]) => Exact}
 */
function weighted(weights) {
  const big = weights.map(BigInt)
  const sum = big.reduce((a, b) => a + b)
  return ({ close }, i) => {
    const first = i + 1 - big.length
    return nearest(
      big.reduce((total, weight, k) => total + weight * close.whole[first + k], 0n),
      sum,
      close.bits,
    )
  }
}

/** @type {(n: number) => Exact} */
function volumeWeighted(n) {
  return ({ close, volume, money }, i) => {
    const traded = volume.sum(i, n)
    return traded === 0n ? Number.NaN : nearest(money[i + 1] - money[i + 1 - n], traded, close.bits)
  }
}

/**
 * (Σx ± root(deviations² · (n · Σx² − (Σx)²))) / n; the root has 128 bits more than the prices.
 * @type {(n: number, deviations: number) => Exact}
 */
function band(n, deviations) {
  const size = BigInt(n)
  const factor = BigInt(deviations) ** 2n
  return ({ close, squares }, i) => {
    const sum = close.sum(i, n)
    const spread = factor * (size * (squares[i + 1] - squares[i + 1 - n]) - sum * sum)
    const root = rootOf(spread << 256n)
    const signed = deviations < 0 ? -root : root
    return nearest((sum << 128n) + signed, size, close.bits + 128)
  }
}

/** @type {(n: number) => Exact} */
function highestBefore(n) {
  return ({ closes }, i) => Math.max(...closes.subarray(i - n, i))
}

describe('exact arithmetic of the test', () => {
  it('rounds quotients as the processor does, which rounds correctly', () => {
    const next = random(4)
    for (let round = 0; round < 20_000; round++) {
      const [a, b] = [next() * 2 ** (next() * 40 - 20), next() * 2 ** (next() * 40 - 20)]
      const { whole, bits } = new ExactColumn([a, b])
      assert.equal(nearest(whole[0], whole[1], 0), a / b)
      assert.equal(nearest(whole[0] + whole[1], 1n, bits), a + b)
      assert.equal(nearest(whole[0] - whole[1], 1n, bits), a - b)
      assert.equal(nearest(whole[0] * whole[1], 1n, 2 * bits), a * b)
      const root = rootOf(whole[0] << 256n)
      if (bits % 2 === 0) assert.equal(nearest(root, 1n, 128 + bits / 2), Math.sqrt(a))
    }
  })
})

describe('ties over all real klines', { skip: skipKlines }, () => {
  /** @type {import('../../js/scanner.js').Scanner} */
  let scanner
  const files = PAIRS.flatMap((pair) => [new File(pair, '1m'), new File(pair, '5m')])
  // A piece: which rows of a file a symbol's ring holds, and the first that it decides.
  const pieces = files.flatMap((file) => {
    const steps = Math.max(1, Math.ceil((file.rows - OVERLAP) / (RING - OVERLAP)))
    return Array.from({ length: steps }, (_, k) => {
      const from = k * (RING - OVERLAP)
      return { file, from, to: Math.min(from + RING, file.rows), symbol: `${file.name}-${k}` }
    })
  })

  before(async () => {
    const symbols = pieces.map(({ symbol }) => symbol)
    scanner = await createScanner({ symbols, intervals: ['1m', '5m'], maxKlines: RING, threads: 2 })
    for (const { file, from, to, symbol } of pieces) {
      scanner.writer.loadHistory(symbol, file.interval, slice(file.columns, from, to))
    }
  })
  after(() => scanner.close())

  for (const { value, comparisons, lookback, than } of VALUES) {
    it(`close against ${value}`, async (t) => {
      let booleans = 0
      let ties = 0
      for (const file of files) {
        const exact = file.closes.map((_, i) => (i < lookback ? Number.NaN : than(file, i)))
        const found = await Promise.all(
          comparisons.map((comparison) => seriesOf(file, `close ${comparison} ${value}`)),
        )
        for (const [k, comparison] of comparisons.entries()) {
          const filter = `close ${comparison} ${value}`
          assert.equal(found[k].length, file.rows)
          for (let i = 0; i < file.rows; i++) {
            const close = file.closes[i]
            const want = Number.isNaN(exact[i])
              ? Number.NaN
              : Number(COMPARISONS[comparison](close, exact[i]))
            if (!Object.is(found[k][i], want))
              assert.fail(
                `${filter} of ${file.name} at ${i} is ${found[k][i]}, but ${close} against ${exact[i]}`,
              )
            if (!Number.isNaN(want)) booleans++
          }
        }
        ties += file.closes.reduce((count, close, i) => count + Number(close === exact[i]), 0)
      }
      t.diagnostic(`${booleans} booleans of ${comparisons.length} filters, ${ties} ties`)
      assert.ok(booleans > 250_000 && ties > 10, 'the klines have ties')
    })
  }

  /**
   * A condition over a whole file, put together from its pieces.
   * @param {File} file
   * @param {string} filter
   */
  async function seriesOf(file, filter) {
    const whole = new Float64Array(file.rows)
    for (const { from, symbol } of pieces.filter((piece) => piece.file === file)) {
      const values = await scanner.series(filter, symbol, file.interval)
      const skip = from === 0 ? 0 : OVERLAP
      whole.set(values.subarray(skip), from + skip)
    }
    return whole
  }
})
