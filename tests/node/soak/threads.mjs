/**
 * The package as it ships, with real workers: as many cycles as an hour has, as fast as they go. What the engine's thread
 * and the page's hold on to is looked at from this thread, now and then. Run in a process of its own.
 */

import { Worker } from 'node:worker_threads'
import { createScanner } from 'tickscan'
import { heapBytes, slope } from './heap.mjs'
import { SYMBOLS, TRADERS } from './market.mjs'

/** Between two samples, and after these prices repeat themselves. */
const PERIOD = 300
/** Cycles before the first sample. */
const SETTLING = 1800
const MINUTE = 60_000

/** @param {number} cycles */
async function run(cycles) {
  const dist = new URL('./', import.meta.resolve('tickscan'))
  /** @type {Worker} */
  let worker
  const names = Array.from({ length: SYMBOLS }, (_, i) => `S${i}`)
  const scanner = await createScanner({
    symbols: names,
    maxKlines: 50,
    threads: 2,
    traders: TRADERS,
    // Prices repeat themselves, and so does the minute: nothing depends on the clock.
    clock: () => MINUTE,
    createWorker: () => {
      worker = new Worker(new URL('node/worker.cjs', dist), { name: 'tickscan-engine' })
      return worker
    },
  })
  let deltas = 0
  scanner.addEventListener('signals', () => deltas++)
  const keys = scanner.symbols.map(({ index }) => index)
  // Room made beforehand: what is measured must not grow by the measuring.
  const most = Math.floor(cycles / PERIOD) + 1
  const [hours, engine, page, told] = Array.from({ length: 4 }, () => new Float64Array(most))
  let count = 0
  const values = new Map()
  for (let cycle = 1; cycle <= SETTLING + cycles; cycle++) {
    for (const key of keys) {
      const price = 1 + ((key * 31 + (cycle % PERIOD) * 17) % 100)
      if (cycle % 60 > 0) scanner.writer.updateTicker(key, { last: price })
      else scanner.writer.updateKline(key, '1m', kline((cycle / 60) * MINUTE, price))
    }
    await scanner.processUpdates()
    if (cycle % PERIOD !== 0 || cycle < SETTLING) continue
    const { memory, sweepFound, client } = await scanner.status()
    const handles = process.getActiveResourcesInfo().sort().join()
    const constants = { wasmBytes: memory.wasmBytes, sweepFound, pending: client.pending, handles }
    for (const [name, value] of Object.entries(constants)) {
      values.set(name, (values.get(name) ?? new Set()).add(value))
    }
    hours[count] = cycle / 3600
    told[count] = memory.heapBytes
    engine[count] = (await heapBytes(await worker.getHeapSnapshot())).live
    page[count++] = (await heapBytes()).live
  }
  await scanner.close()
  const slopeOf = (bytes) => slope(Array.from(hours, (x, i) => ({ x, y: bytes[i] })))
  return {
    slopes: { engine: slopeOf(engine), page: slopeOf(page) },
    constants: Object.fromEntries([...values].map(([name, all]) => [name, [...all]])),
    told: [...told],
    samples: { engine: [...engine], page: [...page] },
    deltas,
  }
}

function kline(openTime, close) {
  return { openTime, open: close, high: close, low: close, close, volume: 1, closed: true }
}

const result = await run(Number(process.argv[2] ?? 3600))
if (process.send) process.send(result, () => process.disconnect())
else console.log(JSON.stringify(result))
