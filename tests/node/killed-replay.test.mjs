/**
 * Real klines, real workers, real deaths: a replay during which the engine is terminated in the middle of a scan, traps and
 * hangs says at every close what an undisturbed one says, no signal less, none twice.
 */

import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { createScanner } from 'tickscan'
import { run } from '../kills/run.js'
import { checkKilled } from './helpers/killed.mjs'
import { PAIRS, readKlines, skipKlines } from './helpers/klines.mjs'

const timeout = 240_000 // against a test that hangs, no measure of anything
const worker = fileURLToPath(new URL('./node/worker.cjs', import.meta.resolve('tickscan')))

test('a replay that is killed three times says what an undisturbed one says', {
  timeout,
  skip: skipKlines,
}, async (t) => {
  const platform = {
    createScanner,
    createWorker: () =>
      new Worker(new URL('../kills/dying-worker.cjs', import.meta.url), { workerData: { worker } }),
    terminate: (engine) => void engine.terminate(),
    startWriter: (start) => {
      const thread = new Worker(new URL('../kills/node-writer.mjs', import.meta.url), { workerData: start })
      const done = new Promise((resolve, reject) => {
        thread.once('message', resolve)
        thread.once('error', reject)
      })
      t.after(() => thread.terminate())
      return { done, end: () => void thread.terminate() }
    },
    klines: Object.fromEntries(
      PAIRS.map((pair) => [pair, { '1m': readKlines(pair, '1m'), '5m': readKlines(pair, '5m') }]),
    ),
    rows: 1200,
  }
  checkKilled(t, await run(platform, false), await run(platform, true), { atOnce: true })
})
