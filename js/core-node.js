/**
 * The core in Node's engine worker: pool workers are worker_threads that run this same file again under another
 * role. `core-web.js` exports the same names and has the types; the engine worker imports either as '#core'.
 */

import { openAsBlob } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parentPort, Worker, workerData } from 'node:worker_threads'
import { CORE_MIN_PAGES, POOL_WORKER_NAME, startCore, terminateCore } from './core-pool.js'
import { codedError } from './platform-error.js'

export { CORE_MIN_PAGES, terminateCore }

/** @param {import('./core-pool.js').LoadOptions} options */
export function loadCore(options) {
  return startCore(options, createPoolWorker)
}

/** Which of its two roles this worker file was started in. */
export function isPoolWorker() {
  return workerData?.role === POOL_WORKER_NAME
}

/** @returns {import('./core-web.js').EngineScope} */
export function engineScope() {
  const port = /** @type {import('node:worker_threads').MessagePort} */ (parentPort)
  /** @type {import('./core-web.js').EngineScope} */
  const scope = {
    postMessage: (message, transfer = []) => port.postMessage(message, transfer),
    onmessage: null,
    onerror: null,
    close: () => port.close(),
    holdLock: () => {}, // the main thread hears of a worker's exit
  }
  port.on('message', (message) => scope.onmessage?.(message))
  port.on('messageerror', (cause) =>
    scope.onerror?.(codedError('E_CLONE', 'a message could not be read', cause)),
  )
  return scope
}

/**
 * What a URL leads to: a file is read as it is needed, not beforehand.
 * @param {string} url
 * @returns {Promise<Blob>}
 */
export async function openUrl(url) {
  if (url.startsWith('file:')) return openAsBlob(fileURLToPath(url))
  const response = await fetch(url)
  if (!response.ok) throw new Error(`HTTP status ${response.status}`)
  return response.blob()
}

/** @returns {import('./core-pool.js').PoolWorker} */
function createPoolWorker() {
  const worker = new Worker(__filename, { name: POOL_WORKER_NAME, workerData: { role: POOL_WORKER_NAME } })
  let ended = false
  const { terminate } = worker
  worker.terminate = () => {
    ended = true
    return terminate.call(worker)
  }
  return {
    worker,
    listen: (heard, failed) => {
      worker.on('message', heard)
      worker.on('error', failed)
      worker.on('exit', (code) => ended || failed(new Error(`it ended by itself with code ${code}`)))
    },
    // Not earlier: until then a worker that fails to load must be able to say so.
    settle: () => worker.unref(),
  }
}
