/** S2: S1 with 10 % and 1 % of the symbols dirty, side by side (clustered) or spread evenly (scattered). */

import { assertSameMatches } from '../lib/agree.mjs'
import { atMostTimes, beside, exactly, timesOf } from '../lib/goals.mjs'
import { dirtySymbols, makeMarket } from '../lib/market.mjs'
import { repeats } from '../lib/repeats.mjs'
import { row } from '../lib/rows.mjs'
import { TickscanSubject } from '../lib/subject.mjs'
import { timed } from '../lib/timed.mjs'
import { makeTraders } from '../lib/traders.mjs'

export const id = 'S2'
export const title = 'S1 with 10 % and 1 % of the symbols dirty'
export const wanted = ['trading-signals']

const SIZE = { symbols: 1000, klines: 500, traders: 100, rounds: 21 }

const CASES = [
  { name: '10 % clustered', share: 0.1, scattered: false, limit: 0.15 },
  { name: '10 % scattered', share: 0.1, scattered: true, limit: 0.5 },
  { name: '1 % clustered', share: 0.01, scattered: false },
  { name: '1 % scattered', share: 0.01, scattered: true },
]

/** @param {import('./index.mjs').Context} context */
export async function run({ peers, say, size: given }) {
  const size = { ...SIZE, ...given }
  const market = makeMarket(size)
  const traders = makeTraders(size.traders)
  const all = dirtySymbols(size.symbols, 1, false)
  const cases = CASES.map((one) => ({ ...one, dirty: dirtySymbols(size.symbols, one.share, one.scattered) }))
  const subject = await TickscanSubject.open(market, traders)
  try {
    const streaming = peers.get('trading-signals')?.open(market, traders)
    for (const { dirty } of [{ dirty: all }, ...cases]) {
      await subject.live(dirty, 0)
      streaming?.live(dirty, 0)
    }
    if (streaming) {
      const { pairs } = await assertSameMatches(subject, streaming)
      say(`${streaming.name} agrees on ${pairs} pairs`)
    }
    const samples = await repeats({ ...size, warmUp: 3 }, [
      { name: 'all dirty', run: (round) => subject.live(all, round) },
      ...cases.map(({ name, dirty }) => ({ name, run: (round) => subject.live(dirty, round) })),
      ...(streaming ? cases : []).map(({ name, dirty }) => ({
        name: `peer ${name}`,
        run: (round) => timed(() => streaming.live(dirty, round)),
      })),
    ])
    return rows(cases, samples, size)
  } finally {
    await subject.end()
  }
}

function rows(cases, samples, size) {
  const full = samples['all dirty'].warm.engine
  return cases.flatMap(({ name, dirty, limit }) => {
    const { engine, whole, filtersRun } = samples[name].warm
    const streaming = { 'trading-signals': samples[`peer ${name}`]?.warm }
    const one = (metric, unit, tickscan, peers, goal) =>
      row({ scenario: id, metric: `${name}: ${metric}`, unit, tickscan, peers, goal })
    return [
      one('filters run', 'filters', filtersRun, {}, exactly(dirty.length * size.traders, 'filters')),
      one(
        'engine',
        'µs',
        engine,
        { 'all dirty': full },
        limit ? atMostTimes('all dirty', limit) : timesOf('all dirty'),
      ),
      one('end to end', 'µs', whole, streaming, beside('trading-signals')),
    ]
  })
}
