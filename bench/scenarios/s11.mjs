/**
 * S11: a usual market, with update tracking beside scanning everything in each cycle. Both get the same updates; what
 * is compared is what a cycle runs and costs, and how long a page waits for its deltas.
 */

import { atMostTimes, smallerBy } from '../lib/goals.mjs'
import { interleave } from '../lib/interleave.mjs'
import { dirtySymbols, makeMarket } from '../lib/market.mjs'
import { row } from '../lib/rows.mjs'
import { percentile, sum } from '../lib/stats.mjs'
import { TickscanSubject } from '../lib/subject.mjs'
import { makeTraders } from '../lib/traders.mjs'
import { usualMarket } from '../lib/usual-market.mjs'

export const id = 'S11'
export const title = 'a usual market: update tracking beside scanning everything'

// Both are compiled as well as they will be when the warm-up ends (lib/repeats.mjs).
const SIZE = { symbols: 1000, klines: 500, traders: 100, rounds: 1500, warmUp: 600 }
const OTHER = 'scanning all'

/** @param {import('./index.mjs').Context} context */
export async function run({ say, size: given }) {
  const size = { ...SIZE, ...given }
  const market = makeMarket(size)
  const traders = makeTraders(size.traders)
  const steps = usualMarket(size.symbols, size.rounds + size.warmUp)
  const tracking = await TickscanSubject.open(market, traders)
  const scanning = await TickscanSubject.open(market, traders)
  try {
    const all = dirtySymbols(size.symbols, 1, false)
    for (const subject of [tracking, scanning]) await subject.live(all, -size.warmUp)
    await scanning.scanner.setConfig({ updateTracking: false })
    const samples = await interleave({ rounds: size.rounds, warmUp: size.warmUp }, [
      { name: 'tickscan', run: (round) => cycle(tracking, steps[round + size.warmUp], round) },
      { name: OTHER, run: (round) => cycle(scanning, steps[round + size.warmUp], round) },
    ])
    for (const [i, { filter }] of traders.entries()) {
      const [one, other] = [tracking, scanning].map((subject) => [...subject.matches(i)].sort().join())
      if (one !== other) throw new Error(`tracking and scanning all differ on ${filter}`)
    }
    const changed = sum(steps.map((step) => step.length)) / steps.length / size.symbols
    say(`${(changed * 100).toFixed(1)} % of the symbols change in a cycle; both have the same matches`)
    return rows(samples)
  } finally {
    await tracking.end()
    await scanning.end()
  }
}

/** Writes, then times the cycle alone, and the processor time that the whole process spends in it. */
async function cycle(subject, dirty, round) {
  subject.write(dirty, round, false)
  const cpu = process.cpuUsage()
  const start = performance.now()
  const { elapsedUs, filtersRun } = await subject.scanner.processUpdates()
  const whole = (performance.now() - start) * 1000
  const { user, system } = process.cpuUsage(cpu)
  return { engine: elapsedUs, whole, filtersRun, cpu: user + system }
}

function rows(samples) {
  const total = (name, key) => sum(samples[name].map((sample) => sample[key])) / samples[name].length
  const p = (name, share) =>
    percentile(
      samples[name].map(({ whole }) => whole),
      share,
    )
  const one = (metric, unit, ours, other, goal) =>
    row({ scenario: id, metric, unit, tickscan: ours, peers: { [OTHER]: other }, goal })
  const mean = (metric, unit, key, goal) => one(metric, unit, total('tickscan', key), total(OTHER, key), goal)
  return [
    mean('filters run in a cycle', 'filters', 'filtersRun', smallerBy(OTHER, 0.8)),
    mean('engine time of a cycle', 'µs', 'engine', smallerBy(OTHER, 0.5)),
    mean('processor time of a cycle, the whole process', 'µs', 'cpu', smallerBy(OTHER, 0.5)),
    one('latency of a cycle, p50', 'µs', p('tickscan', 0.5), p(OTHER, 0.5), atMostTimes(OTHER, 1)),
    one('latency of a cycle, p99', 'µs', p('tickscan', 0.99), p(OTHER, 0.99), atMostTimes(OTHER, 1.1)),
  ]
}
