/**
 * Shared memory that somebody has overwritten, under the real engine: it is found in the same cycle, put right or not trusted;
 * readers give no more than there is; the next engine comes up from it.
 */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { createScanner, TickscanError } from 'tickscan'
import { random, walk } from './helpers/series.mjs'

const timeout = 60_000 // against a test that hangs, no measure of anything
const dist = new URL('./', import.meta.resolve('tickscan'))
const symbols = Array.from({ length: 70 }, (_, i) => `S${i}`)
const KLINES = 40

async function setUp(t) {
  const workers = []
  const scanner = await createScanner({
    symbols,
    intervals: ['1m', '5m'],
    maxKlines: 100,
    threads: 2,
    traders: [
      { id: 'rsi', filter: 'rsi(7) < 50', on: 'close' },
      { id: 'live', filter: 'close > open and rsi(5) > 30' },
    ],
    clock: () => 1,
    createWorker: () => {
      workers.push(new Worker(new URL('node/worker.cjs', dist), { name: 'tickscan-engine' }))
      return workers.at(-1)
    },
  })
  t.after(() => scanner.close())
  for (const [i, symbol] of symbols.entries()) {
    for (const kline of walk(i + 1, KLINES)) scanner.writer.updateKline(symbol, '1m', kline)
    scanner.writer.updateTicker(symbol, { last: i })
  }
  await scanner.processUpdates()
  const errors = []
  scanner.addEventListener('error', ({ detail }) => errors.push(detail.code))
  const { memory, layout } = scanner.writer.handle
  const words = new Int32Array(memory.buffer)
  return { scanner, workers, errors, words, layout }
}

const matches = (scanner) => ['rsi', 'live'].map((id) => scanner.matches(id))

test('the fifth damage within a minute: all state is built anew from the rings, and says the same', {
  timeout,
}, async (t) => {
  const { scanner, errors, words, layout } = await setUp(t)
  const before = matches(scanner)
  assert.ok(before.every(({ length }) => length > 10))
  const values = await scanner.evaluate('rsi(7)')
  for (let n = 1; n <= 5; n++) {
    words[layout.descriptor / 4] ^= 1 << n
    await scanner.processUpdates()
    assert.equal(words[layout.descriptor / 4], layout.magic)
    assert.equal(errors.filter((code) => code === 'E_DAMAGED').length, n)
    assert.equal(errors.filter((code) => code === 'E_INTERNAL').length, n === 5 ? 1 : 0)
  }
  const { updatedSymbols } = await scanner.processUpdates()
  assert.equal(updatedSymbols, symbols.length)
  assert.deepEqual(matches(scanner), before)
  assert.deepEqual(await scanner.evaluate('rsi(7)'), values)
})

test('words at both ends of the records that were written over are put right', { timeout }, async (t) => {
  const { scanner, errors, words, layout } = await setUp(t)
  // The canaries are the only words of their value: find them as a stray write would, by looking.
  const CANARY = 0x51a7e11e
  const end = (layout.descriptor + layout.regionBytes) / 4
  const canaries = []
  for (let at = layout.descriptor / 4; at < end; at++) if (words[at] === CANARY) canaries.push(at)
  assert.equal(canaries.length, 32)
  for (const at of [canaries[0], canaries[31]]) {
    words[at] = 0
    scanner.writer.updateKline('S69', '1m', { ...walk(70, KLINES + 1)[KLINES], closed: true })
    await scanner.processUpdates()
    assert.equal(words[at], CANARY)
  }
  assert.deepEqual(errors, ['E_DAMAGED', 'E_DAMAGED'])
})

test('whatever stands in shared memory: readers give typed errors or no more than there is, writers refuse', {
  timeout,
}, async (t) => {
  const { scanner, words, layout } = await setUp(t)
  const next = random(7)
  const pick = (values) => values[Math.floor(next() * values.length)]
  const series = ['seriesClosedCount', 'seriesRevision', 'boxState', 'boxWriter', 'boxVersion', 'boxOwner']
  let typed = 0
  for (let round = 0; round < 3000; round++) {
    const slot = Math.floor(next() * symbols.length)
    const at =
      pick([
        layout.series + slot * layout.intervalCount * layout.seriesStride + layout[pick(series)],
        layout.tickers + slot * layout.tickerStride + layout[pick(series.slice(2))],
        layout.symbols +
          slot * layout.symbolStride +
          layout[pick(['symbolState', 'symbolNameLength', 'symbolGeneration'])],
        layout.symbolCount,
        layout.symbolTableVersion,
      ]) / 4
    const kept = words[at]
    words[at] = pick([-1, 0, 1, 2 ** 31 - 1, -(2 ** 31), 0x7ffffff0, Math.floor(next() * 2 ** 32)])
    const symbol = symbols[slot]
    for (const call of [
      () => assert.ok(scanner.klines(symbol, '1m').length <= 101),
      () => scanner.ticker(symbol),
      () => scanner.counters(symbol, '1m'),
      () => scanner.writer.updateTicker(symbol, { last: 1 }),
      () => scanner.writer.updateKline(symbol, '1m', walk(1, KLINES + 2)[KLINES + 1]),
    ]) {
      try {
        call()
      } catch (error) {
        if (!(error instanceof TickscanError)) throw error
        typed++
      }
    }
    words[at] = kept
  }
  t.diagnostic(`${typed} of 15,000 calls were refused`)
})

test('the next engine comes up from a memory whose control words are nonsense', { timeout }, async (t) => {
  const { scanner, workers, errors, words, layout } = await setUp(t)
  const before = matches(scanner)
  const wild = [-1, 2 ** 31 - 1, 77777]
  for (let i = 0; i < layout.suspectCount; i++) words[layout.suspects / 4 + i] = wild[i % 3]
  words[layout.running / 4] = -5
  words[layout.symbolCount / 4] = 2 ** 31 - 1
  words.fill(-1, layout.dirty / 4, layout.dirty / 4 + 2 * layout.rowCount * layout.rowWords)
  workers.at(-1).terminate()
  for (;;) {
    const [{ detail }] = await once(scanner, 'restart')
    if (detail.phase === 'restored') break
  }
  await scanner.processUpdates()
  assert.deepEqual(matches(scanner), before)
  assert.deepEqual(errors, [])
})
