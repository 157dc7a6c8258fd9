/** Seeded market data, the same on every run, and indicator values computed plainly over whole arrays. */

export { ema, rsi, sma } from './oracle.mjs'

/** A seeded generator of numbers in [0, 1): mulberry32. */
export function random(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** A random walk of closed klines, oldest first. */
export function walk(seed, count, { start = 0, ms = 60_000, price = 100 } = {}) {
  const next = random(seed)
  const klines = []
  let close = price
  for (let n = 0; n < count; n++) {
    const open = close
    close = Math.max(1, open * (1 + (next() - 0.5) * 0.02))
    const high = Math.max(open, close) * (1 + next() * 0.002)
    const low = Math.min(open, close) * (1 - next() * 0.002)
    klines.push({ openTime: (start + n) * ms, open, high, low, close, volume: next() * 10, closed: true })
  }
  return klines
}

/** Klines as the columns that loadHistory takes. */
export function columns(klines) {
  const column = (field) => Float64Array.from(klines, (kline) => kline[field])
  const fields = ['openTime', 'open', 'high', 'low', 'close', 'volume']
  return Object.fromEntries(fields.map((field) => [field, column(field)]))
}

/** Folds deltas as a consumer does: trader → Set of symbols. */
export function fold(matches, { traderId, snapshot, entered, left }) {
  const symbols = snapshot || !matches.has(traderId) ? new Set() : matches.get(traderId)
  for (const symbol of left) symbols.delete(symbol)
  for (const { symbol } of entered) symbols.add(symbol)
  return matches.set(traderId, symbols)
}
