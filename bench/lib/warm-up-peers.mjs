/** What the peers do when a filter is new: each runs it once over all of the market's history. */

import { recomputeOnce } from '../peers/recompute.mjs'

/**
 * @param {import('./peers.mjs').Peers} peers
 * @param {import('./market.mjs').Market} market
 * @param {{ rsi: number, level: number, ema: number, macd: { fast: number, slow: number, signal: number } }} trader
 * @returns {{ name: string, run: () => Set<number>, rsiRounding: number }[]}
 */
export function warmUpPeers(peers, market, trader) {
  const streaming = peers.get('trading-signals')
  const libraries = ['technicalindicators', 'talib-web']
    .map((name) => peers.get(name)?.library)
    .filter(Boolean)
  return [
    ...(streaming
      ? [{ name: streaming.name, run: () => streaming.warmUp(market, trader), rsiRounding: 0 }]
      : []),
    ...libraries.map((library) => ({
      name: library.name,
      run: () => recomputeOnce(library, market, trader),
      rsiRounding: library.rsiRounding,
    })),
  ]
}
