/** A Scanner over the fake engine, for tests of the client alone. */

import assert from 'node:assert/strict'
import { createScanner } from '../../../js/index.js'
import { EMPTY_MODULE, FakeCore, FakeWorker } from './fake-engine.mjs'

export const symbols = ['AAA', 'BBB', 'CCC']

/** A scanner over a fake worker, closed when the test ends. */
export async function setUp(t, { core = new FakeCore(), worker = new FakeWorker(core), ...options } = {}) {
  const scanner = await start(worker, options)
  t.after(() => scanner.close())
  return { core: worker.core, worker, scanner }
}

/** createScanner over a fake worker, and the ones that follow when it dies; without those a death is the end. */
export function start(worker, { followers = [], ...options } = {}) {
  const workers = [worker, ...followers]
  const createWorker = () => {
    if (workers.length === 0) throw new Error('there is no other worker')
    return workers.shift()
  }
  return createScanner({ symbols, wasmModule: EMPTY_MODULE, createWorker, ...options })
}

/** The promise rejects with a TickscanError of this code, and with these properties. */
export function rejects(promise, code, more = {}) {
  return assert.rejects(promise, (error) => {
    assert.equal(error.name, 'TickscanError')
    const actual = Object.fromEntries(Object.keys(more).map((name) => [name, error[name]]))
    assert.deepEqual({ code: error.code, ...actual }, { code, ...more })
    return true
  })
}
