/**
 * The browser's side of what differs between browsers and Node, for the main thread: compiling the core,
 * starting the engine worker and talking to it through a Port. `platform-node.js` exports the same names;
 * code imports either as '#platform'.
 */

import { codedError } from './platform-error.js'
import { Port } from './platform-port.js'

export { Port }

/**
 * @typedef {object} CompileOptions
 * @property {string | URL} [wasmUrl]
 * @property {WebAssembly.Module} [wasmModule] compiled already: returned as it is
 */

/**
 * @typedef {object} EngineWorkerOptions
 * @property {string | URL} [workerUrl]
 * @property {() => any} [createWorker] makes the Worker itself, for bundlers that have their own way
 */

/**
 * Streams and compiles core.wasm. The default URL is computed here and not at import, because a worker
 * started from a blob: URL has no base to compute it from and would fail although a URL was given.
 * @param {CompileOptions} [options]
 * @returns {Promise<WebAssembly.Module>}
 */
export async function compileCore({ wasmUrl, wasmModule } = {}) {
  if (wasmModule) return wasmModule
  const url = wasmUrl ?? new URL('./core.wasm', import.meta.url)
  try {
    const response = await fetch(url, { credentials: 'same-origin' })
    if (!response.ok) throw new Error(`HTTP status ${response.status}`)
    // Streaming needs the MIME type application/wasm, which not every server sends.
    const streams = response.headers.get('content-type')?.startsWith('application/wasm')
    return streams
      ? await WebAssembly.compileStreaming(response)
      : await WebAssembly.compile(await response.arrayBuffer())
  } catch (cause) {
    throw codedError('E_WASM', `core.wasm could not be loaded from ${url}: ${cause}`, cause)
  }
}

/**
 * Starts the engine worker. The one literal `new Worker(new URL(…))` below is what bundlers look for.
 * @param {EngineWorkerOptions} [options]
 * @returns {Port}
 */
export function createEngineWorker({ workerUrl, createWorker } = {}) {
  if (createWorker) return workerPort(createWorker())
  if (workerUrl) return workerPort(new Worker(workerUrl, { type: 'module', name: 'tickscan-engine' }))
  return workerPort(
    new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'tickscan-engine' }),
  )
}

/**
 * Tells when the holder of a Web Lock has ended: no other event says so when a browser kills a worker. Ask only once
 * the lock is held.
 * @param {string} name
 * @param {() => void} onEnd
 * @returns {() => void} stops the watch
 */
export function watchLock(name, onEnd) {
  const { locks } = globalThis.navigator
  if (!locks) return () => {}
  const watch = new AbortController()
  locks.request(name, { signal: watch.signal }, onEnd).catch(() => {})
  return () => watch.abort()
}

/** How many threads the machine runs at once, at least 1. */
export function availableThreads() {
  return Math.max(1, globalThis.navigator?.hardwareConcurrency ?? 1)
}

/**
 * @param {Worker} worker
 * @returns {Port}
 */
function workerPort(worker) {
  let heard = false
  const port = new Port({
    postMessage: (message, transfer) => worker.postMessage(message, transfer),
    terminate: () => worker.terminate(),
  })
  worker.onmessage = (event) => {
    heard = true
    port.deliver(event.data)
  }
  worker.onmessageerror = () =>
    port.fail(codedError('E_CLONE', 'a message from the engine worker could not be read'))
  worker.onerror = (event) => {
    event.preventDefault?.()
    const code = heard ? 'E_WORKER' : 'E_WORKER_LOAD'
    // A script that does not load gives an event without a message.
    port.fail(codedError(code, `engine worker: ${event.message || 'its script did not load'}`, event.error))
  }
  return port
}
