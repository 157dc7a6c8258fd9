// What a trader's life is made of, through the public API and the real core: cooldown, refresh, enabled, changes,
// snapshots, settings, and change sets too large for one go.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createScanner } from 'tickscan'
import { rejects } from './helpers/fake-scanner.mjs'
import { fold } from './helpers/series.mjs'

const timeout = 60_000 // against a test that hangs, no measure of anything

/** A scanner whose clock stands at `now.ms`. */
async function setUp(t, options) {
  const now = { ms: 1_700_000_000_000 }
  const scanner = await createScanner({
    symbols: ['AAA', 'BBB', 'CCC'],
    threads: 1,
    clock: () => now.ms,
    ...options,
  })
  t.after(() => scanner.close())
  const folded = new Map()
  scanner.addEventListener('signals', ({ detail }) => fold(folded, detail))
  const last = async (symbol, price) => {
    scanner.writer.updateTicker(symbol, { last: price })
    return brief((await scanner.processUpdates()).deltas)
  }
  const at = async (ms) => {
    now.ms = 1_700_000_000_000 + ms
    return brief((await scanner.processUpdates()).deltas)
  }
  return { scanner, now, folded, last, at }
}

const brief = (deltas) => deltas.map(({ entered, left }) => [entered.map((one) => one.symbol), left])

test('cooldown: a re-match waits its time, without any further update; leaving never waits', {
  timeout,
}, async (t) => {
  const { scanner, last, at } = await setUp(t)
  await scanner.addTrader({ id: 'a', filter: 'last > 5', cooldown: 1000, columns: { price: 'last' } })
  assert.deepEqual(await last('BBB', 6), [[['BBB'], []]])
  assert.deepEqual(await last('BBB', 1), [[[], ['BBB']]])
  assert.deepEqual(await last('BBB', 8), [])
  assert.deepEqual(await at(999), [])
  assert.deepEqual(scanner.matches('a'), [])
  assert.deepEqual(await at(1000), [[['BBB'], []]])
  assert.deepEqual(scanner.matches('a'), ['BBB'])
  assert.deepEqual((await scanner.snapshot('a')).entered, [{ symbol: 'BBB', columns: { price: 8 } }])
})

test('cooldown and refresh also by the engine itself, with nothing written any more', {
  timeout,
}, async (t) => {
  const { scanner, now, last } = await setUp(t)
  await scanner.addTrader({ id: 'a', filter: 'last > 5', cooldown: 60_000 })
  await scanner.addTrader({ id: 'b', filter: 'last > 5', refresh: 60_000 })
  for (const price of [6, 1, 6]) await last('CCC', price)
  now.ms += 60_000
  const both = new Set()
  await new Promise((resolve) => {
    scanner.addEventListener('signals', ({ detail }) => {
      if (both.add(detail.traderId).size === 2) resolve()
    })
    scanner.start({ everyMs: 5, minGapMs: 0, eventDriven: true })
  })
  assert.deepEqual([scanner.matches('a'), scanner.matches('b')], [['CCC'], ['CCC']])
})

test('refresh: decided no more often, and then on all that changed', { timeout }, async (t) => {
  const { scanner, last, at } = await setUp(t)
  await scanner.addTrader({ id: 'a', filter: 'last > 5', refresh: 1000 })
  assert.deepEqual(await last('AAA', 6), [])
  assert.deepEqual(await last('CCC', 6), [])
  assert.deepEqual(await at(1000), [[['AAA', 'CCC'], []]])
  assert.deepEqual(await last('AAA', 1), [])
  assert.deepEqual(await at(2000), [[[], ['AAA']]])
})

test('enabled: off from the start, on, off again', { timeout }, async (t) => {
  const { scanner, last, folded } = await setUp(t)
  const info = await scanner.addTrader({ id: 'a', filter: 'last > 5', enabled: false })
  assert.ok(info.cost > 0)
  assert.deepEqual(await last('AAA', 6), [])
  const seen = []
  scanner.addEventListener('signals', ({ detail }) => seen.push(detail))
  await scanner.updateTrader('a', { enabled: true })
  assert.deepEqual(
    seen.map(({ snapshot, entered }) => [snapshot, entered.length]),
    [[true, 1]],
    'its first delta is a snapshot and comes before the answer',
  )
  await scanner.updateTrader('a', { enabled: false })
  assert.deepEqual(brief(seen.slice(1)), [[[], ['AAA']]])
  assert.deepEqual(scanner.matches('a'), [])
  assert.deepEqual([...(folded.get('a') ?? [])], [])
  const { filtersRun } = await scanner.processUpdates()
  assert.equal(filtersRun, 0)
})

test('updateTrader: one delta against the matches until then, new columns, the same place', {
  timeout,
}, async (t) => {
  const { scanner, last, folded } = await setUp(t, { intervals: ['1m', '5m'] })
  await scanner.addTrader({ id: 'a', filter: 'last > 5', columns: { price: 'last' } })
  await scanner.addTrader({ id: 'b', filter: 'last > 0' })
  for (const [symbol, price] of [
    ['AAA', 6],
    ['BBB', 4],
    ['CCC', 9],
  ])
    await last(symbol, price)
  const seen = []
  scanner.addEventListener('signals', ({ detail }) => seen.push(detail))
  const info = await scanner.updateTrader('a', {
    filter: 'last < limit',
    params: { limit: 7 },
    columns: { twice: 'last * 2', half: 'last / 2' },
  })
  assert.deepEqual(Object.keys(info).sort(), ['cost', 'id', 'missing', 'replayable', 'warmup'])
  assert.deepEqual(seen.length, 1)
  assert.deepEqual(seen[0].entered, [{ symbol: 'BBB', columns: { twice: 8, half: 2 } }])
  assert.deepEqual([seen[0].left, seen[0].snapshot], [['CCC'], false])
  assert.deepEqual(scanner.matches('a'), ['AAA', 'BBB'])
  assert.deepEqual([...folded.get('a')].sort(), ['AAA', 'BBB'])
  const [known] = (await scanner.deltas().next()).value.entered
  assert.deepEqual(known, { symbol: 'AAA', columns: {} }, 'what it entered with means nothing now')
  const { entered } = await scanner.snapshot('a')
  assert.deepEqual(entered[0], { symbol: 'AAA', columns: { twice: 12, half: 3 } })
  // Several at once, in order; the middle one is refused and changes nothing.
  const results = await Promise.allSettled([
    scanner.updateTrader('a', { columns: { one: 'last' } }),
    scanner.updateTrader('a', { columns: { one: 'rsi(' }, filter: 'last > 100' }),
    scanner.updateTrader('a', { filter: 'last > 8' }),
  ])
  assert.deepEqual(
    results.map((one) => one.reason?.code ?? 'ok'),
    ['ok', 'E_SYNTAX', 'ok'],
  )
  assert.deepEqual(scanner.matches('a'), ['CCC'])
  assert.deepEqual(seen.at(-1).entered, [{ symbol: 'CCC', columns: { one: 9 } }])
  await scanner.removeTrader('a')
  await rejects(scanner.updateTrader('a', {}), 'E_TRADER')
})

test('a wrong change is said to, and the old trader runs on', { timeout }, async (t) => {
  const { scanner, last } = await setUp(t)
  await scanner.addTrader({ id: 'a', filter: 'last > 5', refresh: 1 })
  for (const [changes, code, hint] of [
    [7, 'E_CONFIG'],
    [{ fitler: 'last > 1' }, 'E_CONFIG', "did you mean 'filter'?"],
    [{ id: 'b' }, 'E_CONFIG'],
    [{ on: 'open' }, 'E_CONFIG'],
    [{ on: 'close' }, 'E_CONFIG'],
    [{ cooldown: -5 }, 'E_CONFIG'],
    [{ cooldown: Number.NaN }, 'E_CONFIG'],
    [{ refresh: 1e300 }, 'E_CONFIG'],
    [{ interval: '7m' }, 'E_INTERVAL'],
    [{ filter: 'lats > 5' }, 'E_NAME', 'last'],
    [{ session: {} }, 'E_UNSUPPORTED'],
  ]) {
    await rejects(scanner.updateTrader('a', changes), code, hint ? { hint } : {})
  }
  await rejects(scanner.updateTrader('nobody', {}), 'E_TRADER')
  await rejects(scanner.snapshot('nobody'), 'E_TRADER')
  await scanner.updateTrader('a', { on: 'close', refresh: 0 })
  await scanner.updateTrader('a', { on: 'tick' })
  assert.deepEqual(await last('AAA', 6), [[['AAA'], []]])
})

test('a change whose call was given up is told by its deltas, or overwritten by the next', {
  timeout,
}, async (t) => {
  const { scanner, last } = await setUp(t)
  await scanner.addTrader({ id: 'a', filter: 'last > 5' })
  await last('AAA', 6)
  const controller = new AbortController()
  const given = scanner.updateTrader('a', { columns: { x: 'last' } }, { signal: controller.signal })
  controller.abort()
  await rejects(given, 'E_ABORTED')
  await last('BBB', 7)
  assert.deepEqual(
    (await scanner.snapshot('a')).entered.map((one) => one.columns),
    [{ x: 6 }, { x: 7 }],
  )
  // No match changes, so nothing tells whether this one was made.
  const other = new AbortController()
  const lost = scanner.updateTrader('a', { columns: { y: 'last * 2', z: 'last' } }, { signal: other.signal })
  other.abort()
  await rejects(lost, 'E_ABORTED')
  await scanner.updateTrader('a', { filter: 'last > 6' })
  assert.deepEqual((await scanner.snapshot('a')).entered, [{ symbol: 'BBB', columns: { x: 7 } }])
})

test('settings: checked, and scanning all gives the same matches', { timeout }, async (t) => {
  const { scanner, last } = await setUp(t, { intervals: ['1m'] })
  for (const wrong of [
    { updateTracking: 1 },
    { batchSymbols: 0 },
    { batchSymbols: 1.5 },
    { batchSymbols: 9000 },
    { everyMs: 0 },
    { minGapMs: -1 },
    { eventDriven: 'no' },
    7,
  ]) {
    await rejects(scanner.setConfig(wrong), 'E_CONFIG')
  }
  await rejects(scanner.setConfig({ batchSymbol: 5 }), 'E_CONFIG', { hint: "did you mean 'batchSymbols'?" })
  await scanner.addTrader({ id: 'a', filter: 'last > 5' })
  await scanner.addTrader({ id: 'c', filter: 'close > 5', on: 'close' })
  await scanner.setConfig({ updateTracking: false })
  const all = await scanner.processUpdates()
  assert.deepEqual(
    [all.updatedSymbols, all.filtersRun],
    [0, 3],
    'every tick filter runs, nothing was updated',
  )
  assert.deepEqual(await last('BBB', 6), [[['BBB'], []]])
  const kline = { openTime: 60_000, open: 1, high: 9, low: 1, close: 9, volume: 1, closed: true }
  scanner.writer.updateKline('CCC', '1m', kline)
  assert.equal((await scanner.processUpdates()).deltas.length, 1)
  assert.equal((await scanner.processUpdates()).deltas.length, 0, 'a close is decided once')
  await scanner.setConfig({ updateTracking: true })
  assert.equal((await scanner.processUpdates()).filtersRun, 0)
  assert.deepEqual([scanner.matches('a'), scanner.matches('c')], [['BBB'], ['CCC']])
  assert.equal((await scanner.status()).sweepFound, 0)

  await scanner.setConfig({ everyMs: 500 })
  assert.equal((await scanner.status()).cadence, null)
  scanner.start({ minGapMs: 7 })
  const running = { everyMs: 500, minGapMs: 7, eventDriven: false }
  assert.deepEqual((await scanner.status()).cadence, running)
  await scanner.setConfig({ everyMs: 900 })
  assert.deepEqual((await scanner.status()).cadence, { ...running, everyMs: 900 })
})

test('5,000 symbols in slices: the same matches and deltas, and messages in between', {
  timeout,
}, async (t) => {
  const symbols = Array.from({ length: 5000 }, (_, i) => `S${i}`)
  const { scanner, folded, now } = await setUp(t, {
    symbols,
    intervals: ['1m'],
    maxKlines: 2,
    traders: [
      { id: 'a', filter: 'last > 5', columns: { price: 'last' } },
      { id: 'b', filter: 'last > 5 and last < 8', cooldown: 10 },
      { id: 'c', filter: 'last > 6', refresh: 10 },
    ],
  })
  await scanner.setConfig({ batchSymbols: 128 })
  const prices = symbols.map(() => 0)
  const check = (by) => {
    const wanted = symbols.filter((_, i) => by(prices[i]))
    return (id) => {
      assert.deepEqual(scanner.matches(id), wanted)
      assert.deepEqual([...folded.get(id)].sort(), [...wanted].sort())
    }
  }
  for (let round = 1; round <= 4; round++) {
    now.ms += 20
    for (const [i, symbol] of symbols.entries()) {
      prices[i] = (i * 7 + round * 3) % 11
      scanner.writer.updateTicker(symbol, { last: prices[i] })
    }
    const order = []
    const [cycle, status] = await Promise.all([
      scanner.processUpdates().then((result) => order.push('cycle') && result),
      scanner.status().then((result) => order.push('status') && result),
    ])
    assert.deepEqual(order, ['cycle', 'status'], 'commands are applied in order')
    assert.equal(cycle.updatedSymbols, 5000)
    assert.equal(cycle.skippedSymbols, 0)
    assert.equal(cycle.filtersRun, 15_000)
    assert.equal(cycle.filtersSkipped, 0)
    assert.equal(status.cycle, cycle.cycle)
    check((price) => price > 5)('a')
    check((price) => price > 5 && price < 8)('b')
    check((price) => price > 6)('c')
    assert.equal(
      cycle.fullEntries,
      ['a', 'b', 'c'].reduce((sum, id) => sum + scanner.matches(id).length, 0),
    )
  }
  const { cycle: before } = await scanner.status()
  for (const symbol of symbols) scanner.writer.updateTicker(symbol, { last: 9 })
  await scanner.processUpdates()
  assert.equal((await scanner.status()).cycle - before, Math.ceil(5000 / 128), 'whole blocks of 64')

  // The engine's own cycles go on by themselves until all is done.
  for (const symbol of symbols) scanner.writer.updateTicker(symbol, { last: 1 })
  await new Promise((resolve) => {
    scanner.addEventListener('signals', () => scanner.matches('a').length === 0 && resolve())
    scanner.start({ everyMs: 60_000, minGapMs: 0 })
  })
  assert.deepEqual([...folded.get('a')], [])
  await scanner.processUpdates()
  const { core, sweepFound } = await scanner.status()
  assert.deepEqual([core.unscanned, sweepFound], [0, 0])
  assert.ok(core.deltaEntries > 0 && core.fullEntries > 0 && core.deltaBytes > 0 && core.fullBytes > 0)
})

test('a large snapshot travels in pages and arrives as one delta', { timeout }, async (t) => {
  const symbols = Array.from({ length: 2500 }, (_, i) => `S${i}`)
  const { scanner, folded } = await setUp(t, { symbols })
  for (const symbol of symbols) scanner.writer.updateTicker(symbol, { last: 6 })
  const seen = []
  scanner.addEventListener('signals', ({ detail }) => seen.push([detail.snapshot, detail.entered.length]))
  await scanner.addTrader({ id: 'a', filter: 'last > 5', columns: { price: 'last' } })
  assert.deepEqual(seen, [[true, 2500]])
  scanner.writer.updateTicker('S7', { last: 2 })
  const snapshot = await scanner.snapshot('a')
  assert.deepEqual(seen.slice(1), [
    [false, 0],
    [true, 2499],
  ])
  assert.deepEqual(snapshot.entered.at(-1), { symbol: 'S2499', columns: { price: 6 } })
  assert.deepEqual(
    snapshot.entered.map((one) => one.symbol),
    scanner.matches('a'),
  )
  assert.equal(folded.get('a').size, 2499)
})
