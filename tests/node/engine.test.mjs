// The package as a user has it: imported by name, with the real core in a real worker.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { createScanner, TickscanError } from 'tickscan'
import { columns, ema, fold, rsi, sma, walk } from './helpers/series.mjs'

const timeout = 60_000 // against a test that hangs, no measure of anything

async function setUp(t, options) {
  const scanner = await createScanner({ symbols: ['AAA', 'BBB', 'CCC'], threads: 1, ...options })
  t.after(() => scanner.close())
  return scanner
}

const close = (actual, expected) => {
  assert.equal(actual.length, expected.length)
  for (const [i, value] of expected.entries()) {
    const both = Number.isNaN(value) && Number.isNaN(actual[i])
    assert.ok(
      both || Math.abs(actual[i] - value) <= 1e-9 * Math.abs(value),
      `[${i}] ${actual[i]} is not ${value}`,
    )
  }
}

test('the path of a ticker: written, scanned, entered, left', { timeout }, async (t) => {
  const scanner = await setUp(t, {
    traders: [
      { id: 'rise', filter: 'last > 5 and change_24h > 2', columns: { price: 'last', gap: 'spread' } },
    ],
    clock: () => 1_700_000_000_000,
  })
  const { writer } = scanner
  assert.deepEqual(scanner.matches('rise'), [])
  writer.updateTicker('CCC', { last: 10, change24h: 3, bid: 9.5, ask: 10.25 })
  writer.updateTicker('AAA', { last: 10 })
  const first = await scanner.processUpdates()
  assert.deepEqual(first.deltas, [
    {
      traderId: 'rise',
      time: 1_700_000_000_000,
      snapshot: true,
      late: false,
      entered: [{ symbol: 'CCC', columns: { price: 10, gap: 0.75 } }],
      left: [],
    },
  ])
  assert.deepEqual(
    [first.updatedSymbols, first.skippedSymbols, first.filtersRun, first.filtersSkipped],
    [2, 1, 2, 1],
  )
  assert.ok(Number.isInteger(first.cycle) && Number.isInteger(first.epoch) && first.elapsedUs >= 0)

  writer.updateTicker('AAA', { change24h: 4 })
  const second = await scanner.processUpdates()
  assert.deepEqual(
    second.deltas.map(({ snapshot, entered, left }) => ({ snapshot, entered, left })),
    [{ snapshot: false, entered: [{ symbol: 'AAA', columns: { price: 10, gap: undefined } }], left: [] }],
  )
  assert.equal(second.cycle, first.cycle + 1)
  assert.deepEqual(scanner.matches('rise'), ['AAA', 'CCC'], 'in the order of adding')

  writer.updateTicker('CCC', { last: 4 })
  assert.deepEqual(
    (await scanner.processUpdates()).deltas.map(({ entered, left }) => ({ entered, left })),
    [{ entered: [], left: ['CCC'] }],
  )
  assert.deepEqual(scanner.matches('rise'), ['AAA'])
  const idle = await scanner.processUpdates()
  assert.deepEqual([idle.updatedSymbols, idle.skippedSymbols, idle.filtersRun, idle.deltas], [0, 3, 0, []])
})

test('the path of klines: values equal a plain computation, as series, live and by evaluate', {
  timeout,
}, async (t) => {
  const scanner = await setUp(t, { intervals: ['1m', '5m'], maxKlines: 200 })
  const klines = { AAA: walk(1, 120), BBB: walk(2, 120, { price: 0.0005 }) }
  for (const kline of klines.AAA) scanner.writer.updateKline('AAA', '1m', kline)
  scanner.writer.loadHistory('BBB', '1m', columns(klines.BBB))
  for (const [symbol, list] of Object.entries(klines)) {
    const closes = list.map((kline) => kline.close)
    close(await scanner.series('close', symbol, '1m'), closes)
    close(await scanner.series('sma(close, 20)', symbol, '1m'), sma(closes, 20))
    close(await scanner.series('ema(close, 9)', symbol), ema(closes, 9))
    close(await scanner.series('rsi(14)', symbol, '1m'), rsi(closes, 14))
    const values = await scanner.evaluate('rsi(14)')
    close([values.get(symbol)], rsi(closes, 14).slice(-1))
    assert.equal(values.get('CCC'), undefined)
  }
  assert.deepEqual(await scanner.series('close', 'CCC', '1m'), new Float64Array())
  assert.deepEqual(await scanner.series('close', 'AAA', '5m'), new Float64Array())

  const live = { ...walk(3, 1, { start: 120 })[0], closed: false }
  scanner.writer.updateKline('AAA', '1m', live)
  const withLive = [...klines.AAA.map((kline) => kline.close), live.close]
  close([(await scanner.evaluate('rsi(14)@1m')).get('AAA')], rsi(withLive, 14).slice(-1))
  close([(await scanner.evaluate('close[1]')).get('AAA')], withLive.slice(-2, -1))
  const conditions = await scanner.evaluate('close > 0', { symbols: ['CCC', 'AAA'] })
  assert.deepEqual(
    [...conditions],
    [
      ['CCC', undefined],
      ['AAA', 1],
    ],
  )
  assert.equal((await scanner.evaluate('not (close > 0)', { symbols: ['AAA'] })).get('AAA'), 0)
})

test("on: 'tick' follows the live kline, on: 'close' decides once at each close", { timeout }, async (t) => {
  const scanner = await setUp(t)
  await scanner.addTrader({ id: 'tick', filter: 'close > open' })
  await scanner.addTrader({
    id: 'close',
    filter: 'close > open',
    on: 'close',
    interval: '1m',
    columns: { c: 'close' },
  })
  const seen = []
  scanner.addEventListener('signals', ({ detail }) => {
    seen.push([detail.traderId, detail.time, detail.entered.map((one) => one.symbol), detail.left])
  })
  const step = async (openTime, closeAt, closed) => {
    scanner.writer.updateKline('BBB', '1m', {
      openTime,
      open: 10,
      high: 20,
      low: 1,
      close: closeAt,
      volume: 1,
      closed,
    })
    seen.length = 0
    const { deltas } = await scanner.processUpdates()
    assert.equal(deltas.length, seen.length)
    return {
      tick: scanner.matches('tick'),
      close: scanner.matches('close'),
      closes: seen.filter(([id]) => id === 'close'),
    }
  }
  assert.deepEqual(await step(60_000, 12, false), { tick: ['BBB'], close: [], closes: [] })
  assert.deepEqual(await step(60_000, 9, false), { tick: [], close: [], closes: [] })
  assert.deepEqual(await step(60_000, 13, true), {
    tick: ['BBB'],
    close: ['BBB'],
    closes: [['close', 120_000, ['BBB'], []]],
  })
  assert.deepEqual(await step(120_000, 8, false), { tick: [], close: ['BBB'], closes: [] })
  assert.deepEqual(await step(120_000, 8, true), {
    tick: [],
    close: [],
    closes: [['close', 180_000, [], ['BBB']]],
  })
})

test('several closes in one cycle are decided one by one; a history load decides only its last kline', {
  timeout,
}, async (t) => {
  const scanner = await setUp(t)
  await scanner.addTrader({ id: 'up', filter: 'close > open', on: 'close' })
  // Up, down, up, down, up …
  const kline = (n) => ({
    openTime: n * 60_000,
    open: 10,
    high: 20,
    low: 1,
    close: n % 2 ? 12 : 8,
    volume: 1,
    closed: true,
  })
  for (let n = 1; n <= 5; n++) scanner.writer.updateKline('AAA', '1m', kline(n))
  scanner.writer.loadHistory('BBB', '1m', columns([1, 2, 3, 4, 5].map(kline)))
  const { deltas } = await scanner.processUpdates()
  const entered = deltas.flatMap((delta) =>
    delta.entered.map(({ symbol }) => [symbol, delta.time / 60_000, 'entered']),
  )
  const left = deltas.flatMap((delta) => delta.left.map((symbol) => [symbol, delta.time / 60_000, 'left']))
  const of = (symbol) => [...entered, ...left].filter(([name]) => name === symbol).sort((a, b) => a[1] - b[1])
  assert.deepEqual(of('AAA'), [
    ['AAA', 2, 'entered'],
    ['AAA', 3, 'left'],
    ['AAA', 4, 'entered'],
    ['AAA', 5, 'left'],
    ['AAA', 6, 'entered'],
  ])
  assert.deepEqual(of('BBB'), [['BBB', 6, 'entered']])
  assert.deepEqual(scanner.matches('up'), ['AAA', 'BBB'])
})

test('a trader is decided at once on what is there; its deltas come before the call resolves', {
  timeout,
}, async (t) => {
  const scanner = await setUp(t)
  for (const kline of walk(5, 40)) scanner.writer.updateKline('CCC', '1m', kline)
  const order = []
  scanner.addEventListener('signals', ({ detail }) => order.push(detail))
  const info = await scanner.addTrader({ id: 'a', filter: 'rsi(14) > 0 and close > 0' }).then((result) => {
    order.push('resolved')
    return result
  })
  assert.equal(order.length, 2)
  assert.equal(order[1], 'resolved')
  assert.deepEqual([order[0].traderId, order[0].snapshot], ['a', true])
  assert.deepEqual(scanner.matches('a'), ['CCC'])
  assert.equal(info.id, 'a')
  assert.ok(info.cost > 0)
  assert.ok(info.warmup['1m'] >= 14)
  assert.deepEqual(info.missing, ['AAA', 'BBB'])
  await scanner.removeTrader('a')
  assert.throws(() => scanner.matches('a'), { code: 'E_TRADER' })
  await assert.rejects(scanner.removeTrader('a'), { code: 'E_TRADER' })
  await scanner.addTrader({ id: 'a', filter: 'close < 0' })
  assert.deepEqual(scanner.matches('a'), [])
})

test('matches, events, streams and results agree over a random market', { timeout }, async (t) => {
  const symbols = Array.from({ length: 70 }, (_, i) => `S${i}`)
  const scanner = await setUp(t, { symbols, intervals: ['1m'], maxKlines: 50 })
  const traders = [
    'rsi(7) < 40',
    'close > sma(close, 5) and volume > 3',
    'last > 50 or close < open',
    'ema(close, 3) > ema(close, 8)',
  ]
  const [events, results, streamed] = [new Map(), new Map(), new Map()]
  scanner.addEventListener('signals', ({ detail }) => fold(events, detail))
  const reading = (async () => {
    for await (const delta of scanner.deltas()) fold(streamed, delta)
  })()
  for (const [i, filter] of traders.entries()) await scanner.addTrader({ id: `t${i}`, filter })
  const walks = symbols.map((_, i) => walk(i, 60))
  for (let n = 0; n < 60; n++) {
    for (const [i, symbol] of symbols.entries()) {
      if ((i + n) % 3 === 0) continue
      scanner.writer.updateKline(symbol, '1m', { ...walks[i][n], closed: (i + n) % 7 !== 0 })
      if (i % 5 === 0) scanner.writer.updateTicker(symbol, { last: walks[i][n].close / 2 })
    }
    for (const delta of (await scanner.processUpdates()).deltas) fold(results, delta)
    for (const [i, filter] of traders.entries()) {
      const truth = [...(await scanner.evaluate(filter))]
        .filter(([, value]) => value === 1)
        .map(([symbol]) => symbol)
      assert.deepEqual(scanner.matches(`t${i}`), truth, `cycle ${n}: ${filter}`)
      for (const folded of [events, results])
        assert.deepEqual(new Set(truth), folded.get(`t${i}`) ?? new Set())
    }
  }
  await scanner.close()
  await reading
  assert.deepEqual(streamed, events)
})

test('a wrong filter: code, line, column, what was expected and the nearest name; nothing else is disturbed', {
  timeout,
}, async (t) => {
  const scanner = await setUp(t, { intervals: ['1m', '5m'], maxKlines: 100 })
  await scanner.addTrader({ id: 'good', filter: 'last > 1' })
  const wrong = [
    ['close > sma(clos, 5)', 'E_NAME', 1, 13],
    ['close > 1\n  and rzi(14) < 30', 'E_NAME', 2, 7],
    ['close >', 'E_SYNTAX', 1, 8],
    ['', 'E_SYNTAX', 1, 1],
    ['close', 'E_TYPE', 1, 1],
    ['close > sma(close, 0)', undefined, 1, 20],
    ['close > sma(close, 5, 6)', 'E_ARGUMENT', 1, undefined],
    ['close@7m > 1', 'E_INTERVAL', 1, undefined],
    ['close@1h > 1', 'E_INTERVAL', 1, undefined],
    ['sma(close, 101) > 1', 'E_HISTORY', 1, undefined],
    ['close > sma(close, 5001)', undefined, 1, undefined],
    [`close > ${'1 + '.repeat(2000)}1`, 'E_LIMIT', 1, undefined],
  ]
  for (const [filter, code, line, column] of wrong) {
    await assert.rejects(scanner.addTrader({ id: 'bad', filter }), (error) => {
      assert.ok(error instanceof TickscanError, filter)
      if (code) assert.equal(error.code, code, filter)
      assert.equal(error.position?.line, line, `${filter.slice(0, 40)}: ${JSON.stringify(error.position)}`)
      if (column !== undefined) assert.equal(error.position.column, column, filter)
      return true
    })
  }
  await assert.rejects(scanner.addTrader({ id: 'bad', filter: 'rzi(14) < 30' }), (error) => {
    assert.match(error.hint, /rsi/)
    return true
  })
  await assert.rejects(scanner.addTrader({ id: 'bad', filter: 'last > 1', columns: { r: 'rzi(14)' } }), {
    code: 'E_NAME',
  })
  await assert.rejects(scanner.addTrader({ id: 'bad', filter: 'last > 1', interval: '3m' }), {
    code: 'E_INTERVAL',
  })
  await assert.rejects(scanner.evaluate('rzi(14)'), { code: 'E_NAME' })
  await assert.rejects(scanner.series('rzi(14)', 'AAA', '1m'), { code: 'E_NAME' })
  scanner.writer.updateTicker('AAA', { last: 2 })
  await scanner.processUpdates()
  assert.deepEqual(scanner.matches('good'), ['AAA'])
  assert.equal((await scanner.status()).traders, 1)
})

test('a refused update leaves its record and everything else as it was', { timeout }, async (t) => {
  const scanner = await setUp(t, { maxKlines: 20 })
  const { writer } = scanner
  await scanner.addTrader({ id: 'a', filter: 'close > 0 and last > 0' })
  for (const kline of walk(9, 30)) writer.updateKline('AAA', '1m', kline)
  writer.updateTicker('AAA', { last: 3 })
  await scanner.processUpdates()
  const before = await scanner.series('close', 'AAA', '1m')
  assert.throws(() => writer.updateTicker('AAA', { last: Number.NaN }), { code: 'E_VALUE' })
  assert.throws(() => writer.updateTicker('AAAA', { last: 1 }), {
    code: 'E_SYMBOL',
    hint: "did you mean 'AAA'?",
  })
  assert.throws(() => writer.updateKline('AAA', '1m', walk(9, 30)[5]), { code: 'E_STALE' })
  assert.throws(() => writer.updateKline('AAA', '1h', walk(9, 30)[29]), { code: 'E_INTERVAL' })
  assert.throws(() => writer.updateKline('AAA', '1m', { ...walk(9, 31)[30], low: 1e9 }), { code: 'E_VALUE' })
  const { updatedSymbols } = await scanner.processUpdates()
  assert.equal(updatedSymbols, 0)
  assert.deepEqual(await scanner.series('close', 'AAA', '1m'), before)
  assert.deepEqual(scanner.matches('a'), ['AAA'])
  assert.deepEqual((await scanner.status()).writer, { updates: 31, rejected: 5 })
  writer.updateTicker('BBB', { last: 1 })
  assert.equal((await scanner.evaluate('last', { symbols: ['BBB'] })).get('BBB'), 1)
})

test('corrections and filled gaps reach the indicators', { timeout }, async (t) => {
  const scanner = await setUp(t, { maxKlines: 50 })
  const klines = walk(11, 40)
  for (const [n, kline] of klines.entries()) if (n !== 25) scanner.writer.updateKline('AAA', '1m', kline)
  close(
    await scanner.series('rsi(5)', 'AAA', '1m'),
    rsi(
      klines.filter((_, n) => n !== 25).map((kline) => kline.close),
      5,
    ),
  )
  scanner.writer.updateKline('AAA', '1m', klines[25])
  klines[10] = { ...klines[10], close: klines[10].close * 1.001 }
  scanner.writer.updateKline('AAA', '1m', klines[10])
  const expected = rsi(
    klines.map((kline) => kline.close),
    5,
  )
  close(await scanner.series('rsi(5)', 'AAA', '1m'), expected)
  close([(await scanner.evaluate('rsi(5)')).get('AAA')], expected.slice(-1))
})

test('status says what there is and what it costs', { timeout }, async (t) => {
  const scanner = await setUp(t, { intervals: ['1m', '5m'], maxSymbols: 100, maxKlines: 10, clock: () => 77 })
  await scanner.addTrader({ id: 'a', filter: 'last > 1' })
  const status = await scanner.status()
  assert.deepEqual(
    [
      status.state,
      status.symbols,
      status.traders,
      status.intervals,
      status.threads,
      status.cadence,
      status.clock,
    ],
    ['running', 3, 1, ['1m', '5m'], 1, null, 77],
  )
  assert.ok(status.cycle >= 1 && status.epoch >= 1)
  assert.ok(status.memory.bytes >= status.memory.marketBytes)
  const pages = Math.max(64, Math.ceil(status.memory.bytes / 65536))
  assert.equal(scanner.writer.handle.memory.buffer.byteLength, pages * 65536, 'just the measured size')
  assert.equal(status.core.traders, 1)
})

test('a configuration that needs too much memory is E_MEMORY with need and limit', { timeout }, async () => {
  const big = {
    symbols: ['AAA'],
    maxSymbols: 8192,
    intervals: ['1m', '5m', '1h'],
    maxKlines: 5000,
    threads: 1,
  }
  await assert.rejects(createScanner(big), (error) => {
    assert.equal(error.code, 'E_MEMORY')
    assert.ok(error.details.need > 8192 * 3 * 5000 * 48 && error.details.limit === 2 ** 31)
    return true
  })
  await assert.rejects(createScanner({ symbols: ['AAA'], memoryLimit: 1e6 }), { code: 'E_MEMORY' })
})

test('start: the engine runs by itself; event-driven: an update wakes it', { timeout }, async (t) => {
  const scanner = await setUp(t)
  await scanner.addTrader({ id: 'a', filter: 'last > 5' })
  scanner.start({ everyMs: 10, minGapMs: 0 })
  const timed = once(scanner, 'signals')
  scanner.writer.updateTicker('AAA', { last: 6 })
  assert.equal((await timed)[0].detail.entered[0].symbol, 'AAA')
  // Ten minutes: were it not woken, the test would not end.
  await scanner.start({ everyMs: 600_000, minGapMs: 0, eventDriven: true })
  for (const last of [7, 4, 8, 3]) {
    // Without waiting for a cycle in between, so that some updates meet an engine that is idle and some one that is not.
    const woken = once(scanner, 'signals')
    scanner.writer.updateTicker('BBB', { last })
    const { detail } = (await woken)[0]
    assert.equal(last > 5 ? detail.entered[0].symbol : detail.left[0], 'BBB')
  }
  await scanner.stop()
  const { cycle } = await scanner.status()
  scanner.writer.updateTicker('CCC', { last: 9 })
  assert.equal((await scanner.status()).cycle, cycle)
  await scanner.processUpdates()
  assert.deepEqual(scanner.matches('a'), ['AAA', 'CCC'])
})
