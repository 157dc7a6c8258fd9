/**
 * S8: one thread and two, on S4 and S5. Says something only where two cores are free; what a machine's two threads can do
 * at all is measured beside it, by two engines that share nothing and scan at once. (Two hardware threads of one core,
 * which many virtual machines call two cores, do much less than twice the work of one.)
 */

import { availableParallelism } from 'node:os'
import { beside, fasterThan } from '../lib/goals.mjs'
import { interleave } from '../lib/interleave.mjs'
import { dirtySymbols, MINUTE, makeMarket } from '../lib/market.mjs'
import { addNewcomer, removeNewcomer } from '../lib/newcomer.mjs'
import { repeats } from '../lib/repeats.mjs'
import { row } from '../lib/rows.mjs'
import { median } from '../lib/stats.mjs'
import { TickscanSubject } from '../lib/subject.mjs'
import { makeTraders } from '../lib/traders.mjs'

export const id = 'S8'
export const title = 'one thread and two, on S4 and S5'

const SIZE = { symbols: 1000, klines: 500, traders: 100, rounds: 11, slowRounds: 11 }
const THREADS = [1, 2]

/** @param {import('./index.mjs').Context} context */
export async function run({ say, size: given }) {
  const size = { ...SIZE, ...given }
  const market = makeMarket(size)
  const traders = makeTraders(size.traders)
  const all = dirtySymbols(size.symbols, 1, false)
  const subjects = []
  try {
    for (const threads of THREADS) subjects.push(await TickscanSubject.open(market, traders, { threads }))
    for (let i = 0; i < 2; i++) subjects.push(await TickscanSubject.open(market, traders, { threads: 1 }))
    const pair = subjects.slice(2)
    const closes = await repeats({ ...size, warmUp: 2 }, [
      ...THREADS.map((threads, i) => ({
        name: `${threads}`,
        run: async (round) => (await subjects[i].close(all, round)).engine,
      })),
      { name: 'pair', run: (round) => closeAtOnce(pair, all, round) },
    ])
    assertSame(subjects, traders)
    const adds = await interleave(
      { rounds: size.slowRounds, warmUp: 1 },
      THREADS.map((threads, i) => ({
        name: `${threads}`,
        run: async () => {
          const took = await addNewcomer(subjects[i])
          await removeNewcomer(subjects[i])
          return took
        },
      })),
    )
    say(`${availableParallelism()} cores; one thread and two agree`)
    const one = (metric, two, single) =>
      row({
        scenario: id,
        metric,
        unit: 'µs',
        tickscan: two,
        peers: { '1 thread': single },
        goal: fasterThan('1 thread', 1.7),
      })
    return [
      one('S4, engine, 2 threads', closes['2'].warm, closes['1'].warm),
      row({
        scenario: id,
        metric: 'S4, half of what two engines take at once: the most that this machine gives',
        unit: 'µs',
        tickscan: closes.pair.warm / 2,
        peers: { '1 thread': closes['1'].warm },
        goal: beside('1 thread'),
      }),
      one('S5, end to end, 2 threads', median(adds['2']), median(adds['1'])),
    ]
  } finally {
    for (const subject of subjects) await subject.end()
  }
}

/** What each of two engines takes that scan at the same time. */
async function closeAtOnce(pair, dirty, round) {
  for (const subject of pair) subject.write(dirty, round, true)
  const done = await Promise.all(pair.map(({ scanner }) => scanner.processUpdates()))
  for (const { kline } of pair) kline.openTime += MINUTE
  return (done[0].elapsedUs + done[1].elapsedUs) / 2
}

function assertSame(subjects, traders) {
  for (const [i, { filter }] of traders.entries()) {
    const [one, two] = subjects.slice(0, 2).map((subject) => [...subject.matches(i)].join())
    if (one !== two) throw new Error(`one thread and two differ on ${filter}`)
  }
}
