/** A scanner whose engine worker is real and can be killed. */

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { setUp } from './session-market.mjs'

const dist = new URL('./', import.meta.resolve('tickscan'))

/**
 * @param {import('node:test').TestContext} t
 * @param {Record<string, any>} options of createScanner
 */
export async function mortal(t, options) {
  /** @type {Worker[]} */
  const workers = []
  const createWorker = () => {
    workers.push(new Worker(new URL('node/worker.cjs', dist), { name: 'tickscan-engine' }))
    return workers[workers.length - 1]
  }
  const all = await setUp(t, { maxSymbols: 8, createWorker, ...options })
  /** Kills the engine; what is done meanwhile is done before the next one has started. */
  const restart = async (meanwhile = () => {}) => {
    workers[workers.length - 1].terminate()
    meanwhile()
    for (;;) {
      const [{ detail }] = await once(all.scanner, 'restart')
      if (detail.phase === 'restored') return
    }
  }
  return { ...all, restart }
}
