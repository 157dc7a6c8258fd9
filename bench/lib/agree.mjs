/**
 * The same results before any timing: the symbols that match each trader, tickscan's and a peer's. A pair may differ
 * only where a comparison stands on the edge of the peer's own rounding; how many did is reported. Anything else stops
 * the benchmark: figures of different work are no comparison.
 */

import { EMA_PERIODS, MACD, RSI_PERIODS } from './traders.mjs'

/** Two ways of computing the same double differ in its last bits. */
const RELATIVE = 1e-9

/**
 * @param {import('./subject.mjs').TickscanSubject} subject
 * @param {{ name: string, matches: (trader: number) => Set<number>, rsiRounding?: number, symbols?: number }} peer
 *   `rsiRounding`: half a unit of the last digit that its RSI keeps; `symbols`: how many it scanned, from the first
 * @returns {Promise<{ pairs: number, matched: number, onEdge: number }>}
 * @throws {Error} naming the first pair that differs
 */
export async function assertSameMatches(subject, peer) {
  const symbols = peer.symbols ?? subject.market.symbols.length
  const values = await indicatorValues(subject)
  let onEdge = 0
  let matched = 0
  for (const [index, trader] of subject.traders.entries()) {
    const ours = subject.matches(index)
    const theirs = peer.matches(index)
    for (let symbol = 0; symbol < symbols; symbol++) {
      if (ours.has(symbol)) matched++
      if (ours.has(symbol) === theirs.has(symbol)) continue
      if (!standsOnEdge(trader, symbol, values, peer.rsiRounding ?? 0)) {
        const who = ours.has(symbol) ? 'tickscan alone' : `${peer.name} alone`
        throw new Error(`results differ: ${trader.filter} matches symbol ${symbol} for ${who}`)
      }
      onEdge++
    }
  }
  if (matched === 0) throw new Error('nothing matches: an agreement about nothing says nothing')
  return { pairs: subject.traders.length * symbols, matched, onEdge }
}

/** Every indicator of the traders, for each symbol. */
export async function indicatorValues(subject) {
  const { fast, slow, signal } = MACD
  const expressions = {
    close: 'close',
    hist: `macd(${fast}, ${slow}, ${signal}).hist`,
    ...Object.fromEntries(RSI_PERIODS.map((period) => [`rsi${period}`, `rsi(${period})`])),
    ...Object.fromEntries(EMA_PERIODS.map((period) => [`ema${period}`, `ema(close, ${period})`])),
  }
  const values = {}
  for (const [name, expression] of Object.entries(expressions))
    values[name] = await subject.values(expression)
  return values
}

export function standsOnEdge({ rsi, level, ema }, symbol, values, rsiRounding) {
  const close = values.close[symbol]
  const small = RELATIVE * close
  return (
    Math.abs(values[`rsi${rsi}`][symbol] - level) <= rsiRounding + RELATIVE * 100 ||
    Math.abs(close - values[`ema${ema}`][symbol]) <= small ||
    Math.abs(values.hist[symbol]) <= small
  )
}
