/** S3: a large exchange, 5,000 symbols × 200 traders, all dirty. */

import { assertSameMatches } from '../lib/agree.mjs'
import { atMost, beside } from '../lib/goals.mjs'
import { interleave } from '../lib/interleave.mjs'
import { dirtySymbols, makeMarket } from '../lib/market.mjs'
import { row } from '../lib/rows.mjs'
import { median, mediansOf } from '../lib/stats.mjs'
import { TickscanSubject } from '../lib/subject.mjs'
import { timed } from '../lib/timed.mjs'
import { makeTraders } from '../lib/traders.mjs'

export const id = 'S3'
export const title = 'all dirty: 5,000 symbols × 200 traders'
export const wanted = ['trading-signals']

const SIZE = { symbols: 5000, klines: 300, traders: 200, rounds: 31 }

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
    const samples = await interleave({ rounds: size.rounds, warmUp: 5 }, [
      { name: 'tickscan', run: (round) => subject.live(all, round) },
      ...(streaming ? [{ name: 'peer', run: (round) => timed(() => streaming.live(all, round)) }] : []),
    ])
    const { engine, whole } = mediansOf(samples.tickscan)
    const peer = { 'trading-signals': samples.peer && median(samples.peer) / 1000 }
    const one = (metric, tickscan, goal) =>
      row({ scenario: id, metric, unit: 'ms', tickscan: tickscan / 1000, peers: peer, goal })
    return [one('engine', engine, atMost(2, 'ms')), one('end to end', whole, beside('trading-signals'))]
  } finally {
    await subject.end()
  }
}
