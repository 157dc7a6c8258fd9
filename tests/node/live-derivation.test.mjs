// Longer klines made while the shortest are written (option `derive`): equal to the exchange's own and to those made of
// a whole file, whatever the order in which parts, corrections and histories come.

import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { attachWriter, createScanner } from 'tickscan'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const KLINES = join(resolve(ROOT, process.env.TICKSCAN_DATA ?? '../shared/data'), 'klines')
const skip = existsSync(KLINES) ? false : `no klines at ${KLINES}: set TICKSCAN_DATA`
const MINUTE = 60_000

/**
 * The exchange's own 5m klines that do not fit its own 1m klines: prices of a first trade that only one of the two
 * counts. No computation on the 1m klines gives them.
 */
const EXCHANGE_DISAGREES = new Set([
  'DOGEBTC 1632048600000',
  'DOTBTC 1633015200000',
  'LTCBTC 1632784500000',
  'LTCBTC 1632865200000',
])
/** 2021-09-29 06:59 → 09:00 UTC, as the klines before and after it say. */
const OUTAGE = { after: Date.UTC(2021, 8, 29, 6, 59), before: Date.UTC(2021, 8, 29, 9), missing: 120 }

/** @param {string} symbol @param {string} interval */
const fileOf = (symbol, interval) => readFileSync(join(KLINES, `${symbol}-${interval}.csv.gz`))

/** @param {string} symbol @param {string} interval @returns {number[][]} */
const rowsOf = (symbol, interval) =>
  gunzipSync(fileOf(symbol, interval))
    .toString()
    .trim()
    .split('\n')
    .slice(1)
    .map((row) => row.split(',').map(Number))

/** @param {number[]} row */
const klineOf = ([openTime, open, high, low, close, volume], closed = true) => ({
  ...{ openTime, open, high, low, close, volume, closed },
})

/** @param {any} kline */
const rowOf = ({ openTime, open, high, low, close, volume }) => [openTime, open, high, low, close, volume]

describe('longer klines', { skip }, () => {
  const symbols = skip ? [] : [...new Set(readdirSync(KLINES).map((name) => name.split('-')[0]))]

  it('of whole files and of a live feed equal the exchange’s own', async () => {
    const options = {
      symbols,
      intervals: ['1m', '5m', '15m', '1h'],
      derive: ['5m', '15m', '1h'],
      maxKlines: 5000,
    }
    const [loaded, live] = await Promise.all([createScanner(options), createScanner(options)])
    let compared = 0
    const disagreed = new Set()
    try {
      for (const symbol of symbols) {
        const report = await loaded.loadHistory(symbol, '1m', { csv: fileOf(symbol, '1m') })
        assert.deepEqual(report.gaps, [OUTAGE], symbol)
        const parts = rowsOf(symbol, '1m')
        for (const part of parts) live.writer.updateKline(symbol, '1m', klineOf(part))
        await Promise.all([loaded.processUpdates(), live.processUpdates()])
        for (const interval of options.derive) {
          const [fromFile, fromFeed] = [loaded, live].map((one) => one.klines(symbol, interval).map(rowOf))
          const closed = live.klines(symbol, interval).filter((kline) => kline.closed).length
          assert.ok(closed > 300, `${symbol} ${interval}: ${closed}`)
          assert.deepEqual(fromFeed.slice(0, closed), fromFile.slice(-closed), `${symbol} ${interval}`)
        }
        const own = new Map(rowsOf(symbol, '5m').map((row) => [row[0], row]))
        const times = new Set(parts.map(([openTime]) => openTime))
        for (const row of loaded.klines(symbol, '5m').map(rowOf)) {
          const theirs = own.get(row[0])
          if (theirs === undefined) continue // their file ends earlier
          compared++
          if (EXCHANGE_DISAGREES.has(`${symbol} ${row[0]}`)) disagreed.add(`${symbol} ${row[0]}`)
          else assert.deepEqual(row, theirs, symbol)
        }
        // And the other way round: whatever has all its parts was made.
        const made = new Set(loaded.klines(symbol, '5m').map(({ openTime }) => openTime))
        for (const [openTime] of own.values()) {
          const whole = [0, 1, 2, 3, 4].every((part) => times.has(openTime + part * MINUTE))
          assert.equal(made.has(openTime), whole, `${symbol} ${openTime}`)
        }
      }
    } finally {
      await Promise.all([loaded.close(), live.close()])
    }
    assert.deepEqual(disagreed, EXCHANGE_DISAGREES)
    assert.ok(compared > 46_000, `${compared}`)
    console.log(
      `  ${compared} klines of 5m equal the exchange's own, ${disagreed.size} do not fit its 1m klines`,
    )
  })
})

describe('a live longer kline', () => {
  it('is made of the closed parts and the live one, and never of a part that is missing', async () => {
    const scanner = await createScanner({ symbols: ['A'], intervals: ['1m', '5m'], derive: ['5m'] })
    const write = (/** @type {number} */ minute, /** @type {number} */ price, closed = true) =>
      scanner.writer.updateKline(
        'A',
        '1m',
        klineOf([minute * MINUTE, price, price + 1, price - 1, price, 2], closed),
      )
    const now = async () => {
      await scanner.processUpdates()
      return scanner.klines('A', '5m').map((kline) => [...rowOf(kline), kline.closed])
    }
    try {
      write(5, 10)
      write(6, 12)
      write(7, 8, false)
      assert.deepEqual(await now(), [[5 * MINUTE, 10, 13, 7, 8, 6, false]])
      for (const minute of [7, 8, 9]) write(minute, 20)
      assert.deepEqual(await now(), [[5 * MINUTE, 10, 21, 9, 20, 10, true]])
      // Minute 10 is missing: nothing is said of the kline that it opens, until it comes after all.
      write(11, 30)
      write(12, 30, false)
      assert.equal((await now()).length, 1)
      write(10, 50)
      write(12, 31, false)
      assert.deepEqual((await now()).at(-1), [10 * MINUTE, 50, 51, 29, 31, 6, false])
      // Nor when the first look finds the hole: parts 15 and 16 are there, 17 is not.
      const parts = [15, 16].map((minute) => klineOf([minute * MINUTE, 60, 60, 60, 60, 2]))
      scanner.writer.loadHistory('A', '1m', columns(parts))
      write(18, 70)
      write(19, 70, false)
      assert.equal((await now()).at(-1)?.[0], 10 * MINUTE)
      // A correction of a closed part corrects what was made of it.
      write(6, 100)
      assert.deepEqual((await now())[0], [5 * MINUTE, 10, 101, 9, 20, 10, true])
    } finally {
      await scanner.close()
    }
  })

  it('refuses writes of what is made, and of parts whose whole belongs to another writer', async () => {
    const scanner = await createScanner({ symbols: ['A'], intervals: ['1m', '5m'], derive: ['5m'] })
    const other = attachWriter(scanner.writer.handle)
    const part = klineOf([5 * MINUTE, 1, 1, 1, 1, 1])
    const code = (/** @type {string} */ wanted) => (/** @type {any} */ error) => error.code === wanted
    try {
      assert.throws(() => scanner.writer.updateKline('A', '5m', part), code('E_INTERVAL'))
      assert.equal(other.updateKline('A', '1m', part), true)
      assert.throws(() => scanner.writer.updateKline('A', '1m', part), code('E_OWNED'))
      assert.throws(() => scanner.writer.loadHistory('A', '5m', columns([part])), code('E_OWNED'))
      other.release('A', '1m')
      assert.equal(scanner.writer.updateKline('A', '1m', { ...part, openTime: 6 * MINUTE }), true)
      await scanner.processUpdates()
      assert.equal(scanner.klines('A', '5m').length, 1)
      // One who knows nothing of the making owns the 5m klines: then the 1m klines are refused, not written alone.
      scanner.writer.release('A')
      const plain = attachWriter({ ...scanner.writer.handle, derive: [] })
      plain.updateKline('A', '5m', { ...part, openTime: 10 * MINUTE })
      assert.throws(
        () => scanner.writer.updateKline('A', '1m', { ...part, openTime: 10 * MINUTE }),
        code('E_OWNED'),
      )
      await scanner.processUpdates()
      assert.equal(scanner.klines('A', '1m').at(-1)?.openTime, 6 * MINUTE)
      plain.close()
    } finally {
      other.close()
      await scanner.close()
    }
  })

  it('equals one made of the ring at once, after any sequence of parts, corrections and histories', async () => {
    const scanner = await createScanner({
      symbols: ['A', 'B'],
      intervals: ['1m', '5m', '15m'],
      derive: ['5m', '15m'],
      maxKlines: 120,
      // The klines' times run through all years.
      session: { catchupThresholdSeconds: Number.POSITIVE_INFINITY },
    })
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          kind: fc.constant('next'),
          skip: fc.constantFrom(0, 0, 0, 0, 0, 1, 4),
          price: fc.nat(50),
        }),
      },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('live'), price: fc.nat(50) }) },
      {
        weight: 2,
        arbitrary: fc.record({ kind: fc.constant('again'), back: fc.nat(30), price: fc.nat(50) }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant('history'), back: fc.nat(8), count: fc.nat(9) }),
      },
    )
    let base = 0
    // A ring without anything older would refuse what comes before its first kline.
    scanner.writer.updateKline('A', '1m', klineOf([0, 1, 1, 1, 1, 1]))
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60, size: 'max' }), async (steps) => {
          // Later than all that came before: what is kept of it does not matter then.
          base += 10_000 * 15 * MINUTE
          let next = 0
          const closed = new Map()
          let live
          const kline = (/** @type {number} */ at, /** @type {number} */ price, isClosed = true) =>
            klineOf([base + at * MINUTE, price, price + 2, price - 1, price + 1, price / 8], isClosed)
          for (const { kind, ...one } of /** @type {any[]} */ (steps)) {
            if (kind === 'next') {
              next += one.skip
              closed.set(next, kline(next, one.price))
              scanner.writer.updateKline('A', '1m', closed.get(next))
              live = undefined
              next++
            } else if (kind === 'live') {
              live = kline(next, one.price, false)
              scanner.writer.updateKline('A', '1m', live)
            } else if (kind === 'again' && next > 0) {
              const at = Math.max(0, next - 1 - one.back)
              closed.set(at, kline(at, one.price))
              scanner.writer.updateKline('A', '1m', closed.get(at))
            } else if (kind === 'history' && next > 0) {
              const from = Math.max(0, next - 1 - one.back)
              const length = Math.min(one.count, next - from)
              const loaded = Array.from({ length }, (_, i) => kline(from + i, 60 + i))
              for (const [i, k] of loaded.entries()) closed.set(from + i, k)
              if (loaded.length > 0) scanner.writer.loadHistory('A', '1m', columns(loaded))
            }
          }
          await scanner.processUpdates()
          for (const [interval, parts] of /** @type {[string, number][]} */ ([
            ['5m', 5],
            ['15m', 15],
          ])) {
            const made = scanner
              .klines('A', interval, { internal: true })
              .filter((k) => k.closed && k.openTime >= base)
              .map(rowOf)
            const wanted = []
            for (let first = 0; first <= next; first += parts) {
              const some = Array.from({ length: parts }, (_, i) => closed.get(first + i))
              if (some.every(Boolean)) wanted.push(whole(some))
            }
            assert.deepEqual(made, wanted, interval)
          }
        }),
        { numRuns: 300 },
      )
    } finally {
      await scanner.close()
    }
  })
})

/** @param {any[]} klines */
function columns(klines) {
  const [openTime, open, high, low, close, volume] = [0, 1, 2, 3, 4, 5].map((c) =>
    klines.map((k) => rowOf(k)[c]),
  )
  return { openTime, open, high, low, close, volume }
}

/** The longer kline of parts that are all there. @param {any[]} parts */
function whole(parts) {
  const volume = parts.reduce((sum, part) => sum + part.volume, 0)
  return [
    ...[parts[0].openTime, parts[0].open, Math.max(...parts.map(({ high }) => high))],
    ...[Math.min(...parts.map(({ low }) => low)), parts[parts.length - 1].close, volume],
  ]
}
