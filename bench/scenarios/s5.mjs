/** S5: a trader is added to a warm engine, and is decided on 500 klines × 1,000 symbols before the call returns. */

import { atMost } from '../lib/goals.mjs'
import { interleave } from '../lib/interleave.mjs'
import { makeMarket } from '../lib/market.mjs'
import { addNewcomer, newcomer, newcomerMatches, removeNewcomer } from '../lib/newcomer.mjs'
import { row } from '../lib/rows.mjs'
import { median } from '../lib/stats.mjs'
import { TickscanSubject } from '../lib/subject.mjs'
import { timed } from '../lib/timed.mjs'
import { makeTraders } from '../lib/traders.mjs'
import { warmUpPeers } from '../lib/warm-up-peers.mjs'

export const id = 'S5'
export const title = 'adding a trader to a warm engine: 500 klines × 1,000 symbols'
export const wanted = ['trading-signals', 'technicalindicators', 'talib-web']

const SIZE = { symbols: 1000, klines: 500, traders: 100, rounds: 11, slowRounds: 5 }

/** @param {import('./index.mjs').Context} context */
export async function run({ peers, say, size: given }) {
  const size = { ...SIZE, ...given }
  const market = makeMarket(size)
  const subject = await TickscanSubject.open(market, makeTraders(size.traders))
  try {
    const others = warmUpPeers(peers, market, newcomer)
    await addNewcomer(subject)
    const ours = newcomerMatches(subject)
    const rsi = await subject.values(`rsi(${newcomer.rsi})`)
    await removeNewcomer(subject)
    for (const { name, run: warmUp, rsiRounding } of others) {
      const theirs = warmUp()
      const differ = difference(ours, theirs)
      const wrong = differ.filter((symbol) => Math.abs(rsi[symbol] - newcomer.level) > rsiRounding)
      if (wrong.length > 0) throw new Error(`results differ from ${name}'s for the symbols ${wrong}`)
      say(`${name} agrees on ${size.symbols} symbols, ${ours.size} of them match`)
    }
    const samples = await interleave({ rounds: size.rounds, warmUp: 1 }, [
      {
        name: 'tickscan',
        run: async () => {
          const took = await addNewcomer(subject)
          await removeNewcomer(subject)
          return took
        },
      },
      ...others.map(({ name, run: warmUp }) => ({ name, times: size.slowRounds, run: () => timed(warmUp) })),
    ])
    const ms = (name) => median(samples[name]) / 1000
    return [
      row({
        scenario: id,
        metric: 'from addTrader to its answer',
        unit: 'ms',
        tickscan: ms('tickscan'),
        peers: Object.fromEntries(others.map(({ name }) => [name, ms(name)])),
        goal: atMost(50, 'ms'),
      }),
    ]
  } finally {
    await subject.end()
  }
}

function difference(a, b) {
  return [...[...a].filter((one) => !b.has(one)), ...[...b].filter((one) => !a.has(one))]
}
