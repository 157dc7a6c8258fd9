// MarketWriter against a region built in JavaScript: what is published, marked, counted and refused.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attachWriter, MarketWriter, TickscanError } from '../../js/index.js'
import { MarketReader } from '../../js/market-reader.js'
import { codeOf, kline, Market } from './helpers/market.mjs'

test('a ticker is published whole, marked in row 0, and a partial update keeps the other fields', () => {
  const market = new Market()
  const writer = attachWriter(market.handle)
  writer.updateTicker('BBB', { last: 10, bid: 9, ask: 11, volume24h: 5, time: 1000 })
  assert.deepEqual(market.drain(1), [{ buffer: 0, row: 0 }])
  assert.deepEqual(market.drain(0), [])
  writer.updateTicker('BBB', { last: 12 })
  const taken = market.takeTicker(1)
  assert.equal(taken.last, 12)
  assert.equal(taken.bid, 9)
  assert.equal(taken.ask, 11)
  assert.equal(taken.volume24h, 5)
  assert.equal(taken.time, 1000)
  assert.ok(Number.isNaN(taken.high24h), 'a field never set is unknown')
  assert.equal(market.takeTicker(1), undefined, 'nothing fresh after it was taken')
  writer.updateTicker('BBB', { bid: 8 })
  assert.equal(market.takeTicker(1).last, 12, 'also after the reader took the record')
})

test('a writer never touches the slot that its reader holds', () => {
  const market = new Market()
  const writer = attachWriter(market.handle)
  const held = () => {
    const from =
      (market.tickerAt(0) + market.layout.boxSlots) / 8 + market.readerSlots.get(market.tickerAt(0)) * 10
    return market.doubles.slice(from, from + 10)
  }
  for (let n = 1; n <= 20; n++) {
    writer.updateTicker(0, { last: n, bid: n })
    if (n % 3 === 0) continue
    assert.equal(market.takeTicker(0).last, n)
    const before = held()
    for (let k = 1; k <= n % 4; k++) writer.updateTicker(0, { last: n + k / 8 })
    assert.deepEqual(held(), before)
  }
})

test('every field of a ticker arrives in its place', () => {
  const market = new Market()
  const writer = attachWriter(market.handle)
  const fields = [
    'last',
    'bid',
    'ask',
    'open24h',
    'high24h',
    'low24h',
    'volume24h',
    'quoteVolume24h',
    'change24h',
    'time',
  ]
  // high24h must not be below low24h
  const ticker = Object.fromEntries(fields.map((field, i) => [field, field === 'high24h' ? 50 : i + 1]))
  writer.updateTicker(0, ticker)
  assert.deepEqual(market.takeTicker(0), ticker)
  for (const field of fields.filter((name) => name !== 'time')) {
    writer.updateTicker(0, { [field]: 40 })
    assert.equal(market.takeTicker(0)[field], 40, field)
  }
})

test('a refused ticker is a typed error and leaves no trace but its count', () => {
  const market = new Market()
  const writer = attachWriter(market.handle)
  writer.updateTicker('AAA', { last: 1 })
  const before = market.image()
  const refused = [
    [{ last: Number.NaN }, /last is NaN/],
    [{ last: Number.POSITIVE_INFINITY }, /last is Infinity/],
    [{ last: 2, bid: Number.NaN }, /bid is NaN/],
    [{ last: '12.5' }, /last is the text '12.5'/],
    [{ last: null }, /last is null/],
    [{ volume24h: -1 }, /volume24h is -1/],
    [{ high24h: 1, low24h: 2 }, /high24h 1 is below low24h 2/],
    [{ last: 1, time: Number.NaN }, /time is NaN/],
    [{}, /no known field/],
    [{ time: 5 }, /no known field/],
    [{ prize: 5 }, /no known field/],
    [null, /got null/],
    [7, /got 7/],
  ]
  for (const [ticker, message] of refused) {
    assert.throws(
      () => writer.updateTicker('AAA', ticker),
      (error) => {
        assert.ok(error instanceof TickscanError)
        assert.equal(error.code, 'E_VALUE')
        assert.match(error.message, message)
        assert.ok(error.expected)
        return true
      },
    )
  }
  assert.match(errorOf(() => writer.updateTicker('AAA', { last: '1' })).hint, /Number\(\)/)
  assert.equal(writer.counters.rejected, refused.length + 1)
  market.set(market.layout.writers + market.layout.writerRejected, 0)
  assert.ok(market.image().equals(before), 'the region is as it was')
})

test('a refused first update does not even claim the record', () => {
  const market = new Market()
  const [one, two] = [attachWriter(market.handle), attachWriter(market.handle)]
  assert.equal(
    codeOf(() => one.updateTicker('AAA', { last: Number.NaN })),
    'E_VALUE',
  )
  assert.equal(
    codeOf(() => one.updateKline('AAA', '1m', kline(1, { volume: -1 }))),
    'E_VALUE',
  )
  two.updateTicker('AAA', { last: 1 })
  two.updateKline('AAA', '1m', kline(1))
})

test('unknown symbols, keys and intervals are typed errors with the nearest name', () => {
  const market = new Market({ symbols: ['BTCUSDT', 'ETHUSDT'] })
  const writer = attachWriter(market.handle)
  const unknown = errorOf(() => writer.updateTicker('BTCUSD', { last: 1 }))
  assert.equal(unknown.code, 'E_SYMBOL')
  assert.match(unknown.hint, /BTCUSDT/)
  for (const key of [2, -1, 0.5, 8191, 8192, Number.NaN, undefined, null, {}]) {
    assert.equal(
      codeOf(() => writer.updateTicker(key, { last: 1 })),
      'E_SYMBOL',
      String(key),
    )
  }
  const interval = errorOf(() => writer.updateKline('BTCUSDT', '15m', kline(1)))
  assert.equal(interval.code, 'E_INTERVAL')
  assert.match(interval.expected, /1m 5m/)
  assert.equal(writer.counters.rejected, 11)
})

test('symbols that come later are found, and keys of removed ones are stale', () => {
  const market = new Market({ symbols: ['AAA'] })
  const writer = attachWriter(market.handle)
  writer.updateTicker('AAA', { last: 1 })
  assert.equal(
    codeOf(() => writer.updateTicker('NEW', { last: 1 })),
    'E_SYMBOL',
  )
  market.addSymbol('NEW')
  writer.updateTicker('NEW', { last: 2 })
  assert.equal(market.takeTicker(1).last, 2)
  const key = writer.keyOf('NEW')
  market.removeSymbol(1)
  assert.equal(
    codeOf(() => writer.updateTicker('NEW', { last: 3 })),
    'E_SYMBOL',
  )
  assert.equal(
    codeOf(() => writer.updateTicker(key, { last: 3 })),
    'E_STALE_KEY',
  )
  market.addSymbol('OTHER', 1)
  assert.equal(
    codeOf(() => writer.updateTicker(key, { last: 3 })),
    'E_STALE_KEY',
  )
  assert.equal(writer.keyOf('OTHER'), 8192 + 1, 'slot + generation × 8192')
  writer.updateTicker(writer.keyOf('OTHER'), { last: 4 })
  assert.equal(market.takeTicker(1).last, 4)
})

test('names of symbols may be any UTF-8, and are copied before they are decoded', (t) => {
  // Browsers refuse to decode a view of shared memory; Node does not, so the test does.
  const { decode } = TextDecoder.prototype
  t.mock.method(TextDecoder.prototype, 'decode', function (view, ...rest) {
    assert.ok(!(view.buffer instanceof SharedArrayBuffer))
    return decode.call(this, view, ...rest)
  })
  const market = new Market({ symbols: ['币安USDT', 'ÉTH-€'] })
  const writer = attachWriter(market.handle)
  writer.updateTicker('ÉTH-€', { last: 1 })
  assert.equal(market.takeTicker(1).last, 1)
  assert.equal(writer.keyOf('币安USDT'), 0)
})

test('one writer per record: claimed by the first write, refused to others, handed over by release and close', () => {
  const market = new Market()
  const [one, two] = [attachWriter(market.handle), attachWriter(market.handle)]
  one.updateTicker('AAA', { last: 1, bid: 5 })
  one.updateKline('AAA', '1m', kline(1))
  const owned = errorOf(() => two.updateTicker('AAA', { last: 2 }))
  assert.equal(owned.code, 'E_OWNED')
  assert.equal(
    codeOf(() => two.updateKline('AAA', '1m', kline(2))),
    'E_OWNED',
  )
  assert.equal(
    codeOf(() => two.loadHistory('AAA', '1m', columns([kline(0)]))),
    'E_OWNED',
  )
  two.updateTicker('BBB', { last: 2 })
  two.updateKline('AAA', '5m', kline(5))
  one.release('AAA', '1m')
  two.updateKline('AAA', '1m', kline(2))
  assert.equal(
    codeOf(() => two.updateTicker('AAA', { last: 2 })),
    'E_OWNED',
    'only the series was released',
  )
  one.release('AAA')
  two.updateTicker('AAA', { last: 2 })
  const taken = market.takeTicker(0)
  assert.deepEqual([taken.last, taken.bid], [2, 5], 'the new owner knows what was published last')
  two.close()
  one.updateTicker('AAA', { last: 3 })
  one.updateKline('AAA', '5m', kline(10))
  assert.equal(
    codeOf(() => two.updateTicker('AAA', { last: 2 })),
    'E_CLOSED',
  )
  assert.equal(
    codeOf(() => two.updateTicker('AAA', { last: Number.NaN })),
    'E_CLOSED',
  )
  assert.equal(
    codeOf(() => two.updateKline('AAA', '1m', kline(9))),
    'E_CLOSED',
  )
  assert.equal(
    codeOf(() => two.loadHistory('AAA', '1m', columns([kline(9)]))),
    'E_CLOSED',
  )
  two.close()
})

test('there is room for maxWriters writers, and a closed one makes room', () => {
  const market = new Market()
  const writers = Array.from({ length: market.layout.maxWriters }, () => attachWriter(market.handle))
  const full = errorOf(() => attachWriter(market.handle))
  assert.equal(full.code, 'E_LIMIT')
  assert.equal(full.details.limit, market.layout.maxWriters)
  writers[2].close()
  attachWriter(market.handle).updateTicker('AAA', { last: 1 })
})

test('a mark goes into the active buffer, and into both if the epoch moves meanwhile', () => {
  const market = new Market()
  const writer = attachWriter(market.handle)
  market.set(market.layout.epoch, 7)
  writer.updateTicker('AAA', { last: 1 })
  assert.deepEqual(market.drain(0), [{ buffer: 1, row: 0 }])
  const atomicOr = Atomics.or
  try {
    // The engine swaps after the writer has read the epoch and before its bit is set.
    Atomics.or = (words, index, value) => {
      Atomics.or = atomicOr
      market.set(market.layout.epoch, 8)
      return atomicOr(words, index, value)
    }
    writer.updateTicker('AAA', { last: 2 })
  } finally {
    Atomics.or = atomicOr
  }
  assert.deepEqual(market.drain(0), [
    { buffer: 0, row: 0 },
    { buffer: 1, row: 0 },
  ])
})

test('data is published before the bit is set, and the bit before the engine is woken', () => {
  const market = new Market()
  const order = []
  const writer = new MarketWriter(market.handle, { onWake: () => order.push('wake') })
  const { layout } = market
  const names = new Map([
    [layout.tickers / 4 + layout.boxState / 4, 'state'],
    [layout.tickers / 4 + layout.boxVersion / 4, 'version'],
    [layout.dirty / 4, 'bit'],
    [layout.epoch / 4, 'epoch'],
    [layout.idle / 4, 'idle'],
  ])
  const real = { exchange: Atomics.exchange, store: Atomics.store, or: Atomics.or, load: Atomics.load }
  try {
    for (const name of Object.keys(real)) {
      Atomics[name] = (words, index, ...rest) => {
        if (names.has(index)) order.push(`${name} ${names.get(index)}`)
        return real[name](words, index, ...rest)
      }
    }
    market.set(layout.idle, 1)
    writer.updateTicker(0, { last: 1 })
    market.set(layout.idle, 0)
    writer.updateTicker(0, { last: 2 })
  } finally {
    Object.assign(Atomics, real)
  }
  assert.deepEqual(order, [
    'exchange state',
    'or bit',
    'load epoch',
    'exchange idle',
    'wake',
    'exchange state',
    'or bit',
    'load epoch',
  ])
  assert.equal(market.get(layout.idle), 0)
})

test('the writer word has the two slots, and the version counts', () => {
  const market = new Market()
  const writer = attachWriter(market.handle)
  const word = (market.layout.tickers + market.layout.boxWriter) / 4
  for (let version = 1; version <= 5; version++) {
    writer.updateTicker('AAA', { last: version })
    assert.equal(market.get(market.layout.tickers + market.layout.boxVersion), version)
    assert.equal(market.words[word] >>> 4, 0)
    assert.notEqual(
      market.words[word] & 3,
      market.words[word] >> 2,
      'the private slot is not the published one',
    )
  }
})

test('the debug ring has the last 100 updates while it is on', () => {
  const market = new Market()
  const writer = attachWriter(market.handle)
  const reader = new MarketReader(market.handle)
  writer.updateTicker('AAA', { last: 1 })
  assert.deepEqual(reader.recentUpdates(Date.now()), [], 'off at first')
  reader.debugging = true
  for (let i = 0; i < 130; i++) writer.updateKline('BBB', i % 2 ? '1m' : '5m', kline(5 * (i + 1)))
  const updates = reader.recentUpdates(Date.now())
  assert.equal(updates.length, 100)
  assert.deepEqual(
    updates.map(({ row }) => row),
    Array.from({ length: 100 }, (_, i) => (i % 2 ? 1 : 2)),
  )
  assert.ok(updates.every(({ symbol, writer: id }) => symbol === 1 && id === 1))
  assert.ok(Math.abs(updates[99].time - Date.now()) < 3_600_000, 'a time of now, not of the epoch')
  reader.debugging = false
  writer.updateTicker('AAA', { last: 2 })
  assert.deepEqual(reader.recentUpdates(Date.now()).at(-1).row, 1)
  assert.equal(reader.updates, 132)
})

test('boundary symbols and the last partial word are marked alone', () => {
  const symbols = Array.from({ length: 200 }, (_, i) => `S${i}`)
  const market = new Market({ symbols, maxSymbols: 200, maxKlines: 1 })
  const writer = attachWriter(market.handle)
  for (const slot of [0, 31, 32, 63, 64, 199]) {
    writer.updateKline(slot, '5m', kline(5))
    for (const [i] of symbols.entries()) {
      assert.deepEqual(market.drain(i), i === slot ? [{ buffer: 0, row: 2 }] : [], `${slot} → ${i}`)
    }
  }
})

test('batches write what is good and count the rest', () => {
  const market = new Market()
  const writer = attachWriter(market.handle)
  const tickers = writer.updateTickers([
    { symbol: 'AAA', last: 1 },
    { symbol: 'NONE', last: 1 },
    { symbol: 'BBB', last: Number.NaN },
    null,
    { symbol: 1, last: 4 },
  ])
  assert.deepEqual([tickers.written, tickers.rejected, tickers.firstError.code], [2, 3, 'E_SYMBOL'])
  assert.equal(market.takeTicker(1).last, 4)
  const klines = writer.updateKlines([
    { symbol: 'AAA', interval: '1m', ...kline(2) },
    { symbol: 'AAA', interval: '1m', ...kline(2) },
    { symbol: 'AAA', interval: '1m', ...kline(1, { closed: false }) },
    { symbol: 'AAA', interval: '1m', ...kline(1) },
    { symbol: 'AAA', interval: '2m', ...kline(1) },
  ])
  assert.deepEqual([klines.written, klines.ignored, klines.rejected], [1, 2, 2])
  assert.equal(klines.firstError.code, 'E_STALE')
})

test('a damaged mailbox is refused instead of written past', () => {
  const market = new Market()
  const writer = attachWriter(market.handle)
  market.set(market.layout.tickers + market.layout.boxWriter, 3)
  assert.equal(
    codeOf(() => writer.updateTicker('AAA', { last: 1 })),
    'E_LAYOUT',
  )
  market.set(market.seriesAt(0, 0) + market.layout.boxWriter, 3)
  assert.equal(
    codeOf(() => writer.updateKline('AAA', '1m', kline(1, { closed: false }))),
    'E_LAYOUT',
  )
  market.set(market.seriesAt(0, 1) + market.layout.seriesClosedCount, -5)
  assert.equal(
    codeOf(() => writer.updateKline('AAA', '5m', kline(5))),
    'E_LAYOUT',
  )
})

function errorOf(run) {
  try {
    run()
  } catch (error) {
    return error
  }
  return assert.fail('nothing was thrown')
}

function columns(klines) {
  const column = (field) => Float64Array.from(klines, (one) => one[field])
  return Object.fromEntries(
    ['openTime', 'open', 'high', 'low', 'close', 'volume'].map((field) => [field, column(field)]),
  )
}
