/**
 * S6: what one update costs from JavaScript, beside the bare cost of the same stores and one Atomics.or: everything
 * that keeps an update from being lost or torn is in the difference.
 */

import { bareKline, bareTicker } from '../lib/bare-stores.mjs'
import { atMostTimes } from '../lib/goals.mjs'
import { interleave } from '../lib/interleave.mjs'
import { row } from '../lib/rows.mjs'
import { median } from '../lib/stats.mjs'
import { createScanner } from '../lib/tickscan.mjs'

export const id = 'S6'
export const title = "a writer's cost of one update"

/** Rounds are short, so that on a busy machine most of them are not interrupted. */
const SIZE = { symbols: 1000, updates: 5_000, rounds: 501 }
const BARE = 'bare stores + Atomics.or'

/** @param {import('./index.mjs').Context} context */
export async function run({ size: given }) {
  const { symbols, updates, rounds } = { ...SIZE, ...given }
  const scanner = await createScanner({
    symbols: Array.from({ length: symbols }, (_, i) => `S${i}`),
    intervals: ['1m'],
    maxSymbols: symbols,
    threads: 1,
  })
  try {
    const { writer } = scanner
    const ticker = {
      last: 1,
      bid: 1,
      ask: 1,
      open24h: 1,
      high24h: 2,
      low24h: 1,
      volume24h: 1,
      quoteVolume24h: 1,
    }
    const kline = { openTime: 60_000, open: 1, high: 2, low: 1, close: 1, volume: 1, closed: false }
    // As in use: every series has history, and the live kline is newer.
    for (let symbol = 0; symbol < symbols; symbol++) {
      writer.updateKline(symbol, '1m', { ...kline, openTime: 0, closed: true })
    }
    /** Nanoseconds per update. */
    const measure = (update) => () => {
      const start = process.hrtime.bigint()
      for (let i = 0; i < updates; i++) update(i % symbols, 1 + (i & 7) / 8)
      return Number(process.hrtime.bigint() - start) / updates
    }
    const [bareTickers, bareKlines] = [bareTicker(symbols), bareKline(symbols)]
    // The same object with another price each time, as a feed that reuses its message would have it. Each way has a
    // function of its own: V8 optimises them apart.
    const samples = await interleave({ rounds, warmUp: 40 }, [
      {
        name: 'bare ticker',
        run: measure((symbol, price) => {
          ticker.last = price
          bareTickers(symbol, ticker)
        }),
      },
      {
        name: 'ticker',
        run: measure((symbol, price) => {
          ticker.last = price
          writer.updateTicker(symbol, ticker)
        }),
      },
      {
        name: 'bare kline',
        run: measure((symbol, price) => {
          kline.close = price
          bareKlines(symbol, kline)
        }),
      },
      {
        name: 'kline',
        run: measure((symbol, price) => {
          kline.close = price
          writer.updateKline(symbol, '1m', kline)
        }),
      },
    ])
    const one = (metric, name, goal) =>
      row({
        scenario: id,
        metric,
        unit: 'ns',
        tickscan: median(samples[name]),
        peers: { [BARE]: median(samples[`bare ${name}`]) },
        goal,
      })
    return [
      one('updateTicker', 'ticker', atMostTimes(BARE, 5)),
      one('updateKline, live', 'kline', atMostTimes(BARE, 5)),
    ]
  } finally {
    await scanner.close()
  }
}
