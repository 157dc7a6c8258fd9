// What goes from a dead engine's memory into the next one's: all of it, whole, of the right symbols, and who may write it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MarketCopy, RESERVED, viewsOf } from '../../js/market-copy.js'
import { MarketWriter } from '../../js/market-writer.js'
import { kline, Market } from './helpers/market.mjs'

const COUNTERS = ['HistoryCount', 'Gaps', 'Late', 'Duplicates', 'Dropped', 'Corrections']

/** Two memories of one layout, both with symbols, and the copy between them; `race` runs while a ring is copied. */
function twins({ race = () => {} } = {}) {
  const old = new Market()
  const next = new Market()
  const writer = new MarketWriter(old.handle)
  const from = viewsOf(old.memory)
  class Raced extends Float64Array {
    static get [Symbol.species]() {
      return Float64Array
    }
    subarray(...range) {
      race({ old, next, writer })
      return super.subarray(...range)
    }
  }
  from.doubles = new Raced(old.memory.buffer)
  const copy = new MarketCopy(from, viewsOf(next.memory), old.layout)
  return { old, next, writer, copy }
}

const owner = (market, symbol, row) => market.counter(symbol, row, 'boxOwner')
const version = (market, symbol, row) => market.counter(symbol, row, 'boxVersion')

function assertSame(next, old, symbol, row) {
  assert.deepEqual(next.ring(symbol, row), old.ring(symbol, row))
  for (const name of [...COUNTERS.map((one) => `series${one}`), 'seriesClosedCount', 'boxVersion']) {
    assert.equal(next.counter(symbol, row, name), old.counter(symbol, row, name), name)
  }
  const loaded = old.layout.loaded + (symbol * old.layout.intervalCount + row) * 4
  assert.equal(next.get(loaded), old.get(loaded), 'loaded')
  assert.equal(next.counter(symbol, row, 'seriesRevision') & 1, 0)
}

test('a record is copied with its counters, its owner and its mark', () => {
  const { old, next, writer, copy } = twins()
  writer.updateTicker('BBB', { last: 7 })
  writer.loadHistory(
    'BBB',
    '1m',
    Object.fromEntries(
      ['openTime', 'open', 'high', 'low', 'close', 'volume'].map((name) => [
        name,
        Float64Array.of(kline(0)[name]),
      ]),
    ),
  )
  writer.updateKline('BBB', '1m', kline(1))
  writer.updateKline('BBB', '1m', kline(1)) // a duplicate
  writer.updateKline('BBB', '1m', kline(5)) // a gap
  writer.updateKline('BBB', '1m', kline(2, { closed: false })) // late
  writer.updateKline('BBB', '1m', kline(5, { close: 2.5 })) // a correction
  writer.updateKline('BBB', '1m', kline(6, { closed: false }))
  for (const at of [old.layout.times + 4, old.layout.lags + old.layout.lagStride]) old.set(at, 1234)
  old.set(old.layout.debugEnabled, 1)
  copy.copyAll()
  assertSame(next, old, 1, 0)
  for (const name of COUNTERS.filter((one) => one !== 'Dropped'))
    assert.notEqual(next.counter(1, 0, `series${name}`), 0, name)
  for (const at of [next.layout.times + 4, next.layout.lags + next.layout.lagStride])
    assert.equal(next.get(at), 1234)
  assert.equal(next.get(next.layout.debugEnabled), 1)
  assert.equal(owner(next, 1, 0), 1)
  assert.equal(next.get(next.tickerAt(1) + next.layout.boxOwner), 1)
  assert.equal(owner(next, 0, 0), 0)
  // In both buffers, whichever is active.
  assert.deepEqual(
    next
      .drain(1)
      .map(({ buffer, row }) => `${buffer} ${row}`)
      .sort(),
    ['0 0', '0 1', '0 2', '1 0', '1 1', '1 2'],
  )
  assert.equal(next.takeTicker(1).last, 7)
  assert.equal(next.takeLive(1, 0).openTime, kline(6).openTime)
  assert.equal(next.get(next.layout.writers + next.layout.writerClaim), RESERVED)
})

test('what is written while it is copied is copied again: never half of it', () => {
  let writes = 3
  const race = ({ writer }) => {
    if (writes-- > 0) writer.updateKline('AAA', '1m', kline(9 - writes))
  }
  const { old, next, writer, copy } = twins({ race })
  for (let n = 0; n < 5; n++) writer.updateKline('AAA', '1m', kline(n))
  copy.copyAll()
  assert.ok(writes < 0)
  assert.equal(next.ring(0, 0).at(-1).openTime, kline(9).openTime)
  assertSame(next, old, 0, 0)
})

test('the records of a writer that stays, that has closed, and those of nobody are copied again', () => {
  const { old, next, writer, copy } = twins()
  const closing = new MarketWriter(old.handle)
  writer.updateKline('AAA', '1m', kline(0))
  closing.updateKline('BBB', '1m', kline(0))
  copy.copyAll()
  writer.updateKline('AAA', '1m', kline(1))
  closing.updateKline('BBB', '1m', kline(1))
  // Claimed, written and let go in between, as a history load does.
  const passing = new MarketWriter(old.handle)
  passing.updateKline('AAA', '5m', { ...kline(0), openTime: 0 })
  passing.close()
  closing.close()
  assert.equal(owner(next, 1, 0), 2)
  assert.equal(copy.copyAgain(), 1, 'one writer has not moved')
  for (const [symbol, row] of [
    [0, 0],
    [1, 0],
    [0, 1],
  ])
    assertSame(next, old, symbol, row)
  assert.deepEqual([owner(next, 0, 0), owner(next, 1, 0), owner(next, 0, 1)], [1, 0, 0])
  assert.equal(next.get(next.layout.writers + next.layout.writerStride + next.layout.writerClaim), 0)
  // What somebody has written in the new memory since is newer than what comes late in the old one.
  const fresh = new MarketWriter(next.handle)
  fresh.updateKline('BBB', '1m', kline(2, { close: 2.9 }))
  fresh.close()
  const late = new MarketWriter(old.handle)
  late.updateKline('BBB', '1m', kline(2))
  late.close()
  copy.copyAgain()
  assert.equal(next.ring(1, 0).at(-1).close, 2.9)
})

test("a slot that belongs to another symbol by now keeps what is its own, and nothing of the dead one's", () => {
  const { old, next, writer, copy } = twins()
  writer.updateKline('AAA', '1m', kline(0))
  writer.updateKline('BBB', '1m', kline(0))
  next.removeSymbol(0)
  next.addSymbol('CCC', 0)
  old.removeSymbol(1)
  copy.copyAll()
  copy.copyAgain()
  for (const symbol of [0, 1]) {
    assert.deepEqual(next.ring(symbol, 0), [])
    assert.deepEqual([owner(next, symbol, 0), version(next, symbol, 0)], [0, 0])
  }
})

test('a writer that moves shows the series of a symbol when all of them are there', () => {
  const seen = []
  let watching = false
  const race = ({ next }) => {
    if (!watching) return
    seen.push([0, 1].map((row) => next.counter(0, row, 'seriesRevision') & 1))
    // A cycle of the new engine takes the marks that are there, and can read neither.
    next.drain(0)
  }
  const { old, next, writer, copy } = twins({ race })
  for (const interval of ['1m', '5m']) writer.updateKline('AAA', interval, { ...kline(0), openTime: 0 })
  copy.copyAll()
  for (const interval of ['1m', '5m']) writer.updateKline('AAA', interval, { ...kline(0), openTime: 300_000 })
  next.drain(0)
  watching = true
  copy.copyOwned(1, 1, { enter: () => true, leave: () => {} })
  // While the second one is copied, the first is not shown yet.
  assert.deepEqual(seen.at(-1), [1, 1])
  for (const row of [0, 1]) assertSame(next, old, 0, row)
  assert.equal(next.drain(0).filter(({ buffer, row }) => buffer === 0 && row > 0).length, 2)
})
