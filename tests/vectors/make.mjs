/**
 * Makes the vector files beside it: `node tests/vectors/make.mjs`. Expected values come from definitions.mjs, never from
 * the engine, and are rounded once. The files are what the test reads; this is how they came to be.
 */

import { writeFileSync } from 'node:fs'
import { DEFINITIONS } from './definitions.mjs'
import { Fraction } from './fraction.mjs'

const FIELDS = /** @type {const} */ (['open', 'high', 'low', 'close', 'volume'])

/** Parameters of the cases of each file. */
const CASES = {
  rma: [[1], [3], [14]],
  hma: [[2], [4], [9], [10]],
  vwma: [[1], [4], [20]],
  vwap: [[0], [1], [5]],
  ao: [
    [5, 34],
    [2, 3],
  ],
  bbands: [
    [5, 2, 2],
    [20, 2, 1.5],
  ],
  keltner: [
    [20, 2, 10],
    [3, 1.5, 5],
    [5, 1, 2],
  ],
  donchian: [[1], [4], [20]],
  supertrend: [
    [10, 3],
    [3, 1],
    [2, 0.5],
  ],
  ichimoku: [
    [9, 26, 52, 26],
    [2, 4, 6, 3],
    [3, 2, 5, 1],
  ],
  cmf: [[1], [4], [20]],
  pivot_high: [
    [5, 5],
    [2, 1],
    [1, 3],
  ],
  pivot_low: [
    [5, 5],
    [2, 1],
    [1, 3],
  ],
  ha_open: [[]],
  ha_high: [[]],
  ha_low: [[]],
  ha_close: [[]],
}

/**
 * Klines of prices in eighths, which are doubles exactly: a rise, a fall, flat ones, ties, a kline without a range and
 * some without volume. All by arithmetic, so the same everywhere.
 * @param {number} count
 */
function klines(count) {
  /** @type {Record<typeof FIELDS[number], number[]>} */
  const out = { open: [], high: [], low: [], close: [], volume: [] }
  let state = 12345
  const next = (/** @type {number} */ bound) => {
    state = (state * 1103515245 + 12345) % 2147483648
    return Math.floor(state / 65536) % bound
  }
  let close = 100
  for (let i = 0; i < count; i++) {
    const open = close
    const calm = i % 23 > 18
    const trend = Math.floor(i / 20) % 2 === 0 ? 3 : -3
    close = calm ? open : Math.max(1, open + (next(17) - 8 + trend) / 8)
    const high = Math.max(open, close) + (calm ? 0 : next(6) / 8)
    const low = Math.min(open, close) - (calm ? 0 : next(6) / 8)
    for (const [field, value] of Object.entries({ open, high, low, close }))
      out[/** @type {typeof FIELDS[number]} */ (field)].push(value)
    out.volume.push(i % 23 === 20 ? 0 : next(1000) / 4)
  }
  return out
}

const input = klines(96)
const exact = /** @type {import('./definitions.mjs').Klines} */ (
  Object.fromEntries(FIELDS.map((field) => [field, input[field].map(Fraction.of)]))
)

for (const [indicator, cases] of Object.entries(CASES)) {
  const lines = cases.map((params) => {
    const outputs = DEFINITIONS[indicator](exact, ...params)
    const columns = Object.entries(outputs).map(([name, column]) => [
      name,
      column.map((value) => (value instanceof Fraction ? value.toNumber() : value)),
    ])
    return JSON.stringify({ params, outputs: Object.fromEntries(columns) })
  })
  const head = `{"indicator":"${indicator}",\n"klines":${JSON.stringify(input)},\n"cases":[\n`
  writeFileSync(new URL(`${indicator}.json`, import.meta.url), `${head}${lines.join(',\n')}\n]}\n`)
}
