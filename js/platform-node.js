/**
 * Node's side of what differs between browsers and Node, for the main thread. `platform-web.js` exports the
 * same names and has the types; code imports either as '#platform'.
 */

import { readFile } from 'node:fs/promises'
import os from 'node:os'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { codedError } from './platform-error.js'
import { Port } from './platform-port.js'

export { Port }

/**
 * @param {import('./platform-web.js').CompileOptions} [options]
 * @returns {Promise<WebAssembly.Module>}
 */
export async function compileCore({ wasmUrl, wasmModule } = {}) {
  if (wasmModule) return wasmModule
  const url = fileUrl(wasmUrl ?? new URL('./core.wasm', import.meta.url))
  try {
    return await WebAssembly.compile(await readFile(url))
  } catch (cause) {
    throw codedError('E_WASM', `core.wasm could not be loaded from ${url}: ${cause}`, cause)
  }
}

/**
 * @param {import('./platform-web.js').EngineWorkerOptions} [options]
 * @returns {Port}
 */
export function createEngineWorker({ workerUrl, createWorker } = {}) {
  if (createWorker) return workerPort(createWorker())
  const url = fileUrl(workerUrl ?? new URL('./node/worker.cjs', import.meta.url))
  return workerPort(new Worker(url, { name: 'tickscan-engine' }))
}

/**
 * In Node a worker's exit is an event.
 * @returns {() => void}
 */
export function watchLock() {
  return () => {}
}

/** How many threads the machine runs at once, at least 1. */
export function availableThreads() {
  return Math.max(1, os.availableParallelism())
}

/** @param {string | URL} place a file: URL, or a path */
function fileUrl(place) {
  if (place instanceof URL) return place
  return place.startsWith('file:') ? new URL(place) : pathToFileURL(place)
}

/**
 * @param {Worker} worker
 * @returns {Port}
 */
function workerPort(worker) {
  let heard = false
  const port = new Port({
    postMessage: (message, transfer) => worker.postMessage(message, transfer),
    terminate: () => void worker.terminate(),
    ref: () => worker.ref(),
    unref: () => worker.unref(),
  })
  worker.on('message', (message) => {
    heard = true
    port.deliver(message)
  })
  worker.on('messageerror', (cause) =>
    port.fail(codedError('E_CLONE', 'a message from the engine worker could not be read', cause)),
  )
  worker.on('error', (/** @type {any} */ cause) => {
    const code = heard ? 'E_WORKER' : 'E_WORKER_LOAD'
    port.fail(codedError(code, `engine worker: ${cause?.message ?? cause}`, cause))
  })
  worker.on('exit', (code) => port.exited(code))
  return port
}
