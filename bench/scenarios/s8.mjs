/** S8: one thread and two, on S4 and S5. Says something only where two cores are free. */

import { availableParallelism } from 'node:os'
import { fasterThan } from '../lib/goals.mjs'
import { interleave } from '../lib/interleave.mjs'
import { dirtySymbols, makeMarket } from '../lib/market.mjs'
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
    const closes = await repeats(
      { ...size, warmUp: 2 },
      subjects.map((subject, i) => ({
        name: `${THREADS[i]}`,
        run: async (round) => (await subject.close(all, round)).engine,
      })),
    )
    assertSame(subjects, traders)
    const adds = await interleave(
      { rounds: size.slowRounds, warmUp: 1 },
      subjects.map((subject, i) => ({
        name: `${THREADS[i]}`,
        run: async () => {
          const took = await addNewcomer(subject)
          await removeNewcomer(subject)
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
      one('S5, end to end, 2 threads', median(adds['2']), median(adds['1'])),
    ]
  } finally {
    for (const subject of subjects) await subject.end()
  }
}

function assertSame(subjects, traders) {
  for (const [i, { filter }] of traders.entries()) {
    const [one, two] = subjects.map((subject) => [...subject.matches(i)].join())
    if (one !== two) throw new Error(`one thread and two differ on ${filter}`)
  }
}
