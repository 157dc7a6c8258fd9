/** S4: every kline closes at once, for 100 traders that decide in each cycle and for 100 that decide at each close. */

import { assertSameMatches } from '../lib/agree.mjs'
import { beside } from '../lib/goals.mjs'
import { dirtySymbols, makeMarket } from '../lib/market.mjs'
import { repeats } from '../lib/repeats.mjs'
import { row } from '../lib/rows.mjs'
import { TickscanSubject } from '../lib/subject.mjs'
import { timed } from '../lib/timed.mjs'
import { makeTraders } from '../lib/traders.mjs'

export const id = 'S4'
export const title = 'every kline closes at once: 1,000 symbols × 100 traders'
export const wanted = ['trading-signals']

const SIZE = { symbols: 1000, klines: 500, traders: 100, rounds: 11 }
const WAYS = /** @type {const} */ (['tick', 'close'])

/** @param {import('./index.mjs').Context} context */
export async function run({ peers, say, size: given }) {
  const size = { ...SIZE, ...given }
  const market = makeMarket(size)
  const traders = makeTraders(size.traders)
  const all = dirtySymbols(size.symbols, 1, false)
  const subjects = []
  try {
    for (const on of WAYS) subjects.push(await TickscanSubject.open(market, traders, { on }))
    const streaming = peers.get('trading-signals')?.open(market, traders)
    streaming?.close(all, 0)
    for (const [i, subject] of subjects.entries()) {
      await subject.close(all, 0)
      if (!streaming) continue
      const { pairs } = await assertSameMatches(subject, streaming)
      say(`${streaming.name} agrees on ${pairs} pairs, on: '${WAYS[i]}'`)
    }
    const samples = await repeats({ ...size, warmUp: 2 }, [
      ...subjects.map((subject, i) => ({ name: WAYS[i], run: (round) => subject.close(all, round) })),
      ...(streaming ? [{ name: 'peer', run: (round) => timed(() => streaming.close(all, round)) }] : []),
    ])
    return WAYS.flatMap((on) => {
      const { cold, warm } = samples[on]
      const one = (metric, tickscan, peer) =>
        row({
          scenario: id,
          metric: `on: '${on}', ${metric}`,
          unit: 'µs',
          tickscan,
          peers: { 'trading-signals': peer },
          goal: beside('trading-signals'),
        })
      return [
        one('engine', warm.engine, samples.peer?.warm),
        one('engine, first cycle after another ran', cold.engine, samples.peer?.cold),
        one('end to end', warm.whole, samples.peer?.warm),
      ]
    })
  } finally {
    for (const subject of subjects) await subject.end()
  }
}
