// What the package says of its memory, and what it lets go of when an engine is replaced: with real workers.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { attachWriter, createScanner } from 'tickscan'
import { SPARES } from '../../js/successor.js'
import { heapBytes } from './soak/heap.mjs'

const timeout = 120_000 // against a test that hangs, no measure of anything
const dist = new URL('./', import.meta.resolve('tickscan'))

async function setUp(t, options = {}) {
  /** @type {Worker} */
  let worker
  const scanner = await createScanner({
    symbols: Array.from({ length: 500 }, (_, i) => `S${i}`),
    threads: 2,
    clock: () => 1,
    createWorker: () => {
      worker = new Worker(new URL('node/worker.cjs', dist), { name: 'tickscan-engine' })
      return worker
    },
    ...options,
  })
  t.after(() => scanner.close())
  const kill = async () => {
    const restored = new Promise((resolve) => {
      const listener = ({ detail }) => {
        if (detail.phase !== 'restored') return
        scanner.removeEventListener('restart', listener)
        resolve(undefined)
      }
      scanner.addEventListener('restart', listener)
    })
    worker.terminate()
    await restored
    // Answered behind the question who is left in the old memory.
    await scanner.status()
  }
  return { scanner, kill, engine: () => worker }
}

test('the status says how much memory there is, and what waits', { timeout }, async (t) => {
  const { scanner } = await setUp(t)
  const { memory, client } = await scanner.status()
  assert.equal(memory.wasmBytes, scanner.writer.handle.memory.buffer.byteLength)
  const { bytes, marketBytes, trackingBytes, traderBytes, scanBytes, otherBytes } = memory
  assert.ok(bytes <= memory.wasmBytes && bytes >= marketBytes + trackingBytes + traderBytes)
  for (const part of [bytes, marketBytes, trackingBytes, traderBytes, scanBytes, otherBytes])
    assert.ok(part > 0)
  assert.ok(memory.heapBytes > 100_000)
  assert.deepEqual(client, { pending: 0, streams: 0, unread: 0 })

  await scanner.addTrader({ id: 'any', filter: 'last > 0' })
  const streams = [scanner.deltas(), scanner.deltas({ internal: true })]
  for (const last of [1, -1, 1]) {
    scanner.writer.updateTicker('S0', { last })
    await scanner.processUpdates()
  }
  assert.deepEqual((await scanner.status()).client, { pending: 0, streams: 2, unread: 3 })
  await streams[0].next()
  await streams[1].return()
  assert.deepEqual((await scanner.status()).client, { pending: 0, streams: 1, unread: 2 })
})

test('the memory of a dead engine is let go of, on the page and in the new engine', {
  timeout,
}, async (t) => {
  const { scanner, kill, engine } = await setUp(t)
  scanner.writer.updateTicker('S1', { last: 5 })
  const { wasmBytes } = (await scanner.status()).memory
  const measure = async () => [await heapBytes(), await heapBytes(await engine().getHeapSnapshot())]
  const before = await measure()
  await kill()
  assert.equal((await scanner.evaluate('last', { symbols: ['S1'] })).get('S1'), 5)
  const after = await measure()
  for (const [i, where] of ['page', 'engine'].entries()) {
    assert.ok(before[i].live >= wasmBytes, `in the ${where}, the memory is not among ${before[i].live} bytes`)
    const more = after[i].live - before[i].live
    assert.ok(more < wasmBytes / 2, `in the ${where}, ${more} bytes more are held after a restart`)
  }
})

test('a handle that is taken after its forerunners are used up outlives engines like the first', {
  timeout,
}, async (t) => {
  const { scanner, kill } = await setUp(t)
  const first = scanner.writer.handle
  assert.equal(first.spares.length, SPARES)
  for (let n = 0; n < SPARES; n++) await kill()
  const writer = attachWriter(scanner.writer.handle)
  assert.equal(scanner.writer.handle.spares.length, SPARES)
  await kill()
  for (const last of [1, 2]) writer.updateTicker('S2', { last })
  assert.equal((await scanner.evaluate('last', { symbols: ['S2'] })).get('S2'), 2)
  writer.close()
})
