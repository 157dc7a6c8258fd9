/**
 * The core in a browser's engine worker: pool workers are nested module workers that run this same file again
 * under another name. `core-node.js` exports the same names; the engine worker imports either as '#core'.
 */

import { CORE_MIN_PAGES, POOL_WORKER_NAME, startCore, terminateCore } from './core-pool.js'
import { codedError } from './platform-error.js'

export { CORE_MIN_PAGES, terminateCore }

/**
 * Instantiates the core over `memory` and waits until its whole pool has loaded. Rejects with `code`
 * E_WORKER_LOAD or E_WASM, and ends what it started.
 * @param {import('./core-pool.js').LoadOptions} options
 */
export function loadCore(options) {
  return startCore(options, createPoolWorker)
}

/** Which of its two roles this worker file was started in. */
export function isPoolWorker() {
  return self.name === POOL_WORKER_NAME
}

/**
 * The engine worker's own end of its Port.
 * @typedef {object} EngineScope
 * @property {(message: any, transfer?: any[]) => void} postMessage
 * @property {((message: any) => void) | null} onmessage
 * @property {((error: Error & { code: string }) => void) | null} onerror
 * @property {() => void} close
 * @property {(name: string) => Promise<void> | void} holdLock holds a Web Lock until the worker ends, where there are
 *   any; resolves when it is held
 */

/** @returns {EngineScope} */
export function engineScope() {
  /** @type {EngineScope} */
  const scope = {
    postMessage: (message, transfer = []) => self.postMessage(message, { transfer }),
    onmessage: null,
    onerror: null,
    close: () => self.close(),
    holdLock,
  }
  self.onmessage = (event) => scope.onmessage?.(event.data)
  self.onmessageerror = () => scope.onerror?.(codedError('E_CLONE', 'a message could not be read'))
  return scope
}

/**
 * @param {string} name
 * @returns {Promise<void>}
 */
async function holdLock(name) {
  const { locks } = self.navigator
  if (!locks) return
  await new Promise((resolve) => {
    // What it waits for never comes: the browser releases the lock when the worker ends, whatever ends it.
    const hold = () => new Promise(() => resolve(undefined))
    // Where the worker may hold none, the client may ask for none either.
    locks.request(name, hold).catch(resolve)
  })
}

/**
 * What a URL leads to, as the reading thread sees it.
 * @param {string} url
 * @returns {Promise<Blob>}
 */
export async function openUrl(url) {
  const response = await fetch(url, { credentials: 'same-origin' })
  if (!response.ok) throw new Error(`HTTP status ${response.status}`)
  return response.blob()
}

/** @returns {import('./core-pool.js').PoolWorker} */
function createPoolWorker() {
  // Always 'module': a bundler may have made this file a classic script, which is a valid module as well.
  const worker = new Worker(self.location.href, { type: 'module', name: POOL_WORKER_NAME })
  return {
    worker,
    listen: (heard, failed) => {
      worker.addEventListener('message', (event) => heard(event.data))
      worker.addEventListener('error', (event) => {
        event.preventDefault()
        failed(new Error(event.message || 'its script did not load'))
      })
    },
    settle: () => {},
  }
}
