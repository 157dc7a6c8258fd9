/**
 * The real engine is killed while data comes in: it is replaced, and what follows is what an undisturbed engine would have
 * said. Workers are real, killed from outside by what kills workers.
 */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { createScanner } from 'tickscan'
import { walk } from './helpers/series.mjs'

const timeout = 120_000 // against a test that hangs, no measure of anything
const dist = new URL('./', import.meta.resolve('tickscan'))
const symbols = Array.from({ length: 100 }, (_, i) => `S${i}`)
const KLINES = 120

const traders = [
  { id: 'rsi', filter: 'rsi(7) < 45', on: 'close', columns: { rsi: 'rsi(7)' } },
  { id: 'cross', filter: 'crosses_above(ema(3), ema(9))', on: 'close' },
  { id: 'two', filter: 'close > sma(close, 5)@5m', on: 'close' },
  { id: 'live', filter: 'close > open', on: 'tick' },
]

/** A scanner whose workers are at hand, and everything that it says. */
async function setUp(t, options = {}) {
  const workers = []
  const createWorker = () => {
    const worker = new Worker(options.workerUrl?.(workers.length) ?? new URL('node/worker.cjs', dist), {
      name: 'tickscan-engine',
      workerData: options.workerData,
    })
    workers.push(worker)
    return worker
  }
  const scanner = await createScanner({
    symbols,
    intervals: ['1m', '5m'],
    maxKlines: 300,
    threads: 2,
    traders,
    clock: () => 1,
    createWorker,
    ...options.scanner,
  })
  t.after(() => scanner.close())
  /** @type {string[]} */
  const signals = []
  const errors = []
  const phases = []
  scanner.addEventListener('signals', ({ detail }) => {
    const { traderId, time, entered, left } = detail
    for (const { symbol, columns } of entered)
      signals.push(`${traderId} ${time} ${symbol} entered ${JSON.stringify(columns)}`)
    for (const symbol of left) signals.push(`${traderId} ${time} ${symbol} left`)
  })
  scanner.addEventListener('error', ({ detail }) => errors.push(detail))
  scanner.addEventListener('restart', ({ detail }) => phases.push(detail))
  const restored = async () => {
    for (;;) {
      const [{ detail }] = await once(scanner, 'restart')
      if (detail.phase === 'restored') return detail
    }
  }
  return { scanner, workers, signals, errors, phases, restored }
}

/** Minute n of every symbol: its 1m kline, and the 5m kline that ends with it. */
const minutes = symbols.map((_, i) => walk(i + 1, KLINES))
function write(writer, n) {
  for (const [i, symbol] of symbols.entries()) {
    writer.updateKline(symbol, '1m', minutes[i][n])
    if (n % 5 !== 4) continue
    const five = minutes[i].slice(n - 4, n + 1)
    writer.updateKline(symbol, '5m', {
      openTime: five[0].openTime,
      open: five[0].open,
      high: Math.max(...five.map(({ high }) => high)),
      low: Math.min(...five.map(({ low }) => low)),
      close: five[4].close,
      volume: 1,
      closed: true,
    })
  }
}

async function undisturbed(t) {
  const { scanner, signals } = await setUp(t)
  for (let n = 0; n < KLINES; n++) {
    write(scanner.writer, n)
    await scanner.processUpdates()
  }
  const matches = traders.map(({ id }) => scanner.matches(id))
  return { signals: closed(signals), matches }
}

/** Of ticks it depends on the moment which ones are seen; closes are decided one by one. */
const closed = (signals) => signals.filter((signal) => !signal.startsWith('live')).sort()

test('killed again and again: no signal at a close is lost or doubled, matches are right', {
  timeout,
}, async (t) => {
  const expected = await undisturbed(t)
  assert.ok(expected.signals.length > 1000)
  const { scanner, workers, signals, errors, phases, restored } = await setUp(t)
  const kills = [30, 55, 90]
  for (let n = 0; n < KLINES; n++) {
    write(scanner.writer, n)
    const cycle = scanner.processUpdates()
    if (kills.includes(n)) {
      const back = restored()
      // While the cycle runs, or just before or after it.
      workers.at(-1).terminate()
      write(scanner.writer, n)
      await back
    }
    await cycle
  }
  assert.deepEqual(closed(signals), expected.signals)
  assert.deepEqual(
    traders.map(({ id }) => scanner.matches(id)),
    expected.matches,
  )
  assert.deepEqual(errors, [])
  assert.deepEqual(
    phases.filter(({ phase }) => phase !== 'suspect').map(({ phase }) => phase),
    kills.flatMap(() => ['died', 'restored']),
  )
  const status = await scanner.status()
  assert.equal(status.restarts, kills.length)
  assert.ok(status.recoveredMs > 0)
  t.diagnostic(
    `recovered in ${phases.filter(({ elapsedMs }) => elapsedMs).map(({ elapsedMs }) => Math.round(elapsedMs))} ms`,
  )
  assert.equal(status.sweepFound, 0)
  assert.equal(status.threads, 2)
})

test('writers in other threads go on writing, move to the new memory by themselves, and lose nothing', {
  timeout,
}, async (t) => {
  const { scanner, workers, errors, restored } = await setUp(t, { scanner: { traders: [] } })
  await scanner.addTrader({ id: 'odd', filter: 'last == 1', on: 'tick' })
  const threads = [0, 1].map((share) => {
    const worker = new Worker(new URL('./helpers/writer-thread.mjs', import.meta.url), {
      workerData: { handle: scanner.writer.handle },
    })
    t.after(() => worker.terminate())
    const call = async (...message) => {
      worker.postMessage(message)
      const [{ result, error }] = await once(worker, 'message')
      assert.equal(error, undefined)
      return result
    }
    return { call, first: share * 50 }
  })
  await Promise.all(threads.map(({ call }) => call('updateTicker', 0, { last: 0 }).catch(() => {})))
  const stop = new Int32Array(new SharedArrayBuffer(4))
  const hammering = threads.map(({ call, first }) =>
    call('hammer', { first: first + 1, count: 49, rounds: 1e9, seed: first, stop }),
  )
  for (let kill = 0; kill < 3; kill++) {
    const before = (await scanner.status()).updates
    while ((await scanner.status()).updates - before < 20_000) await scanner.processUpdates()
    // The threads write without a pause and never look at a message.
    const back = restored()
    workers.at(-1).terminate()
    await back
  }
  const updates = (await scanner.status()).updates
  while ((await scanner.status()).updates - updates < 20_000) await scanner.processUpdates()
  Atomics.store(stop, 0, 1)
  const [rounds] = await Promise.all(hammering)
  await scanner.processUpdates()
  await scanner.processUpdates()
  const expected = symbols.filter((_, i) => i % 50 !== 0 && i % 2 === 1)
  assert.deepEqual(scanner.matches('odd'), expected)
  for (const symbol of symbols.slice(1, 50)) {
    const all = scanner.klines(symbol, '1m')
    assert.ok(all.every(({ openTime }, i) => i === 0 || openTime > all[i - 1].openTime))
    // Every seventh round closes a kline, and the ring keeps the newest 300.
    const closedCount = all.filter(({ closed: isClosed }) => isClosed).length
    assert.equal(closedCount, Math.min(300, Math.floor(rounds / 7)))
    assert.equal(scanner.counters(symbol, '1m').gaps, 0)
    assert.equal(scanner.counters(symbol, '1m').closed, Math.floor((rounds + 1) / 7))
  }
  assert.deepEqual(errors, [])
  assert.equal((await scanner.status()).sweepFound, 0)
})

test('an engine that hangs is found out and replaced', { timeout }, async (t) => {
  const { scanner, workers, phases, restored, errors } = await setUp(t, {
    workerUrl: () => new URL('./helpers/hanging-worker.cjs', import.meta.url),
    workerData: { worker: new URL('node/worker.cjs', dist).pathname },
  })
  for (let n = 0; n < 20; n++) write(scanner.writer, n)
  await scanner.processUpdates()
  const before = scanner.matches('rsi')
  const back = restored()
  workers.at(-1).postMessage({ type: 'HANG' })
  const cycle = scanner.processUpdates()
  const { elapsedMs } = await back
  t.diagnostic(`recovered ${Math.round(elapsedMs)} ms after the hang was noticed`)
  assert.ok((await cycle).cycle > 0)
  assert.deepEqual(scanner.matches('rsi'), before)
  assert.deepEqual(
    phases.map(({ phase }) => phase),
    ['suspect', 'died', 'restored'],
  )
  assert.deepEqual(errors, [])
})

test('an engine whose memory was overwritten traps, and the next one stands on what was not', {
  timeout,
}, async (t) => {
  const { scanner, phases, restored } = await setUp(t)
  for (let n = 0; n < 20; n++) write(scanner.writer, n)
  await scanner.processUpdates()
  const before = scanner.matches('rsi')
  const { memory, layout } = scanner.writer.handle
  const back = restored()
  // Everything of the core's but the market: its data, its plans, its states.
  const bytes = new Uint8Array(memory.buffer)
  bytes.fill(0xff, 1024, layout.descriptor)
  bytes.fill(0xff, layout.descriptor + layout.regionBytes)
  const cycle = scanner.processUpdates()
  await back
  await cycle
  assert.deepEqual(scanner.matches('rsi'), before)
  assert.match(phases.find(({ phase }) => phase === 'died').cause.message, /the core failed|sign of life/)
  assert.equal(scanner.klines('S0', '1m').length, 20)
})

test('restarts are limited: without a pool the fourth time, then a clear stop', { timeout }, async (t) => {
  const { scanner, workers, phases, errors, restored } = await setUp(t)
  for (let n = 0; n < 20; n++) write(scanner.writer, n)
  await scanner.processUpdates()
  const before = scanner.matches('rsi')
  for (let kill = 1; kill <= 4; kill++) {
    const back = restored()
    workers.at(-1).terminate()
    assert.equal((await back).threads, kill < 4 ? 2 : 1)
    await scanner.processUpdates()
    assert.deepEqual(scanner.matches('rsi'), before)
  }
  assert.equal((await scanner.status()).threads, 1)
  const stopped = once(scanner, 'error')
  workers.at(-1).terminate()
  const [{ detail }] = await stopped
  assert.equal(detail.code, 'E_WORKER_DIED')
  assert.match(detail.message, /5 times within five minutes/)
  await assert.rejects(scanner.processUpdates(), { code: 'E_WORKER_DIED' })
  assert.equal(workers.length, 5)
  assert.equal(phases.filter(({ phase }) => phase === 'restored').length, 4)
  assert.equal(errors.length, 1)
})

test('1,000 traders added and removed in bursts, across restarts: all answered, all run', {
  timeout,
}, async (t) => {
  const early = Array.from({ length: 200 }, (_, i) => ({ id: `early${i}`, filter: `last > ${i}` }))
  const { scanner, workers, restored } = await setUp(t, { scanner: { traders: early } })
  for (const symbol of symbols) scanner.writer.updateTicker(symbol, { last: 1e6 })
  const calls = []
  const kept = new Set(early.map(({ id }) => id))
  const burst = (name) => {
    for (let i = 0; i < 200; i++) {
      calls.push(
        scanner.addTrader({ id: `${name}${i}`, filter: `last > ${i}`, on: i % 2 ? 'tick' : 'close' }),
      )
      kept.add(`${name}${i}`)
      if (i % 2 === 0) continue
      calls.push(scanner.removeTrader(`${name}${i - 1}`))
      kept.delete(`${name}${i - 1}`)
    }
  }
  for (const name of ['a', 'b']) {
    burst(name)
    const back = restored()
    workers.at(-1).terminate()
    burst(`${name}${name}`)
    await back
  }
  await Promise.all(calls)
  assert.equal(calls.length, 1200)
  await scanner.processUpdates()
  const status = await scanner.status()
  assert.equal(status.core.traders, kept.size)
  assert.equal(status.traders, kept.size)
  for (const id of kept) assert.equal(scanner.matches(id).length, symbols.length, id)
})

test('a cooldown outlives the engine', { timeout }, async (t) => {
  let now = 1000
  const cool = { id: 'cool', filter: 'last > 1', cooldown: 60_000 }
  const { scanner, workers, restored } = await setUp(t, { scanner: { traders: [cool], clock: () => now } })
  const tick = async (time, last) => {
    now = time
    scanner.writer.updateTicker('S3', { last })
    await scanner.processUpdates()
    return scanner.matches('cool')
  }
  assert.deepEqual(await tick(2000, 5), ['S3'])
  assert.deepEqual(await tick(3000, 0), [])
  const back = restored()
  workers.at(-1).terminate()
  await back
  assert.deepEqual(await tick(4000, 5), [])
  assert.deepEqual(await tick(61_999, 6), [])
  assert.deepEqual(await tick(62_001, 7), ['S3'])
})

test('a cooldown of one clock does not go on by the other, in this engine or the next', {
  timeout,
}, async (t) => {
  // The clock is years ahead of the klines' times.
  const clock = 1e12
  const cool = { id: 'cool', filter: 'close > 1', cooldown: 60_000 }
  const { scanner, workers, restored } = await setUp(t, {
    scanner: { traders: [cool], clock: () => clock, maxTraders: 8 },
  })
  let minute = 0
  const kline = async (close, openTime = minute++ * 60_000) => {
    const prices = { open: close, high: close, low: close, close }
    scanner.writer.updateKline('S3', '1m', { openTime, ...prices, volume: 1, closed: true })
    await scanner.processUpdates()
    return scanner.matches('cool')
  }
  const die = async () => {
    const back = restored()
    workers.at(-1).terminate()
    await back
  }
  assert.deepEqual(await kline(5), ['S3'])
  assert.deepEqual(await kline(0), [])
  await scanner.updateTrader('cool', { on: 'close' })
  await die()
  assert.deepEqual(await kline(5), ['S3'], 'its cooldown would end in 2001')
  assert.deepEqual(await kline(0), [])
  // And back, from klines of the year 2033.
  minute = 2e12 / 60_000
  assert.deepEqual(await kline(5), ['S3'])
  assert.deepEqual(await kline(0), [])
  await scanner.updateTrader('cool', { on: 'tick' })
  await die()
  assert.deepEqual(await kline(5), ['S3'], 'its cooldown would end in 2033')
})

test('words of shared memory that were overwritten are put right, reported, and nothing is missed', {
  timeout,
}, async (t) => {
  const { scanner, errors } = await setUp(t, { scanner: { traders: [{ id: 'up', filter: 'last > 1' }] } })
  const { memory, layout } = scanner.writer.handle
  const words = new Int32Array(memory.buffer)
  for (const [round, damage] of [
    () => (words[layout.descriptor / 4] ^= 1),
    () => (words[layout.symbolCount / 4] = 7),
    // A bit of a slot that no symbol has in one buffer; and the bits of real ones are gone.
    () => {
      words.fill(0, layout.dirty / 4, layout.dirty / 4 + 2 * layout.rowCount * layout.rowWords)
      words[layout.dirty / 4 + 3] = 1 << 31
    },
  ].entries()) {
    const symbol = `S${round}`
    scanner.writer.updateTicker(symbol, { last: 2 })
    damage()
    // The buffer with the bit may be the second one that is drained, and all is scanned in the cycle after.
    for (let cycle = 0; cycle < 3; cycle++) await scanner.processUpdates()
    assert.ok(scanner.matches('up').includes(symbol), symbol)
    assert.equal(errors.at(-1)?.code, 'E_DAMAGED')
    assert.equal(errors.length, round + 1)
  }
})
