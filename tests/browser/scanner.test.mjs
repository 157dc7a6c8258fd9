// The package in a bare page under the strict policy that `npm start` sends: no inline code, no eval, nothing
// but WebAssembly. From import to close(), with a second thread writing, and without cross-origin isolation.

import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import { ema, rsi } from '../node/helpers/oracle.mjs'
import { launch, openPage, serveBarePages } from './helpers/browser.mjs'

/** @type {import('playwright-core').Browser} */
let browser
before(async () => {
  browser = await launch()
})
after(() => browser.close())

/** A price that wanders without repeating itself, the same in every run. @param {number} length */
function prices(length) {
  let state = 12345
  let price = 100
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    price *= 1 + (state / 0x7fffffff - 0.5) * 0.01
    return price
  })
}

describe('the scanner in a page', () => {
  /** @type {Awaited<ReturnType<typeof serveBarePages>>} */
  let server
  /** @type {import('playwright-core').Page} */
  let page
  /** @type {string[]} */
  let faults
  before(async () => {
    server = await serveBarePages()
  })
  after(() => server.close())
  beforeEach(async () => {
    ;({ page, faults } = await openPage(browser, server.url))
  })
  afterEach(async () => {
    await page.close()
    assert.deepEqual(faults, [])
  })

  it('answers an editor without a scanner', async () => {
    const { wrong, right, rsi, examples } = await page.evaluate(async () => {
      const { describeFilters, validateFilter } = await import('/dist/index.js')
      const { error } = await validateFilter('close > 1 and ris(n) < 30', { params: { n: 14 } })
      const { indicators } = await describeFilters()
      const checked = await Promise.all(indicators.map(({ example }) => validateFilter(example)))
      return {
        wrong: [error.code, error.position.column, error.hint, error.excerpt],
        right: await validateFilter('rsi(n) < 30', { params: { n: 14 } }),
        rsi: indicators.find(({ name }) => name === 'rsi'),
        examples: checked.filter(({ valid }) => !valid).length,
      }
    })
    assert.deepEqual(wrong, ['E_NAME', 15, 'rsi', 'close > 1 and ris(n) < 30\n              ^'])
    assert.deepEqual(right, { valid: true, type: 'condition', nodes: 4, intervals: ['1m'] })
    assert.deepEqual([rsi.lookback, rsi.unstable > 0, rsi.params[0].default], [14, true, 14])
    assert.equal(examples, 0)
  })

  it('scans tickers and reports what entered and what left', async () => {
    const seen = await page.evaluate(async () => {
      const { createScanner } = await import('/dist/index.js')
      const scanner = await createScanner({ symbols: ['A', 'B', 'C'], intervals: ['1m'], clock: () => 1000 })
      const events = []
      scanner.addEventListener('signals', ({ detail }) => events.push([detail.traderId, detail.left]))
      await scanner.addTrader({ id: 'up', filter: 'change_24h > 5', columns: { last: 'last' } })
      const { writer } = scanner
      for (const [symbol, change24h] of Object.entries({ A: 1, B: 6, C: 7 })) {
        writer.updateTicker(symbol, { last: 10 * change24h, change24h })
      }
      const first = await scanner.processUpdates()
      const matched = scanner.matches('up')
      writer.updateTicker('B', { change24h: 2 })
      const second = await scanner.processUpdates()
      const third = await scanner.processUpdates()
      const result = {
        isolated: crossOriginIsolated,
        first: first.deltas,
        matched,
        second: second.deltas,
        updated: [first, second, third].map(({ updatedSymbols }) => updatedSymbols),
        quiet: third.deltas,
        last: [...(await scanner.evaluate('last'))],
        events: events.slice(-1),
      }
      await scanner.close()
      return result
    })
    assert.equal(seen.isolated, true)
    assert.deepEqual(seen.first[0].entered, [
      { symbol: 'B', columns: { last: 60 } },
      { symbol: 'C', columns: { last: 70 } },
    ])
    assert.equal(seen.first[0].time, 1000)
    assert.deepEqual(seen.matched, ['B', 'C'])
    assert.deepEqual(
      seen.second.map(({ entered, left }) => [entered, left]),
      [[[], ['B']]],
    )
    assert.deepEqual(seen.updated, [3, 1, 0])
    assert.deepEqual(seen.quiet, [])
    assert.deepEqual(seen.last, [
      ['A', 10],
      ['B', 60],
      ['C', 70],
    ])
    assert.deepEqual(seen.events, [['up', ['B']]])
  })

  it('gives the indicators of klines, loaded and live', async () => {
    const close = prices(300)
    const seen = await page.evaluate(async (close) => {
      const { createScanner } = await import('/dist/index.js')
      const scanner = await createScanner({ symbols: ['A', 'B'], intervals: ['1m'], clock: () => 0 })
      const column = (values) => Float64Array.from(values)
      const past = close.slice(0, 200)
      scanner.writer.loadHistory('A', '1m', {
        openTime: column(past.map((_, at) => at * 60_000)),
        open: column(past),
        high: column(past),
        low: column(past),
        close: column(past),
        volume: column(past.map(() => 1)),
      })
      const kline = (at, closed) => {
        const price = close[at]
        const parts = { open: price, high: price, low: price, close: price, volume: 1, closed }
        scanner.writer.updateKline('A', '1m', { openTime: at * 60_000, ...parts })
      }
      for (let at = 200; at < 299; at += 1) kline(at, true)
      await scanner.processUpdates()
      const closed = await scanner.evaluate('rsi(14)', { symbols: ['A', 'B'] })
      kline(299, false)
      await scanner.processUpdates()
      const live = await scanner.evaluate('rsi(14)', { symbols: ['A'] })
      const result = {
        closed: closed.get('A'),
        missing: closed.get('B'),
        live: live.get('A'),
        rsi: [...(await scanner.series('rsi(14)', 'A', '1m'))],
        ema: [...(await scanner.series('ema(close, 50)', 'A', '1m'))],
      }
      await scanner.close()
      return result
    }, close)
    const past = close.slice(0, 299)
    assertNear([seen.closed], rsi(past, 14).slice(-1))
    assert.equal(seen.missing, undefined)
    assertNear([seen.live], rsi(close, 14).slice(-1))
    assertNear(seen.rsi, rsi(past, 14))
    assertNear(seen.ema, ema(past, 50))
  })

  it('sees what another thread writes, and keeps each record to one writer', async () => {
    const seen = await page.evaluate(async () => {
      const { createScanner } = await import('/dist/index.js')
      const symbols = Array.from({ length: 200 }, (_, at) => `S${at}`)
      const scanner = await createScanner({ symbols, intervals: ['1m'] })
      await scanner.addTrader({ id: 'even', filter: 'last > 0 and close@1m > 10' })
      const worker = new Worker('/writer-worker.js', { type: 'module' })
      const write = (work) =>
        new Promise((resolve, reject) => {
          worker.onmessage = ({ data }) => resolve(data)
          worker.onerror = (event) => reject(new Error(event.message))
          worker.postMessage(work)
        })
      const kline = (price) => ({
        openTime: 0,
        open: price,
        high: price,
        low: price,
        close: price,
        volume: 1,
      })
      const answer = await write({
        handle: scanner.writer.handle,
        tickers: symbols.map((symbol, at) => [symbol, { last: at % 2 === 0 ? 1 : -1 }]),
        klines: symbols.map((symbol) => [symbol, '1m', { ...kline(20), closed: false }]),
      })
      const cycle = await scanner.processUpdates()
      const matches = scanner.matches('even')
      let refused
      try {
        scanner.writer.updateTicker('S0', { last: 5 })
      } catch (error) {
        refused = error.code
      }
      const rejected = await write({ tickers: [['S1', { last: Number.NaN }]] })
      const after = await scanner.evaluate('last', { symbols: ['S0', 'S1'] })
      worker.terminate()
      await scanner.close()
      return {
        answer,
        updated: cycle.updatedSymbols,
        matches,
        refused,
        rejected: rejected.code,
        after: [...after],
      }
    })
    assert.deepEqual(seen.answer, { ok: true })
    assert.equal(seen.updated, 200)
    assert.equal(seen.matches.length, 100)
    assert.ok(seen.matches.includes('S198') && !seen.matches.includes('S199'))
    assert.equal(seen.refused, 'E_OWNED')
    assert.equal(seen.rejected, 'E_VALUE')
    assert.deepEqual(seen.after, [
      ['S0', 1],
      ['S1', -1],
    ])
  })

  it('runs its own cycles when started', async () => {
    const entered = await page.evaluate(async () => {
      const { createScanner } = await import('/dist/index.js')
      const scanner = await createScanner({ symbols: ['A'], intervals: ['1m'] })
      await scanner.addTrader({ id: 'any', filter: 'last > 1' })
      const signal = new Promise((resolve) => {
        scanner.addEventListener(
          'signals',
          ({ detail }) => detail.entered.length > 0 && resolve(detail.entered),
        )
      })
      scanner.start({ everyMs: 20, minGapMs: 10 })
      scanner.writer.updateTicker('A', { last: 2 })
      const entered = await signal
      scanner.stop()
      await scanner.close()
      return entered.map(({ symbol }) => symbol)
    })
    assert.deepEqual(entered, ['A'])
  })

  it('refuses with codes, disturbs nothing else, and leaves no thread behind', async () => {
    /** @type {Promise<unknown>[]} */
    const ends = []
    page.on('worker', (worker) => ends.push(new Promise((ended) => worker.once('close', ended))))
    const seen = await page.evaluate(async () => {
      const { createScanner } = await import('/dist/index.js')
      const scanner = await createScanner({ symbols: ['A'], intervals: ['1m'], threads: 2 })
      const fault = async (work) => {
        try {
          await work()
          return 'nothing'
        } catch ({ code, position }) {
          return position ? `${code} at ${position.offset}` : code
        }
      }
      const faults = [
        await fault(() => scanner.addTrader({ id: 'x', filter: 'close > rsj(14)' })),
        await fault(() => scanner.addTrader({ id: 'x', filter: 'close > ' })),
        await fault(() => scanner.evaluate('close', { symbols: ['NONE'] })),
        await fault(() => scanner.writer.updateTicker('NONE', { last: 1 })),
        await fault(() => scanner.writer.updateTicker('A', { last: Number.NaN })),
      ]
      await scanner.addTrader({ id: 'x', filter: 'last > 1' })
      scanner.writer.updateTicker('A', { last: 2 })
      await scanner.processUpdates()
      const matches = scanner.matches('x')
      await scanner.close()
      await scanner.close()
      faults.push(await fault(() => scanner.processUpdates()))
      return { faults, matches }
    })
    assert.deepEqual(seen.faults, [
      'E_NAME at 8',
      'E_SYNTAX at 8',
      'E_SYMBOL',
      'E_SYMBOL',
      'E_VALUE',
      'E_CLOSED',
    ])
    assert.deepEqual(seen.matches, ['A'])
    assert.ok(ends.length > 0)
    await Promise.all(ends)
    assert.deepEqual(page.workers(), [])
  })
})

describe('a page without cross-origin isolation', () => {
  it('is told so by a typed error that names the headers', async () => {
    const server = await serveBarePages({ isolated: false })
    try {
      const { page, faults } = await openPage(browser, server.url)
      const seen = await page.evaluate(async () => {
        const { createScanner, TickscanError } = await import('/dist/index.js')
        try {
          await createScanner({ symbols: ['A'], intervals: ['1m'] })
          return undefined
        } catch (error) {
          const { code, message, expected = '', hint = '' } = error
          return {
            code,
            text: [message, expected, hint].join(' '),
            typed: error instanceof TickscanError,
            isolated: crossOriginIsolated,
          }
        }
      })
      assert.equal(seen?.isolated, false)
      assert.equal(seen?.code, 'E_NOT_ISOLATED')
      assert.equal(seen?.typed, true)
      assert.match(seen?.text ?? '', /Cross-Origin-Opener-Policy/)
      assert.match(seen?.text ?? '', /Cross-Origin-Embedder-Policy/)
      assert.deepEqual(page.workers(), [])
      assert.deepEqual(faults, [])
      await page.close()
    } finally {
      await server.close()
    }
  })
})

/**
 * @param {(number | null | undefined)[]} actual
 * @param {number[]} expected NaN where there is no value yet
 */
function assertNear(actual, expected) {
  assert.equal(actual.length, expected.length)
  expected.forEach((value, at) => {
    const got = actual[at]
    if (Number.isNaN(value)) assert.ok(Number.isNaN(got), `${at}: ${got}, expected no value`)
    else
      assert.ok(Math.abs(Number(got) - value) <= 1e-12 * Math.abs(value), `${at}: ${got}, expected ${value}`)
  })
}
