// The vectors of tests/vectors: every file there is read, every case compared at every kline.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { createScanner } from 'tickscan'

const FOLDER = new URL('../vectors/', import.meta.url)
// Indicators with a recursion round at every kline, expected values once.
const AGREED = 1e-12

/**
 * @typedef {object} VectorFile
 * @property {string} indicator
 * @property {Record<string, number[]>} klines
 * @property {{ params: number[], outputs: Record<string, (number | null)[]> }[]} cases
 */

const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'))

describe('vectors', () => {
  for (const name of files) {
    it(name, async (t) => {
      /** @type {VectorFile} */
      const { indicator, klines, cases } = JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'))
      assert.equal(name, `${indicator}.json`)
      assert.ok(cases.length > 0, 'there are cases')
      const scanner = await createScanner({ symbols: ['A'], intervals: ['1m'], threads: 1 })
      t.after(() => scanner.close())
      const openTime = klines.close.map((_, i) => i * 60_000)
      const { open, high, low, close, volume } = klines
      scanner.writer.loadHistory('A', '1m', { openTime, open, high, low, close, volume })
      let points = 0
      for (const { params, outputs } of cases) {
        for (const [output, expected] of Object.entries(outputs)) {
          const expression = `${indicator}(${params.join(', ')}).${output}`
          const actual = await scanner.series(expression, 'A', '1m')
          assert.equal(actual.length, expected.length)
          points += compare(expression, actual, expected)
        }
      }
      t.diagnostic(`${cases.length} cases, ${points} points`)
    })
  }
})

/**
 * @param {string} expression
 * @param {Float64Array} actual
 * @param {(number | null)[]} expected
 */
function compare(expression, actual, expected) {
  // What cancels is right to the size of what was taken apart.
  const size = Math.max(...expected.map((value) => Math.abs(value ?? 0)))
  let points = 0
  for (const [i, want] of expected.entries()) {
    const got = actual[i]
    if (want === null) assert.ok(Number.isNaN(got), `${expression} at ${i} is ${got}, expected no value`)
    else assert.ok(Math.abs(got - want) <= AGREED * size, `${expression} at ${i} is ${got}, expected ${want}`)
    points += Number(want !== null)
  }
  assert.ok(points > 0, `${expression} has values`)
  return points
}
