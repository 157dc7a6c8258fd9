/** Symbols and the session over the engine's end: the same slots and keys, the same settings, and nothing late is shown. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mortal } from './helpers/mortal.mjs'
import { MINUTE, NOON } from './helpers/session-market.mjs'

const timeout = 60_000 // against a test that hangs, no measure of anything

test('symbols that came and went have the same keys and data in the next engine', { timeout }, async (t) => {
  const traders = [{ id: 't', filter: 'close > 0' }]
  const { scanner, market, restart } = await mortal(t, { symbols: ['A', 'B', 'C'], traders })
  const old = scanner.writer.keyOf('B')
  await scanner.removeSymbol('B')
  const { index } = await scanner.addSymbol('D')
  await scanner.addSymbol('E')
  await scanner.removeSymbol('A')
  for (const symbol of ['C', 'D', 'E']) market.close(symbol, NOON, 5)
  await market.cycle()
  const before = scanner.symbols
  assert.deepEqual(scanner.matches('t'), ['C', 'D', 'E'])

  await restart()
  assert.deepEqual(scanner.symbols, before)
  assert.equal(scanner.writer.keyOf('D'), index)
  assert.equal(scanner.klines('D')[0].close, 5)
  assert.deepEqual(scanner.matches('t'), ['C', 'D', 'E'])
  assert.throws(() => scanner.writer.updateTicker(old, { last: 1 }), { code: 'E_STALE_KEY' })

  // The slot that A had left is the next one's, and nothing of A is in it.
  const { index: next } = await scanner.addSymbol('F')
  assert.equal(next % 8192, 0)
  assert.ok(next >= 8192)
  assert.deepEqual(scanner.klines('F'), [])
  await scanner.removeSymbol('D')
  await restart()
  assert.deepEqual(
    scanner.symbols.map(({ symbol }) => symbol),
    ['C', 'E', 'F'],
  )
  assert.deepEqual(scanner.matches('t'), ['C', 'E'])
})

test('keys of removed symbols stay stale, whatever the dead memory says of its symbols', {
  timeout,
}, async (t) => {
  const { scanner, restart } = await mortal(t, { symbols: ['A', 'B'] })
  const old = scanner.writer.keyOf('B')
  await scanner.removeSymbol('B')
  await restart(() => {
    const { memory, layout } = scanner.writer.handle
    new Int32Array(memory.buffer)[layout.symbolCount / 4] = 0
  })
  const { index } = await scanner.addSymbol('C')
  assert.equal(index % 8192, old % 8192)
  assert.throws(() => scanner.writer.updateTicker(old, { last: 1 }), { code: 'E_STALE_KEY' })
})

test('a symbol that is loading when the engine dies goes on loading', { timeout }, async (t) => {
  const { scanner, restart } = await mortal(t, { symbols: ['A'] })
  const kline = { openTime: NOON - MINUTE, open: 1, high: 1, low: 1, close: 1, volume: 1 }
  const history = Object.fromEntries(Object.entries(kline).map(([name, value]) => [name, [value]]))
  const restarted = restart()
  const added = scanner.addSymbol('B', { history: { '1m': history } })
  await restarted
  assert.equal((await added).state, 'ready')
  assert.equal(scanner.klines('B').length, 1)
  assert.equal((await scanner.evaluate('close')).get('B'), 1)
})

test('what was late stays hidden over a restart until a check finds it in time', { timeout }, async (t) => {
  const traders = [{ id: 't', filter: 'close > 0' }]
  const { scanner, time, market, restart } = await mortal(t, { symbols: ['A', 'B'], traders })
  await scanner.setConfig({ session: { catchupCheckInterval: 2 } })
  market.close('A', NOON)
  market.close('B', NOON - 5 * MINUTE)
  await market.cycle()
  assert.equal(scanner.session.active, false)
  const told = []
  scanner.addEventListener('signals', ({ detail }) => told.push(detail))

  await restart()
  await market.cycle()
  assert.equal(scanner.session.active, false)
  assert.deepEqual(
    scanner.session.lagging.map(({ symbol }) => symbol),
    ['B'],
  )
  assert.deepEqual(scanner.matches('t'), [])
  assert.deepEqual(told, [])
  // The second kline is none that is checked, the third is: counted on from the engine before.
  time.now += 2 * MINUTE
  market.close('B', time.now - MINUTE)
  await market.cycle()
  assert.equal(scanner.session.active, false)
  market.close('B', time.now)
  await market.cycle()
  assert.equal(scanner.session.active, true)
  assert.deepEqual(scanner.matches('t'), ['A', 'B'])
  assert.equal(told.length, 1)
})

test('a lagging symbol that nothing comes from stalls on time, whatever engine heard it last', {
  timeout,
}, async (t) => {
  const { scanner, time, market, restart } = await mortal(t, { symbols: ['A', 'B'] })
  market.close('A', NOON - 5 * MINUTE)
  await market.cycle()
  assert.equal(scanner.session.active, false)
  time.now += MINUTE
  await restart()
  // The engine that takes over has scanned everything anew, and nothing came.
  await scanner.setConfig({ session: { stalledAfterSeconds: 30 } })
  assert.deepEqual(
    scanner.session.lagging.map(({ symbol, stalled }) => [symbol, stalled]),
    [['A', true]],
  )
  assert.equal(scanner.session.active, true)
})

test('scanning all symbols is no update: what nothing comes from stalls', { timeout }, async (t) => {
  const { scanner, time, market } = await mortal(t, { symbols: ['A', 'B'] })
  await scanner.setConfig({ updateTracking: false })
  market.close('A', NOON - 5 * MINUTE)
  await market.cycle()
  assert.equal(scanner.session.active, false)
  time.now += 181_000
  await market.cycle()
  assert.equal(scanner.session.active, true)
})
