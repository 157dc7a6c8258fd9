// Four writer threads against the scanning engine in Node: nothing lost, nothing torn. TICKSCAN_STRESS_SECONDS sets
// how long; `npm run verify` runs ten seconds.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { createScanner } from 'tickscan'
import { stress } from '../browser/pages/stress.js'

const SYMBOLS = 1000
const WRITERS = 4
const seconds = Number(process.env.TICKSCAN_STRESS_SECONDS ?? 2)

for (const threads of [1, 2]) {
  test(`${WRITERS} writers × ${SYMBOLS} symbols for ${seconds} s, ${threads} scanning`, async (context) => {
    const symbols = Array.from({ length: SYMBOLS }, (_, i) => `S${i}`)
    const scanner = await createScanner({ symbols, intervals: ['1m'], maxKlines: 50, threads })
    const runWriter = async (share) => {
      const workerData = { handle: scanner.writer.handle, share }
      const worker = new Worker(new URL('helpers/stress-writer.mjs', import.meta.url), { workerData })
      const [report] = await once(worker, 'message')
      return report
    }
    const result = await stress(scanner, runWriter, {
      writers: WRITERS,
      symbols: SYMBOLS,
      ms: seconds * 1000,
    })
    await scanner.close()
    context.diagnostic(JSON.stringify(result))
    assert.equal(result.torn, 0, 'torn records')
    assert.equal(result.lost, 0, 'records whose last value was not seen')
    assert.equal(result.unscanned, 0)
    assert.equal(result.sweepFound, 0)
    assert.equal(result.updates, result.written)
    assert.equal(result.scanned + result.coalesced, result.written)
    assert.ok(result.coalesced > 0, 'the writers outran the scans')
    assert.ok(result.cycles > 10, 'many cycles ran meanwhile')
  })
}
