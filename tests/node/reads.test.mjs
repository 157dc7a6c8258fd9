// What the page reads: tickers, klines, views and counters, from the engine's copy and from the rings.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createScanner } from 'tickscan'

const kline = (minute, close, closed = true) => ({
  openTime: minute * 60_000,
  open: close,
  high: close + 1,
  low: close - 1,
  close,
  volume: minute,
  closed,
})

async function withScanner(options, body) {
  const scanner = await createScanner({ symbols: ['AAA', 'BBB'], intervals: ['1m', '5m'], ...options })
  try {
    await body(scanner)
  } finally {
    await scanner.close()
  }
}

test('a ticker is what the last cycle saw, with the fields that are known', () =>
  withScanner({}, async (scanner) => {
    assert.equal(scanner.ticker('BBB'), undefined)
    scanner.writer.updateTicker('BBB', { last: 11, open24h: 10 })
    assert.equal(scanner.ticker('BBB'), undefined, 'not before a cycle')
    await scanner.processUpdates()
    assert.deepEqual(scanner.ticker('BBB'), { last: 11, open24h: 10, change24h: 10 })
    scanner.writer.updateTicker('BBB', { bid: 10.5, change24h: 7 })
    await scanner.processUpdates()
    const copy = scanner.ticker('BBB')
    assert.deepEqual(copy, { last: 11, bid: 10.5, open24h: 10, change24h: 7 })
    copy.last = 0
    assert.equal(scanner.ticker('BBB').last, 11, 'a copy')
    assert.equal(scanner.ticker('AAA'), undefined)
    assert.throws(() => scanner.ticker('CCC'), { code: 'E_SYMBOL' })
  }))

test('klines are copies, oldest first, the live one last', () =>
  withScanner({ maxKlines: 4 }, async (scanner) => {
    assert.deepEqual(scanner.klines('AAA', '1m'), [])
    for (let minute = 0; minute < 6; minute++)
      scanner.writer.updateKline('AAA', '1m', kline(minute, 100 + minute))
    assert.deepEqual(
      scanner.klines('AAA', '1m').map(({ close }) => close),
      [102, 103, 104, 105],
      'as many as are kept',
    )
    scanner.writer.updateKline('AAA', '1m', kline(6, 200, false))
    assert.equal(scanner.klines('AAA').at(-1).close, 105, 'a live kline is seen after a cycle')
    await scanner.processUpdates()
    assert.deepEqual(scanner.klines('AAA', '1m', { last: 2 }), [kline(5, 105), kline(6, 200, false)])
    scanner.writer.updateKline('AAA', '1m', kline(6, 201))
    assert.deepEqual(scanner.klines('AAA', '1m', { last: 1 }), [kline(6, 201)], 'closed by now')
    assert.deepEqual(scanner.klines('BBB', '5m'), [])
    assert.throws(() => scanner.klines('AAA', '3m'), { code: 'E_INTERVAL' })
    assert.throws(() => scanner.klines('AAA', '1m', { last: 0 }), { code: 'E_CONFIG' })
  }))

test('a view tells what may be read and whether it is current', () =>
  withScanner({ maxKlines: 4 }, async (scanner) => {
    const view = scanner.klinesView('AAA', '1m')
    for (let minute = 0; minute < 6; minute++)
      scanner.writer.updateKline('AAA', '1m', kline(minute, 100 + minute))
    assert.equal(view.count, 6)
    assert.equal(view.first, 2)
    assert.equal(view.columns.close[view.first % view.capacity], 102)
    const { revision, first } = view
    assert.ok(view.isCurrent(first, revision))
    scanner.writer.updateKline('AAA', '1m', kline(6, 106))
    assert.ok(!view.isCurrent(first, revision), 'overtaken')
    assert.ok(view.isCurrent(first + 1, revision))
    scanner.writer.updateKline('AAA', '1m', kline(5, 99))
    assert.ok(!view.isCurrent(first + 1, revision), 'corrected')
  }))

test('gaps, late, duplicate and corrected klines are counted and visible', () =>
  withScanner({}, async (scanner) => {
    const { writer } = scanner
    writer.updateKline('AAA', '1m', kline(0, 100))
    writer.updateKline('AAA', '1m', kline(3, 103))
    writer.updateKline('AAA', '1m', kline(3, 103))
    writer.updateKline('AAA', '1m', kline(3, 104))
    assert.equal(writer.updateKline('AAA', '1m', kline(2, 1, false)), false)
    assert.deepEqual(scanner.counters('AAA', '1m'), {
      closed: 2,
      gaps: 2,
      late: 1,
      duplicates: 1,
      dropped: 0,
      corrections: 1,
    })
    writer.updateKline('AAA', '1m', kline(1, 101))
    assert.equal(scanner.counters('AAA').gaps, 1, 'a kline that came after all')
  }))

test('a gap that falls out of the ring is no longer counted', () =>
  withScanner({ maxKlines: 3 }, async (scanner) => {
    const seen = []
    for (const minute of [0, 5, 6, 7, 8, 9]) {
      scanner.writer.updateKline('AAA', '1m', kline(minute, 100))
      seen.push(scanner.counters('AAA').gaps)
    }
    assert.deepEqual(seen, [0, 4, 4, 0, 0, 0])
    scanner.writer.updateKline('AAA', '1m', { ...kline(0, 1), openTime: 9e15 })
    assert.equal(scanner.counters('AAA').gaps, 2 ** 31 - 1, 'as many as the counter holds')
  }))

test('updates are counted, dated and, on request, listed', () =>
  withScanner({ clock: () => 1_800_000_000_000 }, async (scanner) => {
    assert.equal(scanner.updatedAt('AAA'), undefined)
    scanner.writer.updateTicker('AAA', { last: 1 })
    await scanner.setConfig({ debugUpdates: true })
    scanner.writer.updateKline('BBB', '5m', kline(0, 1))
    await scanner.processUpdates()
    assert.equal(scanner.updatedAt('AAA'), 1_800_000_000_000)
    const [update] = scanner.recentUpdates()
    assert.deepEqual([update.symbol, update.record, update.writer], ['BBB', '5m', 1])
    const status = await scanner.status()
    assert.equal(status.updates, 2)
    assert.equal(status.sweepFound, 0)
    assert.equal(status.core.unscanned, 0)
    await assert.rejects(scanner.setConfig({ debug: true }), { code: 'E_CONFIG' })
  }))

test('a series whose writer died in a rewrite is reported and left alone until it is rewritten', () => {
  let now = 1_800_000_000_000
  return withScanner({ clock: () => now }, async (scanner) => {
    scanner.writer.updateKline('BBB', '5m', kline(0, 1))
    await scanner.processUpdates()
    const { memory, layout } = scanner.writer.handle
    const words = new Int32Array(memory.buffer)
    const series = layout.series + (1 * layout.intervalCount + 1) * layout.seriesStride
    Atomics.store(words, (series + layout.seriesRevision) / 4, 1) // as a writer leaves it that dies here
    const errors = []
    scanner.addEventListener('error', ({ detail }) => errors.push(detail))
    scanner.writer.updateKline('BBB', '5m', kline(5, 2))
    await scanner.processUpdates()
    now += 2001
    await scanner.processUpdates()
    assert.equal((await scanner.status()).core.damagedSeries, 1)
    assert.equal(errors.length, 1)
    assert.equal(errors[0].code, 'E_SERIES_DAMAGED')
    assert.deepEqual(errors[0].details.series, [{ slot: 1, interval: 1 }])
    assert.throws(() => scanner.klines('BBB', '5m'), { code: 'E_BUSY' })
    const columns = { openTime: [0], open: [1], high: [1], low: [1], close: [1], volume: [1] }
    scanner.writer.loadHistory('BBB', '5m', columns)
    await scanner.processUpdates()
    assert.equal((await scanner.status()).core.damagedSeries, 0)
    assert.equal(scanner.klines('BBB', '5m').length, 2)
  })
})
