/**
 * A thread of the scan's pool ends, between two cycles or in the middle of one: that is noticed at once, not by the
 * silence of a cycle that never comes to its end, and another engine takes over. Real workers, real traps.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { createScanner } from 'tickscan'

const timeout = 60_000 // against a test that hangs, no measure of anything
const worker = new URL('node/worker.cjs', new URL('./', import.meta.resolve('tickscan'))).pathname
const symbols = Array.from({ length: 1000 }, (_, i) => `S${i}`)

/** A scanner on two threads; of the first engine, that of the pool traps when `trap` says so. */
async function setUp(t, trap) {
  const workers = []
  const createWorker = () => {
    const workerData = { worker, trap: trap && workers.length === 0 }
    workers.push(new Worker(new URL('./helpers/mortal-pool.cjs', import.meta.url), { workerData }))
    return workers.at(-1)
  }
  const scanner = await createScanner({ symbols, threads: 2, createWorker })
  t.after(() => scanner.close())
  const phases = []
  const restored = new Promise((resolve) => {
    scanner.addEventListener('restart', ({ detail }) => {
      phases.push(detail)
      if (detail.phase === 'restored') resolve(detail)
    })
  })
  const writeAll = (last) => {
    for (const symbol of symbols) scanner.writer.updateTicker(symbol, { last })
  }
  return { scanner, workers, phases, restored, writeAll }
}

/** Why it died; an engine that was found out by its silence says so. */
const causeOf = (phases) => phases.find(({ phase }) => phase === 'died').cause.message

test('a thread that ends between two cycles', { timeout }, async (t) => {
  const { scanner, workers, phases, restored, writeAll } = await setUp(t, false)
  await scanner.addTrader({ id: 'a', filter: 'last > 1' })
  writeAll(2)
  await scanner.processUpdates()
  workers[0].postMessage({ type: 'END_THREAD' })
  await restored
  assert.match(causeOf(phases), /the core failed: it ended by itself/)
  assert.equal(scanner.matches('a').length, symbols.length)
  writeAll(0)
  await scanner.processUpdates()
  assert.deepEqual(scanner.matches('a'), [])
  const { threads, core } = await scanner.status()
  assert.deepEqual([threads, core.threads], [2, 2])
})

test('a thread that traps in the middle of a cycle', { timeout }, async (t) => {
  const { scanner, workers, phases, restored, writeAll } = await setUp(t, true)
  const calls = [scanner.addTrader({ id: 'a', filter: 'last > 1' })]
  // Until the other thread gets a block: it may wake when all are done.
  while (!phases.some(({ phase }) => phase === 'died')) {
    writeAll(2)
    calls.push(scanner.processUpdates())
    await Promise.race([calls.at(-1), restored])
  }
  await restored
  await Promise.all(calls)
  assert.match(causeOf(phases), /the core failed/)
  assert.equal(workers.length, 2)
  assert.equal(scanner.matches('a').length, symbols.length)
  const { restarts, sweepFound } = await scanner.status()
  assert.deepEqual([restarts, sweepFound], [1, 0])
})
