/**
 * The benchmark's own parts: what is made of samples, how rounds are interleaved, how goals are judged and rows shown;
 * and small scenarios against the real engine. Nothing here looks at a time.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertSameMatches, standsOnEdge } from '../../bench/lib/agree.mjs'
import * as goals from '../../bench/lib/goals.mjs'
import { interleave } from '../../bench/lib/interleave.mjs'
import { busyNote } from '../../bench/lib/machine.mjs'
import { dirtySymbols, FLAT, makeMarket } from '../../bench/lib/market.mjs'
import { loadPeers } from '../../bench/lib/peers.mjs'
import { between, section } from '../../bench/lib/readme.mjs'
import { repeats } from '../../bench/lib/repeats.mjs'
import { row } from '../../bench/lib/rows.mjs'
import { median, mediansOf, percentile } from '../../bench/lib/stats.mjs'
import { TickscanSubject } from '../../bench/lib/subject.mjs'
import { figure, markdownTable, textTable } from '../../bench/lib/table.mjs'
import { makeTraders } from '../../bench/lib/traders.mjs'
import { usualMarket } from '../../bench/lib/usual-market.mjs'
import { chosen, scenarios } from '../../bench/scenarios/index.mjs'

test('median, percentile and medians of objects leave the samples as they are', () => {
  const samples = [5, 1, 4, 2]
  assert.equal(median(samples), 3)
  assert.equal(median([9, 1, 5]), 5)
  assert.equal(percentile(samples, 0.5), 2)
  assert.equal(percentile(samples, 0.99), 5)
  assert.equal(percentile([7], 0.01), 7)
  assert.deepEqual(samples, [5, 1, 4, 2])
  assert.deepEqual(
    mediansOf([
      { a: 1, b: 9 },
      { a: 3, b: 7 },
      { a: 2, b: 8 },
    ]),
    { a: 2, b: 8 },
  )
  assert.deepEqual(mediansOf([]), {})
})

test('rounds are interleaved, slow subjects spread evenly, the warm-up left out', async () => {
  const order = []
  const subject = (name, times) => ({
    name,
    times,
    run: (round) => {
      order.push(`${name}${round}`)
      return round
    },
  })
  const samples = await interleave({ rounds: 4, warmUp: 1 }, [subject('a'), subject('b'), subject('slow', 2)])
  assert.deepEqual(order, ['a-1', 'b-1', 'a0', 'b0', 'a1', 'b1', 'slow1', 'a2', 'b2', 'a3', 'b3', 'slow3'])
  assert.deepEqual(samples, { a: [0, 1, 2, 3], b: [0, 1, 2, 3], slow: [1, 3] })
})

test('a repeat is consecutive cycles of one subject: their median, and the first one beside it', async () => {
  const order = []
  const subject = (name, sample, cycles) => ({
    name,
    cycles,
    run: (cycle) => {
      order.push(`${name}${cycle}`)
      return sample(cycle)
    },
  })
  const found = await repeats(
    { rounds: 2, warmUp: 1, cycles: 3, settledAfter: { cycles: 2, ms: Infinity } },
    [
      subject('a', (cycle) => (cycle % 3 === 0 ? 90 + cycle : cycle)),
      subject('b', (cycle) => ({ x: cycle, y: -cycle })),
      subject('slow', (cycle) => cycle, 1),
    ],
  )
  assert.deepEqual(
    order.join(' '),
    'a-5 a-4 b-5 b-4 a-3 a-2 a-1 b-3 b-2 b-1 slow-3 a0 a1 a2 b0 b1 b2 slow0 a3 a4 a5 b3 b4 b5 slow3',
  )
  assert.deepEqual(found.a, { cold: (90 + 93) / 2, warm: (2 + 5) / 2 })
  assert.deepEqual(found.b, { cold: { x: 1.5, y: -1.5 }, warm: { x: 2.5, y: -2.5 } })
  assert.deepEqual(found.slow, { cold: 1.5, warm: 1.5 })
})

test('goals are judged from the row: the ratio, and whether it is met', () => {
  const judged = (goal, tickscan, peers = {}) => {
    const {
      ratio,
      ratioOf,
      goal: verdict,
    } = row({ scenario: 'S', metric: 'm', unit: 'µs', tickscan, peers, goal })
    return { ratio, ratioOf, met: verdict?.met }
  }
  const faster = goals.fasterThan('peer', 200)
  assert.deepEqual(judged(faster, 2, { peer: 400 }), { ratio: 200, ratioOf: 'peer / tickscan', met: true })
  assert.equal(judged(faster, 2, { peer: 399 }).met, false)
  assert.deepEqual(judged(faster, 2), { ratio: null, ratioOf: '', met: null })
  assert.equal(judged(faster, 2, { peer: undefined }).met, null)
  assert.deepEqual(judged(goals.atMostTimes('bare', 5), 10, { bare: 2 }), {
    ratio: 5,
    ratioOf: 'tickscan / bare',
    met: true,
  })
  assert.equal(judged(goals.atMostTimes('bare', 5), 10.1, { bare: 2 }).met, false)
  assert.equal(judged(goals.smallerBy('full', 0.8), 2, { full: 10 }).met, true)
  assert.equal(judged(goals.smallerBy('full', 0.8), 3, { full: 10 }).met, false)
  assert.equal(judged(goals.atMost(16, 'MiB'), 16).met, true)
  assert.equal(judged(goals.atMost(16, 'MiB'), 16.1).met, false)
  assert.equal(judged(goals.exactly(100, 'filters'), 100).met, true)
  assert.equal(judged(goals.exactly(100, 'filters'), 101).met, false)
  assert.deepEqual(judged(goals.beside('peer'), 2, { peer: 8 }), {
    ratio: 4,
    ratioOf: 'peer / tickscan',
    met: undefined,
  })
  assert.equal(judged(goals.timesOf('peer'), 2, { peer: 8 }).ratio, 0.25)
})

const SAMPLE_ROWS = [
  row({
    scenario: 'S1',
    metric: 'engine',
    unit: 'µs',
    tickscan: 64.12,
    peers: { peer: 17_234 },
    goal: goals.fasterThan('peer', 200),
  }),
  row({ scenario: 'S10', metric: 'memory', unit: 'MiB', tickscan: 17.5, goal: goals.atMost(16, 'MiB') }),
]

test('rows have the shape that --json promises', () => {
  assert.deepEqual(JSON.parse(JSON.stringify(SAMPLE_ROWS[0])), {
    scenario: 'S1',
    metric: 'engine',
    unit: 'µs',
    tickscan: 64.12,
    peers: { peer: 17_234 },
    ratio: 17_234 / 64.12,
    ratioOf: 'peer / tickscan',
    goal: { text: '≥ 200 × faster than peer', met: true },
    note: '',
  })
})

test('figures keep three digits; tables show the ratio in words and whether the goal is met', () => {
  assert.deepEqual([0, 0.06412, 17.26, 999, 17_234, 1_234_567].map(figure), [
    '0',
    '0.0641',
    '17.3',
    '999',
    '17,234',
    '1,230,000',
  ])
  const [head, , first, second] = markdownTable(SAMPLE_ROWS).split('\n')
  assert.match(head, /measured \| tickscan \| beside it/)
  assert.equal(
    first,
    '| S1 | engine | 64.1 µs | peer 17,234 | 269 × faster | ≥ 200 × faster than peer | met |',
  )
  assert.equal(second, '| S10 | memory | 17.5 MiB |  |  | ≤ 16 MiB | MISSED |')
  assert.equal(textTable(SAMPLE_ROWS).split('\n').length, 3)
})

test('the README keeps everything but what stands between the markers', () => {
  const content = section('a machine', SAMPLE_ROWS, ['a note'])
  const text = between('before\n<!-- bench:begin -->\nold\n<!-- bench:end -->\nafter\n', content)
  assert.ok(text.startsWith('before\n<!-- bench:begin -->\na machine\n'))
  assert.ok(text.endsWith('a note\n<!-- bench:end -->\nafter\n'))
  assert.ok(!text.includes('old'))
  assert.equal(between(text, content), text)
  assert.throws(() => between('no markers', content), /lacks/)
})

test('a busy machine is named as one', () => {
  assert.equal(busyNote(2, 2), undefined)
  assert.match(busyNote(7.25, 2) ?? '', /busy \(load 7.3 on 2 cores\)/)
})

test('the inputs are seeded: same seed, same market; the opening is flat, traders all differ', () => {
  const [one, same, other] = [1, 1, 2].map((seed) => makeMarket({ symbols: 3, klines: FLAT + 20, seed }))
  assert.deepEqual(one.history, same.history)
  assert.equal(one.price(2, 7), same.price(2, 7))
  assert.notDeepEqual(one.history[0].close, other.history[0].close)
  assert.equal(new Set(one.history[0].close.subarray(0, FLAT)).size, 1)
  for (const count of [100, 200])
    assert.equal(new Set(makeTraders(count).map(({ filter }) => filter)).size, count)
  assert.deepEqual(dirtySymbols(20, 0.2, false), [0, 1, 2, 3])
  assert.deepEqual(dirtySymbols(20, 0.2, true), [0, 5, 10, 15])
  for (const step of usualMarket(100, 50)) {
    assert.equal(new Set(step).size, step.length)
    assert.ok(step.length >= 2 && step.length <= 10)
  }
})

test('scenarios are chosen by name in any case, in the order of the table', () => {
  assert.deepEqual(
    chosen(['s7', 'S1']).map(({ id }) => id),
    ['S1', 'S7'],
  )
  assert.equal(chosen([]).length, scenarios.length)
  assert.throws(() => chosen(['S99']), /no scenario S99; there are S1 /)
})

test('a peer that does not load is reported, and the others are loaded', async () => {
  const { get, notes } = await loadPeers(['nobody'])
  assert.equal(get('nobody'), undefined)
  assert.match(notes[0], /^nobody does not load: /)
})

const TINY = {
  warmUp: 2,
  settledAfter: { cycles: 2, ms: Infinity },
  symbols: 70,
  klines: FLAT + 60,
  traders: 8,
  rounds: 3,
  slowRounds: 1,
}
const nobody = { get: () => undefined, notes: [] }

for (const id of ['S1', 'S2', 'S4', 'S5', 'S11']) {
  test(`a tiny ${id} runs against the real engine`, async () => {
    const [scenario] = chosen([id])
    const rows = await scenario.run({ peers: nobody, say: () => {}, size: TINY })
    assert.ok(rows.length > 0)
    for (const one of rows) {
      assert.equal(one.scenario, id)
      assert.ok(Number.isFinite(one.tickscan) && one.tickscan >= 0, `${one.metric}: ${one.tickscan}`)
    }
    // What the engine counts is no time, and so it is asserted.
    const counted = rows.filter(({ goal }) => goal?.text.startsWith('exactly'))
    for (const { metric, goal } of counted) assert.equal(goal?.met, true, metric)
    assert.equal(counted.length > 0, id === 'S2')
  })
}

test('results that differ stop a scenario; a comparison on the edge of rounding does not', async () => {
  const market = makeMarket(TINY)
  const traders = makeTraders(TINY.traders)
  const subject = await TickscanSubject.open(market, traders)
  try {
    await subject.live(dirtySymbols(TINY.symbols, 1, false), 0)
    const same = { name: 'same', matches: (trader) => subject.matches(trader) }
    const { pairs, matched, onEdge } = await assertSameMatches(subject, same)
    assert.equal(pairs, TINY.symbols * TINY.traders)
    assert.ok(matched > 0)
    assert.equal(onEdge, 0)
    const other = {
      name: 'other',
      matches: (trader) => new Set([...subject.matches(trader)].slice(trader === 3 ? 1 : 0)),
    }
    assert.ok(subject.matches(3).size > 0, 'the sample must have something to miss')
    await assert.rejects(assertSameMatches(subject, other), /results differ: .* for tickscan alone/)
  } finally {
    await subject.end()
  }
  const values = { close: [100], hist: [1], rsi7: [50.004], ema20: [99] }
  const trader = { rsi: 7, level: 50, ema: 20 }
  assert.equal(standsOnEdge(trader, 0, values, 0.005), true)
  assert.equal(standsOnEdge(trader, 0, values, 0), false)
  assert.equal(standsOnEdge(trader, 0, { ...values, ema20: [100 + 1e-9] }, 0), true)
})
