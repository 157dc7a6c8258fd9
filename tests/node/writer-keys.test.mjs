// Which keys a writer takes, and the word in which it says what it is writing: a slot for which it stood for ever could
// never be used again, and whose place in it another writer has taken must leave it alone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attachWriter } from '../../js/index.js'
import { KEY_SLOTS } from '../../js/layout.js'
import { SUCCEEDED } from '../../js/successor.js'
import { codeOf, kline, Market } from './helpers/market.mjs'

test('between writes no slot is said to be written, whatever the last one came to', () => {
  const market = new Market()
  const writer = attachWriter(market.handle)
  const { layout } = market
  const writing = () => market.get(layout.writers + layout.writerWriting)
  const late = { ...kline(3), closed: false }
  const calls = {
    written: () => writer.updateTicker('AAA', { last: 1 }),
    live: () => writer.updateKline('AAA', '1m', { ...kline(5), closed: false }),
    late: () => assert.equal(writer.updateKline('AAA', '1m', late), false),
    closed: () => writer.updateKline('AAA', '1m', kline(5)),
    duplicate: () => assert.equal(writer.updateKline('AAA', '1m', kline(5)), false),
    history: () => writer.loadHistory('BBB', '1m', columns([kline(1), kline(2)])),
    owned: () => {
      market.set(layout.tickers + layout.boxOwner, 3)
      assert.equal(
        codeOf(() => writer.updateTicker('AAA', { last: 2 })),
        'E_OWNED',
      )
    },
    unused: () =>
      assert.equal(
        codeOf(() => writer.updateTicker(2, { last: 2 })),
        'E_SYMBOL',
      ),
  }
  for (const [name, call] of Object.entries(calls)) {
    call()
    assert.equal(writing(), 0, name)
  }
})

test('a writer that is closed, or whose engines are gone, leaves the word to the next one', () => {
  const market = new Market()
  const { layout } = market
  const writing = layout.writers + layout.writerWriting
  const refused = (writer) => {
    // As if another writer had the place and were in the middle of a write.
    market.set(writing, 7)
    assert.equal(
      codeOf(() => writer.updateTicker('AAA', { last: 2 })),
      'E_CLOSED',
    )
    assert.equal(market.get(writing), 7)
    market.set(writing, 0)
  }
  const closed = attachWriter(market.handle)
  closed.updateTicker('AAA', { last: 1 })
  closed.close()
  refused(closed)
  const orphaned = attachWriter(market.handle)
  market.set(layout.retired, SUCCEEDED)
  orphaned.updateTicker('AAA', { last: 1 })
  assert.equal(market.get(writing), 0, 'the write in which it found out has ended')
  refused(orphaned)
})

test('a writer that finds no place in the next memory leaves the words there to those who have them', () => {
  const market = new Market()
  const next = new Market()
  const { layout } = market
  const writing = layout.writers + layout.writerWriting
  for (let i = 0; i < layout.maxWriters; i++) {
    next.set(layout.writers + i * layout.writerStride + layout.writerClaim, 1)
    next.set(writing + i * layout.writerStride, 7)
  }
  const writer = attachWriter({ ...market.handle, spares: [next.memory] })
  market.set(layout.retired, SUCCEEDED)
  writer.updateTicker('AAA', { last: 1 })
  assert.equal(
    codeOf(() => writer.updateTicker('AAA', { last: 2 })),
    'E_CLOSED',
  )
  assert.equal(market.get(writing), 0, 'the write has ended')
  for (let i = 0; i < layout.maxWriters; i++) assert.equal(next.get(writing + i * layout.writerStride), 7)
})

test('a name that was read while its symbol was being removed is not the name of the next one in the slot', () => {
  const market = new Market()
  const { layout } = market
  const writer = attachWriter(market.handle)
  // The engine is in the middle of it: the generation has moved, and nothing else yet.
  market.set(layout.symbols + layout.symbolGeneration, 1)
  writer.keyOf('AAA')
  market.set(layout.symbols + layout.symbolState, 0)
  market.set(layout.symbolTableVersion, market.get(layout.symbolTableVersion) + 1)
  market.addSymbol('NEW', 0)
  assert.equal(
    codeOf(() => writer.updateTicker('AAA', { last: 1 })),
    'E_SYMBOL',
  )
  assert.equal(writer.keyOf('NEW'), KEY_SLOTS)
})

test('a key is judged before the value, and a part of one is none', () => {
  const market = new Market()
  const writer = attachWriter(market.handle)
  const key = writer.keyOf('AAA')
  market.removeSymbol(0)
  market.addSymbol('NEW', 0)
  const bad = { last: Number.NaN }
  assert.equal(
    codeOf(() => writer.updateTicker(key, bad)),
    'E_STALE_KEY',
  )
  assert.equal(
    codeOf(() => writer.updateKline(key, '1m', bad)),
    'E_STALE_KEY',
  )
  assert.equal(
    codeOf(() => writer.updateKline(key, '7m', bad)),
    'E_STALE_KEY',
  )
  // 8192.05: its slot would be 0.05, whose words lie among those of slot 0.
  const before = records(market)
  for (const none of [
    8192.05,
    8192.1,
    0.5,
    -1,
    64,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    undefined,
    null,
    {},
  ]) {
    assert.equal(
      codeOf(() => writer.updateTicker(none, { last: 1 })),
      'E_SYMBOL',
      String(none),
    )
  }
  assert.ok(records(market).equals(before), 'nothing was touched')
  writer.updateTicker(writer.keyOf('NEW'), { last: 1 })
  assert.equal(market.takeTicker(0).last, 1)
})

/** All from the symbols on: in front of them the writer counts what it refuses. */
function records(market) {
  return market.image().subarray(market.layout.symbols - market.layout.descriptor)
}

function columns(klines) {
  const column = (field) => Float64Array.from(klines, (one) => one[field])
  return Object.fromEntries(
    ['openTime', 'open', 'high', 'low', 'close', 'volume'].map((field) => [field, column(field)]),
  )
}
