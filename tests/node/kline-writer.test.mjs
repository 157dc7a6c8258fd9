// Klines: live and closed, corrections, gaps, late ones, history; by hand and against a plain model.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { attachWriter } from '../../js/index.js'
import { codeOf, kline, Market } from './helpers/market.mjs'

const live = (n, more) => kline(n, { closed: false, ...more })
const plain = ({ closed, ...rest }) => rest

function setUp(options) {
  const market = new Market(options)
  const writer = attachWriter(market.handle)
  const count = (name) => market.counter(0, 0, name)
  const write = (one) => writer.updateKline('AAA', '1m', one)
  return { market, writer, write, count }
}

test('a live kline goes to the mailbox, a closed one to the ring', () => {
  const { market, write, count } = setUp()
  assert.equal(write(live(1)), true)
  assert.deepEqual(market.takeLive(0, 0), plain(live(1)))
  assert.deepEqual(market.ring(0, 0), [])
  assert.deepEqual(market.drain(0), [{ buffer: 0, row: 1 }])
  assert.equal(write(live(1, { close: 2.5 })), true)
  assert.equal(write(kline(1)), true)
  assert.deepEqual(market.ring(0, 0), [plain(kline(1))])
  assert.deepEqual(market.drain(0), [{ buffer: 0, row: 1 }])
  assert.equal(count('seriesDropped'), 0)
  assert.equal(market.get(market.seriesAt(0, 0) + market.layout.boxVersion), 3)
})

test('the ring keeps the newest maxKlines', () => {
  for (const maxKlines of [1, 2, 5]) {
    const { market, write, count } = setUp({ maxKlines })
    for (let n = 1; n <= 13; n++) write(kline(n))
    const kept = Array.from({ length: maxKlines }, (_, i) => plain(kline(14 - maxKlines + i)))
    assert.deepEqual(market.ring(0, 0), kept)
    assert.equal(count('seriesClosedCount'), 13)
  }
})

test('missing klines are counted as gaps, and one that comes later fills its gap', () => {
  const { market, write, count } = setUp()
  write(kline(1))
  write(kline(5))
  assert.equal(count('seriesGaps'), 3)
  assert.equal(write(kline(3)), true)
  assert.equal(count('seriesGaps'), 2)
  assert.deepEqual(
    market.ring(0, 0).map((one) => one.openTime / 60e3),
    [1, 3, 5],
  )
  assert.equal(count('seriesClosedCount'), 3)
  assert.equal(count('seriesRevision'), 2)
})

test('filling a gap of a full ring lets the oldest kline fall out', () => {
  const { market, write, count } = setUp({ maxKlines: 3 })
  for (const n of [1, 2, 3, 5]) write(kline(n))
  write(kline(4))
  assert.deepEqual(
    market.ring(0, 0).map((one) => one.openTime / 60e3),
    [3, 4, 5],
  )
  assert.equal(count('seriesGaps'), 0)
})

test('a closed kline at a known time is a duplicate if equal and a correction if not', () => {
  const { market, write, count } = setUp()
  for (const n of [1, 2, 3]) write(kline(n))
  market.drain(0)
  assert.equal(write(kline(2)), false)
  assert.deepEqual(
    [count('seriesDuplicates'), count('seriesCorrections'), count('seriesRevision')],
    [1, 0, 0],
  )
  assert.deepEqual(market.drain(0), [])
  for (const field of ['open', 'low', 'close', 'volume']) write(kline(2, { [field]: 1.5 }))
  assert.equal(count('seriesCorrections'), 4)
  assert.equal(count('seriesRevision'), 8)
  assert.equal(write(kline(3, { high: 9 })), true)
  assert.deepEqual(market.ring(0, 0), [
    plain(kline(1)),
    plain(kline(2, { volume: 1.5 })),
    plain(kline(3, { high: 9 })),
  ])
  assert.deepEqual(market.drain(0), [{ buffer: 0, row: 1 }])
  assert.equal(count('seriesClosedCount'), 3)
})

test('the revision is odd while the ring is rewritten', () => {
  const { market, write } = setUp()
  for (const n of [1, 2, 4]) write(kline(n))
  const revision = (market.seriesAt(0, 0) + market.layout.seriesRevision) / 4
  const seen = []
  const real = Atomics.store
  try {
    Atomics.store = (words, index, value) => {
      if (index === revision) seen.push([value, market.ring(0, 0).map((one) => one.close)])
      return real(words, index, value)
    }
    write(kline(2, { close: 2.5 }))
    write(kline(3))
  } finally {
    Atomics.store = real
  }
  assert.deepEqual(seen, [
    [1, [2.01, 2.02, 2.04]],
    [2, [2.01, 2.5, 2.04]],
    [3, [2.01, 2.5, 2.04]],
    [4, [2.01, 2.5, 2.03, 2.04]],
  ])
})

test('a rewrite after a writer died in one is odd as well', () => {
  const { market, write, count } = setUp()
  write(kline(1))
  market.set(market.seriesAt(0, 0) + market.layout.seriesRevision, 5)
  write(kline(1, { close: 2.5 }))
  assert.equal(count('seriesRevision'), 8)
})

test('a kline older than all that is kept is E_STALE and changes nothing', () => {
  const { market, writer, write } = setUp({ maxKlines: 3 })
  for (const n of [5, 6]) write(kline(n))
  const before = market.image()
  assert.equal(
    codeOf(() => write(kline(4))),
    'E_STALE',
  )
  market.set(market.layout.writers + market.layout.writerRejected, 0)
  assert.ok(market.image().equals(before))
  assert.equal(writer.counters.updates, 2)
})

test('late live klines are counted and not published', () => {
  const { market, write, count } = setUp()
  write(kline(3))
  assert.equal(write(live(3)), false)
  assert.equal(write(live(2)), false)
  write(live(5))
  assert.equal(write(live(4)), false)
  assert.equal(count('seriesLate'), 3)
  assert.equal(market.takeLive(0, 0).openTime, 5 * 60e3)
})

test('a live kline that is superseded without being closed is dropped', () => {
  const { write, count } = setUp()
  write(live(1))
  write(live(2))
  assert.equal(count('seriesDropped'), 1)
  write(kline(2))
  assert.equal(count('seriesDropped'), 1, 'it was closed')
  write(live(3))
  write(kline(4))
  assert.equal(count('seriesDropped'), 2)
  assert.equal(count('seriesGaps'), 1)
  write(live(5))
  write(kline(5))
  write(live(6))
  assert.equal(count('seriesDropped'), 2)
})

test('unsuitable values are E_VALUE with the field, and nothing changes', () => {
  const { market, write } = setUp()
  write(kline(1))
  const before = market.image()
  const bad = [
    ['open', Number.NaN],
    ['high', Number.NaN],
    ['low', Number.NEGATIVE_INFINITY],
    ['close', '2'],
    ['volume', -1],
    ['volume', undefined],
    ['openTime', Number.NaN],
    ['openTime', undefined],
    ['high', 0.5],
    ['closed', 'yes'],
    ['closed', 1],
  ]
  for (const [field, value] of bad) {
    for (const closed of [true, false]) {
      assert.throws(
        () => write(kline(2, { closed, [field]: value })),
        (error) => {
          assert.equal(error.code, 'E_VALUE')
          assert.equal(error.details.field, field)
          return true
        },
      )
    }
  }
  market.set(market.layout.writers + market.layout.writerRejected, 0)
  assert.ok(market.image().equals(before))
})

test('history is merged with what is there: loaded values win, the newest maxKlines stay', () => {
  const { market, writer, write, count } = setUp()
  for (const n of [4, 5, 7]) write(kline(n))
  market.drain(0)
  const result = writer.loadHistory('AAA', '1m', columns([2, 3, 5, 8].map((n) => kline(n, { close: 1.5 }))))
  assert.deepEqual(
    market.ring(0, 0).map((one) => [one.openTime / 60e3, one.close]),
    [
      [3, 1.5],
      [4, 2.04],
      [5, 1.5],
      [7, 2.07],
      [8, 1.5],
    ],
  )
  assert.deepEqual(result, { loaded: 4, kept: 5, gaps: 1 })
  assert.equal(count('seriesClosedCount'), 5)
  assert.equal(count('seriesHistoryCount'), 5)
  assert.equal(count('seriesRevision'), 2)
  assert.deepEqual(market.drain(0), [{ buffer: 0, row: 1 }])
  write(kline(9))
  assert.equal(count('seriesClosedCount'), 6)
  assert.equal(market.ring(0, 0).length, 5)
})

test('history is checked as a whole before anything is written', () => {
  const { market, writer } = setUp()
  writer.loadHistory('AAA', '1m', columns([kline(1)]))
  const before = market.image()
  const good = columns([kline(2), kline(3), kline(4)])
  const bad = [
    [{ ...good, close: [1, 2] }, 'close', undefined],
    [{ ...good, close: undefined }, 'close', undefined],
    [{ ...good, close: [1, Number.NaN, 3] }, 'close', 1],
    [{ ...good, close: [1, 2, '3'] }, 'close', 2],
    [{ ...good, openTime: [1, 3, 2] }, 'openTime', 2],
    [{ ...good, openTime: [1, 1, 2] }, 'openTime', 1],
    [{ ...good, volume: [1, 1, -1] }, 'volume', 2],
    [{ ...good, high: [9, 0.5, 9] }, 'high', 1],
  ]
  for (const [history, field, index] of bad) {
    assert.throws(
      () => writer.loadHistory('AAA', '1m', history),
      (error) => {
        assert.equal(error.code, 'E_VALUE')
        assert.deepEqual([error.details.field, error.details.index], [field, index])
        return true
      },
    )
  }
  assert.equal(
    codeOf(() => writer.loadHistory('AAA', '1m', null)),
    'E_VALUE',
  )
  market.set(market.layout.writers + market.layout.writerRejected, 0)
  assert.ok(market.image().equals(before))
})

test('an empty history changes nothing that is kept, and a load gives its own claim back', () => {
  const { market, writer, write } = setUp()
  const other = attachWriter(market.handle)
  assert.deepEqual(writer.loadHistory('AAA', '1m', columns([])), { loaded: 0, kept: 0, gaps: 0 })
  writer.loadHistory('AAA', '1m', columns([kline(1)]))
  other.loadHistory('AAA', '1m', columns([kline(2)]))
  write(kline(3))
  writer.loadHistory('AAA', '1m', columns([kline(4)]))
  assert.equal(
    codeOf(() => other.updateKline('AAA', '1m', kline(5))),
    'E_OWNED',
    'a claim from before stays',
  )
  assert.equal(market.ring(0, 0).length, 4)
})

/** The rules of updateKline and loadHistory in a Map, without ring, mailbox or shared memory. */
class Model {
  klines = new Map()
  live = Number.NEGATIVE_INFINITY
  late = 0
  duplicates = 0
  corrections = 0

  constructor(maxKlines) {
    this.maxKlines = maxKlines
  }

  get times() {
    return [...this.klines.keys()].sort((a, b) => a - b)
  }

  write(one) {
    const last = this.times.at(-1) ?? Number.NEGATIVE_INFINITY
    if (!one.closed) {
      if (one.openTime <= last || one.openTime < this.live) {
        this.late++
        return false
      }
      this.live = one.openTime
      return true
    }
    if (this.klines.size > 0 && one.openTime < this.times[0]) return 'E_STALE'
    const known = this.klines.get(one.openTime)
    if (known && known.close === one.close) {
      this.duplicates++
      return false
    }
    if (known) this.corrections++
    this.klines.set(one.openTime, plain(one))
    this.trim()
    return true
  }

  load(list) {
    for (const one of list) this.klines.set(one.openTime, plain(one))
    this.trim()
  }

  trim() {
    for (const time of this.times.slice(0, -this.maxKlines)) this.klines.delete(time)
  }
}

test('any sequence of updates and loads leaves what a plain model has', () => {
  const update = fc.record({
    n: fc.integer({ min: 0, max: 30 }),
    close: fc.integer({ min: 1, max: 3 }),
    closed: fc.boolean(),
  })
  const load = fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 12 })
  const step = fc.oneof({ weight: 6, arbitrary: update }, { weight: 1, arbitrary: load })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7 }), fc.array(step, { maxLength: 60 }), (maxKlines, steps) => {
      const { market, writer, write, count } = setUp({ maxKlines })
      const model = new Model(maxKlines)
      for (const one of steps) {
        if (Array.isArray(one)) {
          const list = one.sort((a, b) => a - b).map((n) => kline(n))
          model.load(list)
          writer.loadHistory('AAA', '1m', columns(list))
        } else {
          const update = kline(one.n, { close: one.close, closed: one.closed })
          const expected = model.write(update)
          const result = typeof expected === 'string' ? codeOf(() => write(update)) : write(update)
          assert.equal(result, expected)
        }
        assert.deepEqual(
          market.ring(0, 0),
          model.times.map((time) => model.klines.get(time)),
        )
      }
      assert.deepEqual(
        [
          count('seriesLate'),
          count('seriesDuplicates'),
          count('seriesCorrections'),
          count('seriesRevision') % 2,
        ],
        [model.late, model.duplicates, model.corrections, 0],
      )
    }),
    { numRuns: 300 },
  )
})

function columns(klines) {
  const column = (field) => Float64Array.from(klines, (one) => one[field])
  return Object.fromEntries(
    ['openTime', 'open', 'high', 'low', 'close', 'volume'].map((field) => [field, column(field)]),
  )
}
