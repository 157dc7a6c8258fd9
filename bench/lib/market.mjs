/**
 * The market that all scenarios share: seeded closed klines for each symbol, and live prices for each round.
 *
 * Every history opens with FLAT klines at one price, as before a listing's first trade. Libraries seed their averages
 * differently (mean of the first n, or the first value), and a long average remembers its seed for a thousand klines;
 * on a flat opening all seeds are the same number, so from there on everyone must agree, and it is asserted.
 */

import { random } from './random.mjs'

export const MINUTE = 60_000
/** As long as the longest average's seed. */
export const FLAT = 200
const START = Date.UTC(2026, 0, 5)

/**
 * @typedef {object} Market
 * @property {string[]} symbols
 * @property {number} klines closed ones of each symbol
 * @property {{ openTime: Float64Array, open: Float64Array, high: Float64Array, low: Float64Array,
 *   close: Float64Array, volume: Float64Array }[]} history by symbol
 * @property {(symbol: number, round: number) => number} price live, the same for everybody who asks
 * @property {number} nextOpenTime of the live kline
 */

/**
 * @param {{ symbols: number, klines: number, seed?: number }} size
 * @returns {Market}
 */
export function makeMarket({ symbols, klines, seed = 1 }) {
  const next = random(seed)
  const openTime = Float64Array.from({ length: klines }, (_, i) => START + i * MINUTE)
  const history = Array.from({ length: symbols }, () => ({ openTime, ...walk(klines, next) }))
  // Live prices stay within a tenth of a percent: a table, so that asking costs the same for all and next to nothing.
  const jitter = Float64Array.from({ length: 8191 }, () => 1 + (next() - 0.5) * 0.002)
  return {
    symbols: Array.from({ length: symbols }, (_, i) => `S${i}`),
    klines,
    history,
    price: (symbol, round) =>
      history[symbol].close[klines - 1] * jitter[(symbol * 31 + (round + 1000) * 977) % jitter.length],
    nextOpenTime: START + klines * MINUTE,
  }
}

/** One symbol's prices: flat, then a random walk. */
function walk(klines, next) {
  const [open, high, low, close, volume] = Array.from({ length: 5 }, () => new Float64Array(klines))
  let price = 10 ** (next() * 4)
  for (let i = 0; i < klines; i++) {
    open[i] = price
    if (i >= FLAT) price *= 1 + (next() - 0.5) * 0.01
    close[i] = price
    high[i] = Math.max(open[i], price) * (i < FLAT ? 1 : 1 + next() * 0.002)
    low[i] = Math.min(open[i], price) * (i < FLAT ? 1 : 1 - next() * 0.002)
    volume[i] = 1 + Math.floor(next() * 1000)
  }
  return { open, high, low, close, volume }
}

/** Symbol indexes: `share` of all, side by side or spread evenly. */
export function dirtySymbols(symbols, share, scattered) {
  const count = Math.round(symbols * share)
  return Array.from({ length: count }, (_, i) => (scattered ? Math.floor((i * symbols) / count) : i))
}
