/** S1: every symbol has a new live price, 1,000 symbols × 100 traders over 8 shared indicators. */

import { assertSameMatches, indicatorValues } from '../lib/agree.mjs'
import { beside, fasterThan } from '../lib/goals.mjs'
import { dirtySymbols, makeMarket } from '../lib/market.mjs'
import { repeats } from '../lib/repeats.mjs'
import { row } from '../lib/rows.mjs'
import { TickscanSubject } from '../lib/subject.mjs'
import { timed } from '../lib/timed.mjs'
import { EMA_PERIODS, MACD, makeTraders } from '../lib/traders.mjs'
import { Recomputing } from '../peers/recompute.mjs'

export const id = 'S1'
export const title = 'all dirty: 1,000 symbols × 100 traders'
export const wanted = [
  'trading-signals',
  'trading-signals, tuned by hand',
  'technicalindicators',
  'talib-web',
  'perspective',
]

const SIZE = { symbols: 1000, klines: 500, traders: 100, rounds: 15, share: 0.05, slowRounds: 3 }

/** @param {import('./index.mjs').Context} context */
export async function run({ peers, say, size: given }) {
  const size = { ...SIZE, ...given }
  const market = makeMarket(size)
  const traders = makeTraders(size.traders)
  const all = dirtySymbols(size.symbols, 1, false)
  const subject = await TickscanSubject.open(market, traders)
  try {
    const streaming = ['trading-signals', 'trading-signals, tuned by hand']
      .map((name) => peers.get(name)?.open(market, traders))
      .filter(Boolean)
    const recomputing = ['technicalindicators', 'talib-web']
      .map((name) => peers.get(name)?.library)
      .filter(Boolean)
      .map((library) => new Recomputing(library, market, traders, size.share, MACD))
    const windows = await peers.get('perspective')?.open(market)

    await subject.live(all, 0)
    for (const peer of streaming) peer.live(all, 0)
    for (const peer of recomputing) peer.live(0)
    for (const peer of [...streaming, ...recomputing]) {
      const { pairs, matched, onEdge } = await assertSameMatches(subject, peer)
      say(
        `${peer.name} agrees on ${pairs} pairs, ${matched} of them match; ${onEdge} stand on a rounding's edge`,
      )
    }
    if (windows) say(await sameAverages(subject, windows, all))

    const samples = await repeats({ ...size, warmUp: 3 }, [
      { name: 'tickscan', run: (round) => subject.live(all, round) },
      ...streaming.map((peer) => ({ name: peer.name, run: (round) => timed(() => peer.live(all, round)) })),
      ...(windows ? [{ name: windows.name, run: (round) => timed(() => windows.live(all, round)) }] : []),
      ...recomputing.map((peer) => ({
        name: peer.name,
        times: size.slowRounds,
        // One takes most of a second.
        cycles: 1,
        run: async (round) => (await timed(() => peer.live(round))) * (size.symbols / peer.symbols),
      })),
    ])
    await windows?.end()
    const shares = recomputing.map(({ symbols }) => `${symbols} symbols, counted × ${size.symbols / symbols}`)
    return rows(samples, shares[0])
  } finally {
    await subject.end()
  }
}

/** What Perspective can express: the four EMAs, compared number by number. */
async function sameAverages(subject, windows, all) {
  const ours = await indicatorValues(subject)
  const theirs = await windows.live(all, 0)
  for (const period of EMA_PERIODS) {
    for (const [i, symbol] of theirs.symbol.entries()) {
      const [a, b] = [ours[`ema${period}`][symbol], theirs[`ema${period}`][i]]
      if (!(Math.abs(a - b) <= 1e-9 * Math.abs(a))) {
        throw new Error(`ema(${period}) of symbol ${symbol}: tickscan ${a}, ${windows.name} ${b}`)
      }
    }
  }
  return `${windows.name} agrees on ${EMA_PERIODS.length} EMAs of ${theirs.symbol.length} symbols`
}

function rows(samples, share) {
  const { engine, whole, write } = samples.tickscan.warm
  const warm = (...names) => Object.fromEntries(names.map((name) => [name, samples[name]?.warm]))
  const streaming = ['trading-signals', 'trading-signals, tuned by hand']
  const cold = Object.fromEntries(streaming.map((name) => [name, samples[name]?.cold]))
  const one = (metric, tickscan, peers, goal, note) =>
    row({ scenario: id, metric, unit: 'µs', tickscan, peers, goal, note })
  return [
    one('engine, against streaming', engine, warm(...streaming), fasterThan('trading-signals', 200)),
    one(
      'engine, first cycle after another library ran',
      samples.tickscan.cold.engine,
      cold,
      beside('trading-signals'),
    ),
    one(
      'engine, against recomputing',
      engine,
      warm('technicalindicators', 'talib-web'),
      fasterThan('technicalindicators', 100_000),
      share,
    ),
    one('writes alone', write, {}),
    one('end to end: writes, cycle, deltas', whole, warm(...streaming), beside('trading-signals')),
    one('end to end, against 4 EMAs alone', whole, warm('perspective'), beside('perspective')),
  ]
}
