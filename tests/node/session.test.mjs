// Late data makes no signals: the session's gate from outside, on the real core.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MINUTE, NOON, NOTHING, readAll, setUp } from './helpers/session-market.mjs'

const timeout = 120_000 // against a test that hangs, no measure of anything

/** A scanner with a trader `high` (close > 100), and everything that came out of it. */
async function world(t, options = {}) {
  const all = await setUp(t, {
    symbols: ['BTC', 'ETH'],
    maxSymbols: 64,
    session: {},
    traders: [{ id: 'high', filter: 'close > 100', columns: { price: 'close' } }],
    ...options,
  })
  const events = []
  const internal = []
  const changes = []
  all.scanner.addEventListener('signals', ({ detail }) => events.push(detail))
  all.scanner.addEventListener('signals', ({ detail }) => internal.push(detail), { internal: true })
  all.scanner.addEventListener('session', ({ detail }) => changes.push(detail))
  all.scanner.addEventListener('error', ({ detail }) => assert.fail(String(detail)))
  return { ...all, events, internal, changes }
}

test('the scenario: two and a half hours are replayed, and nobody sees a value of them', {
  timeout,
}, async (t) => {
  const { scanner, time, market, events, internal, changes } = await world(t)
  const stream = scanner.deltas()
  const streamed = []
  const reading = (async () => {
    for await (const delta of stream) streamed.push(delta)
  })()
  // A live session: BTC is above 100, ETH below.
  market.close('BTC', NOON, 101)
  market.close('ETH', NOON, 99)
  scanner.writer.updateTicker('BTC', { last: 101 })
  await market.cycle()
  assert.equal(scanner.session.active, true)
  assert.deepEqual(scanner.matches('high'), ['BTC'])
  const before = events.length

  // NEW comes with klines from 09:30 on; every one of them would match.
  await scanner.addSymbol('NEW')
  assert.deepEqual(scanner.symbols.at(-1), { symbol: 'NEW', index: 2, state: 'ready' })
  const first = NOON - 150 * MINUTE
  for (let counter = 0; counter <= 149; counter++) {
    const closeTime = first + counter * MINUTE
    market.close('NEW', closeTime, 1000 + counter)
    if (counter % 50 === 10) market.close('ETH', NOON + counter * 100 * MINUTE, 99 + counter)
    const { deltas, updatedSymbols } = await market.cycle()
    assert.deepEqual(deltas, [], `counter ${counter}`)
    assert.ok(updatedSymbols >= 1, 'the engine goes on')
    assert.equal(scanner.session.active, false, `counter ${counter}`)
    if (counter % 30 === 0) {
      for (const symbol of ['NEW', 'BTC', 'ETH']) {
        assert.deepEqual(await readAll(scanner, symbol, 'high'), NOTHING, `counter ${counter}`)
      }
    }
  }
  assert.equal(events.length, before, 'no event')
  assert.deepEqual(
    changes.map(({ active, lagging }) => [active, lagging.map(({ symbol }) => symbol)]),
    [[false, ['NEW']]],
  )
  assert.equal(changes[0].lagging[0].lagSeconds, 9000)
  assert.match(changes[0].reason, /NEW 9000 s/)
  // ETH was processed throughout, and the program itself can see it all.
  const inside = await readAll(scanner, 'ETH', 'high', { internal: true })
  assert.deepEqual(inside.matches, ['BTC', 'ETH', 'NEW'])
  assert.equal(inside.evaluated, 99 + 110)
  assert.equal(inside.klines.length, 4)
  assert.ok(internal.some(({ entered }) => entered.some(({ symbol }) => symbol === 'ETH')))

  // The 151st kline ends at noon: its check, at counter 150, finds NEW caught up.
  market.close('NEW', first + 150 * MINUTE, 50)
  const { deltas } = await market.cycle()
  assert.equal(scanner.session.active, true)
  assert.deepEqual(scanner.session.lagging, [])
  const told = deltas.map(({ snapshot, entered, left, matches }) => ({ snapshot, entered, left, matches }))
  const btc = { symbol: 'BTC', columns: { price: 101 } }
  const eth = { symbol: 'ETH', columns: { price: 209 } }
  assert.deepEqual(told, [{ snapshot: true, entered: [eth], left: [], matches: [btc, eth] }])
  assert.deepEqual(scanner.matches('high'), ['BTC', 'ETH'])
  assert.equal((await readAll(scanner, 'BTC', 'high')).ticker.last, 101)
  assert.deepEqual(
    changes.map(({ active }) => active),
    [false, true],
  )
  assert.match(changes[1].reason, /NEW/)

  // Deltas as ever from here on.
  time.now += MINUTE
  market.close('BTC', time.now, 5)
  const after = await market.cycle()
  assert.deepEqual(
    after.deltas.map(({ snapshot, left }) => [snapshot, left]),
    [[false, ['BTC']]],
  )
  await stream.return()
  await reading
  const seen = [...events, ...streamed].flatMap(({ entered, matches = [] }) => [...entered, ...matches])
  assert.ok(seen.length > 0)
  assert.deepEqual(
    seen.filter(({ symbol }) => symbol === 'NEW'),
    [],
  )
  assert.deepEqual(streamed, events.slice(0, streamed.length))
  const { session } = await scanner.status()
  assert.equal(session.activations, 1)
})

test('late closes that come all at once, caught up at the end, are not told one by one', {
  timeout,
}, async (t) => {
  const { scanner, market, events } = await world(t, {
    traders: [{ id: 'high', filter: 'close > 100', on: 'close' }],
  })
  market.close('BTC', NOON, 99)
  await market.cycle()
  await scanner.addSymbol('NEW')
  for (let counter = 0; counter <= 150; counter++) {
    market.close('NEW', NOON - (150 - counter) * MINUTE, counter % 2 === 0 ? 500 : 50)
  }
  const { deltas } = await market.cycle()
  assert.equal(scanner.session.active, true)
  assert.deepEqual(
    events.map(({ snapshot, entered, left }) => [snapshot, entered.map(({ symbol }) => symbol), left]),
    [[true, ['NEW'], []]],
    'one snapshot, no signal of the 150 closes',
  )
  assert.equal(deltas.length, 1)
})

test('a history load is not counted, so the first kline after it is checked', { timeout }, async (t) => {
  const { scanner, market, changes } = await world(t)
  const column = (f) => Array.from({ length: 25 }, (_, i) => f(i))
  const history = {
    openTime: column((i) => NOON - (200 - i) * MINUTE),
    ...{
      open: column(() => 1),
      high: column(() => 1),
      low: column(() => 1),
      close: column(() => 1),
      volume: column(() => 1),
    },
  }
  const info = await scanner.addSymbol('OLD', { history: { '1m': history } })
  assert.equal(info.state, 'ready')
  await market.cycle()
  assert.equal(scanner.session.active, true, 'history is no late data')
  assert.equal(scanner.klines('OLD').length, 25)
  market.close('OLD', NOON - 100 * MINUTE)
  await market.cycle()
  assert.equal(scanner.session.active, false)
  assert.equal(changes.at(-1).lagging[0].lagSeconds, 6000)
  await scanner.removeSymbol('OLD')
  assert.equal(scanner.session.active, true, 'removing the lagging symbol')
  assert.deepEqual(
    changes.map(({ active }) => active),
    [false, true],
  )
})

test('scope symbol: late symbols alone are muted, and told of when they are back', { timeout }, async (t) => {
  const { scanner, market, events } = await world(t, {
    session: { scope: 'symbol', catchupCheckInterval: 1 },
  })
  market.close('BTC', NOON, 101)
  market.close('ETH', NOON - 10 * MINUTE, 300)
  scanner.writer.updateTicker('ETH', { last: 300 })
  const { deltas } = await market.cycle()
  assert.deepEqual(
    deltas.map(({ entered }) => entered.map(({ symbol }) => symbol)),
    [['BTC']],
  )
  assert.equal(scanner.session.active, true)
  assert.deepEqual(scanner.session.muted, ['ETH'])
  assert.deepEqual(scanner.matches('high'), ['BTC'])
  assert.equal(scanner.ticker('ETH'), undefined)
  assert.deepEqual(scanner.klines('ETH'), [])
  assert.deepEqual([...(await scanner.evaluate('close'))], [['BTC', 101]])
  assert.equal((await scanner.series('close', 'ETH', '1m')).length, 0)
  assert.deepEqual(scanner.matches('high', { internal: true }), ['BTC', 'ETH'])
  market.close('ETH', NOON, 301)
  await market.cycle()
  assert.deepEqual(scanner.matches('high'), ['BTC', 'ETH'])
  assert.deepEqual(events.at(-1).entered, [{ symbol: 'ETH', columns: { price: 301 } }])
  assert.deepEqual(
    events.at(-1).matches.map(({ symbol }) => symbol),
    ['BTC', 'ETH'],
  )
})

test('a late symbol from which nothing comes is muted alone after 180 s', { timeout }, async (t) => {
  const { scanner, time, market, changes } = await world(t)
  market.close('BTC', NOON, 101)
  market.close('ETH', NOON - 10 * MINUTE, 300)
  await market.cycle()
  assert.equal(scanner.session.active, false)
  time.now += 180_000
  await market.cycle()
  assert.equal(scanner.session.active, false, 'not later than 180 s')
  time.now += 1
  await market.cycle()
  assert.equal(scanner.session.active, true)
  assert.deepEqual(scanner.session.muted, ['ETH'])
  assert.equal(scanner.session.lagging[0].stalled, true)
  assert.deepEqual(scanner.matches('high'), ['BTC'])
  assert.match(changes.at(-1).reason, /stalled/)
  const { session } = await scanner.status()
  assert.equal(session.inactiveSeconds, 180.001)
  assert.equal(session.activations, 1)
  assert.deepEqual(session.lagSeconds, { worst: 600, p50: 0 })
})

test('thresholds: common, per symbol, at run time; priority symbols are checked every kline', {
  timeout,
}, async (t) => {
  const { scanner, market } = await world(t, {
    session: { catchupThresholdSeconds: 100, prioritySymbols: ['VIP', 'ETH'] },
  })
  const lagging = () => scanner.session.lagging.map(({ symbol }) => symbol)
  const at = async (symbol, seconds) => {
    market.close(symbol, NOON - seconds * 1000)
    await market.cycle()
  }
  await at('BTC', 101)
  assert.deepEqual(lagging(), ['BTC'])
  await scanner.setConfig({ session: { catchupThresholdSeconds: 90, catchupCheckInterval: 2 } })
  await at('BTC', 50)
  assert.deepEqual(lagging(), ['BTC'], 'kline 1 is not checked')
  await at('BTC', 49)
  assert.deepEqual(lagging(), [], 'kline 2 is')
  await at('BTC', 48)
  await at('ETH', 80)
  assert.deepEqual(lagging(), [])
  await scanner.setConfig({ session: { catchupThresholdSeconds: 60 } })
  await at('ETH', 61)
  assert.deepEqual(lagging(), ['ETH'], 'kline 1 of a priority symbol is checked')
  await at('ETH', 60)
  assert.deepEqual(lagging(), [])
  await scanner.addSymbol('SLOW', { catchupThresholdSeconds: 1000 })
  await at('SLOW', 1000)
  assert.deepEqual(lagging(), [])
  await scanner.addSymbol('VIP')
  await at('VIP', 10)
  await at('VIP', 5)
  await scanner.setConfig({ session: { catchupThresholdSeconds: 1 } })
  await at('VIP', 4)
  assert.deepEqual(lagging(), ['VIP'], 'priority before it was there')
  await assert.rejects(scanner.setConfig({ session: { scope: 'none' } }), { code: 'E_CONFIG' })
  assert.equal(scanner.session.settings.catchupThresholdSeconds, 1)
  assert.deepEqual(scanner.session.settings.prioritySymbols, ['VIP', 'ETH'])
})

test('a change of scope while a symbol is late takes effect at once', { timeout }, async (t) => {
  const { scanner, market, events } = await world(t)
  market.close('BTC', NOON, 101)
  market.close('ETH', NOON - 10 * MINUTE, 300)
  await market.cycle()
  assert.deepEqual(events, [])
  await scanner.setConfig({ session: { scope: 'symbol' } })
  assert.equal(scanner.session.active, true)
  assert.deepEqual(scanner.matches('high'), ['BTC'])
  assert.deepEqual(
    events.map(({ entered }) => entered.map(({ symbol }) => symbol)),
    [['BTC']],
  )
  await scanner.setConfig({ session: { scope: 'session' } })
  assert.deepEqual(scanner.matches('high'), [])
})

test('what a removed symbol left while nothing was shown is told afterwards, by its name', {
  timeout,
}, async (t) => {
  const { scanner, market, events } = await world(t)
  market.close('BTC', NOON, 101)
  market.close('ETH', NOON, 101)
  await market.cycle()
  await scanner.addSymbol('NEW')
  market.close('NEW', NOON - 50 * MINUTE, 500)
  await market.cycle()
  await scanner.removeSymbol('BTC')
  await scanner.addSymbol('NEXT')
  assert.equal(scanner.symbols.at(-1).index, 8192, 'the slot of BTC, in its next generation')
  market.close('NEXT', NOON, 700)
  await market.cycle()
  const before = events.length
  await scanner.removeSymbol('NEW')
  const [delta] = events.slice(before)
  assert.equal(events.length, before + 1)
  assert.deepEqual(
    delta.entered.map(({ symbol }) => symbol),
    ['NEXT'],
  )
  assert.deepEqual(delta.left, ['BTC'])
  assert.deepEqual(
    delta.matches.map(({ symbol }) => symbol),
    ['ETH', 'NEXT'],
  )
  assert.deepEqual(scanner.matches('high'), ['ETH', 'NEXT'])
})

test('accessors are copies', { timeout }, async (t) => {
  const { scanner, market } = await world(t)
  market.close('ETH', NOON - 10 * MINUTE, 300)
  await market.cycle()
  const { session, symbols } = scanner
  session.lagging[0].symbol = 'X'
  session.lagging.length = 0
  session.settings.prioritySymbols.push('Y')
  session.active = true
  symbols[0].symbol = 'Z'
  symbols.length = 0
  assert.equal(scanner.session.active, false)
  assert.equal(scanner.session.lagging[0].symbol, 'ETH')
  assert.deepEqual(scanner.session.settings.prioritySymbols, [])
  assert.deepEqual(
    scanner.symbols.map(({ symbol }) => symbol),
    ['BTC', 'ETH'],
  )
})
