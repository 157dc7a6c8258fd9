/** S3: a large exchange, 5,000 symbols × 200 traders, all dirty. */

import { assertSameMatches } from '../lib/agree.mjs'
import { atMost, beside } from '../lib/goals.mjs'
import { dirtySymbols, makeMarket } from '../lib/market.mjs'
import { repeats } from '../lib/repeats.mjs'
import { row } from '../lib/rows.mjs'
import { TickscanSubject } from '../lib/subject.mjs'
import { timed } from '../lib/timed.mjs'
import { makeTraders } from '../lib/traders.mjs'

export const id = 'S3'
export const title = 'all dirty: 5,000 symbols × 200 traders'
export const wanted = ['trading-signals']

const SIZE = { symbols: 5000, klines: 300, traders: 200, rounds: 9 }

/** @param {import('./index.mjs').Context} context */
export async function run({ peers, say, size: given }) {
  const size = { ...SIZE, ...given }
  const market = makeMarket(size)
  const traders = makeTraders(size.traders)
  const all = dirtySymbols(size.symbols, 1, false)
  const subject = await TickscanSubject.open(market, traders)
  try {
    const streaming = peers.get('trading-signals')?.open(market, traders)
    await subject.live(all, 0)
    streaming?.live(all, 0)
    if (streaming) {
      const { pairs } = await assertSameMatches(subject, streaming)
      say(`${streaming.name} agrees on ${pairs} pairs`)
    }
    const samples = await repeats({ ...size, warmUp: 2 }, [
      { name: 'tickscan', run: (round) => subject.live(all, round) },
      ...(streaming ? [{ name: 'peer', run: (round) => timed(() => streaming.live(all, round)) }] : []),
    ])
    const { cold, warm } = samples.tickscan
    const one = (metric, tickscan, peer, goal) =>
      row({
        scenario: id,
        metric,
        unit: 'ms',
        tickscan: tickscan / 1000,
        peers: { 'trading-signals': peer && peer / 1000 },
        goal,
      })
    const peer = samples.peer
    return [
      one('engine', warm.engine, peer?.warm, atMost(2, 'ms')),
      one(
        'engine, first cycle after another library ran',
        cold.engine,
        peer?.cold,
        beside('trading-signals'),
      ),
      one('end to end', warm.whole, peer?.warm, beside('trading-signals')),
    ]
  } finally {
    await subject.end()
  }
}
