/**
 * Traders as data, so that tickscan gets a filter's text and a peer the numbers: rsi(a) < level and close > ema(b) and
 * MACD's histogram > 0. Eight indicators are shared by all of them: three RSIs, four EMAs, one MACD.
 */

export const RSI_PERIODS = [7, 14, 21]
export const EMA_PERIODS = [20, 50, 100, 200]
export const MACD = { fast: 12, slow: 26, signal: 9 }
const LEVELS = 20

/** @typedef {{ id: string, rsi: number, level: number, ema: number, filter: string }} Trader */

/** `count` traders, each different, to 240. `rsi` and `ema` are periods. @returns {Trader[]} */
export function makeTraders(count) {
  const levels = count > RSI_PERIODS.length * EMA_PERIODS.length * 10 ? LEVELS : 10
  return Array.from({ length: count }, (_, i) => {
    const rsi = RSI_PERIODS[i % 3]
    const level = 50 + (Math.floor(i / 3) % levels)
    const ema = EMA_PERIODS[Math.floor(i / (3 * levels)) % 4]
    return { id: `T${i}`, rsi, level, ema, filter: filterOf({ rsi, level, ema, macd: MACD }) }
  })
}

export function filterOf({ rsi, level, ema, macd }) {
  const { fast, slow, signal } = macd
  return `rsi(${rsi}) < ${level} and close > ema(close, ${ema}) and macd(${fast}, ${slow}, ${signal}).hist > 0`
}
