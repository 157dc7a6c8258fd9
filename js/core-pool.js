/**
 * Starts the core inside the engine worker and waits for its pool. The generated glue creates pool workers but
 * never notices one that fails to load: the factory would stay pending for ever, or the process would die. So the
 * glue is patched to take its workers from here, and each one's load is awaited with a deadline.
 *
 * The platform passes in how to make a pool worker; `core-web.js` and `core-node.js` are the two callers.
 */

import createCore from '#glue'
import { withCycleResult } from './core-cycle.js'
import { codedError } from './platform-error.js'

/** What a pool worker is called; the worker file looks at its own name to know which role it has. */
export const POOL_WORKER_NAME = 'tickscan-pool'

/**
 * The least memory the core is linked for, in pages of 64 KiB; CMakeLists.txt states it as INITIAL_MEMORY. A
 * memory passed to `loadCore` must not be smaller.
 */
export const CORE_MIN_PAGES = 64

/**
 * A pool worker with the events that matter, the same on both platforms.
 * @typedef {object} PoolWorker
 * @property {any} worker what the glue works with
 * @property {(heard: (message: any) => void, failed: (error: Error) => void) => void} listen
 * @property {() => void} settle called once all have loaded: in Node, lets the process exit
 */

/**
 * @typedef {object} LoadOptions
 * @property {WebAssembly.Memory} memory shared, never grown: initial = maximum
 * @property {WebAssembly.Module} wasmModule
 * @property {number} poolSize how many threads the core may start
 * @property {number} [deadlineMs] for all workers together
 * @property {(error: Error) => void} [onPoolError] a pool worker died after loading: the instance is lost
 */

/** @type {WeakMap<object, PoolWorker[]>} */
const poolOf = new WeakMap()

/**
 * @param {LoadOptions} options
 * @param {() => PoolWorker} createPoolWorker
 * @returns {Promise<import('./core-glue.js').Core>}
 */
export async function startCore(options, createPoolWorker) {
  const { memory, wasmModule, poolSize, deadlineMs = 20_000, onPoolError } = options
  /** @type {PoolWorker[]} */
  const pool = []
  /** @type {Promise<void>[]} */
  const loads = []
  let started = false
  try {
    const instance = instantiate(wasmModule)
    const core = createCore({
      wasmMemory: memory,
      poolSize,
      instantiateWasm: instance.hook,
      createPoolWorker: () => {
        const member = createPoolWorker()
        pool.push(member)
        loads.push(loaded(member, (error) => started && onPoolError?.(error)))
        return member.worker
      },
      onPoolError: () => {}, // heard by `loaded` already
    })
    const module = await Promise.race([core, instance.failed])
    await within(deadlineMs, Promise.all(loads), () => `${poolSize} pool workers`)
    for (const member of pool) member.settle()
    started = true
    poolOf.set(module, pool)
    return withCycleResult(module, memory)
  } catch (error) {
    for (const member of pool) member.worker.terminate()
    throw error
  }
}

/**
 * Ends all threads of a core, running or not; the core must not be called afterwards.
 * @param {object} module
 */
export function terminateCore(module) {
  for (const member of poolOf.get(module) ?? []) member.worker.terminate()
  poolOf.delete(module)
}

/**
 * The hook through which the glue gets its instance, and a promise that rejects when there is none.
 * @param {WebAssembly.Module} wasmModule
 */
function instantiate(wasmModule) {
  /** @type {(error: Error) => void} */
  let fail
  /** @type {Promise<never>} */
  const failed = new Promise((_, reject) => {
    fail = reject
  })
  failed.catch(() => {})
  /** @type {import('./core-glue.js').InstantiateWasm} */
  const hook = (imports, receive) => {
    WebAssembly.instantiate(wasmModule, imports)
      .then((instance) => receive(instance, wasmModule))
      .catch((cause) => fail(codedError('E_WASM', `the core could not be instantiated: ${cause}`, cause)))
    return {}
  }
  return { hook, failed }
}

/**
 * @param {PoolWorker} member
 * @param {(error: Error) => void} failedLater
 * @returns {Promise<void>}
 */
function loaded(member, failedLater) {
  const load = new Promise((resolve, reject) => {
    member.listen(
      (message) => {
        if (message?.cmd === 'loaded') resolve(undefined)
        if (message?.cmd === 'failed') reject(codedError('E_WORKER_LOAD', `pool worker: ${message.reason}`))
      },
      (cause) => {
        reject(codedError('E_WORKER_LOAD', `pool worker: ${cause.message}`, cause))
        failedLater(cause)
      },
    )
  })
  load.catch(() => {}) // reported by the wait for all of them, which may not have begun yet
  return load
}

/**
 * @template T
 * @param {number} ms
 * @param {Promise<T>} promise
 * @param {() => string} what
 * @returns {Promise<T>}
 */
async function within(ms, promise, what) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(
      () => reject(codedError('E_WORKER_LOAD', `${what()} did not load within ${ms} ms`)),
      ms,
    )
  })
  try {
    return await Promise.race([promise, /** @type {Promise<never>} */ (late)])
  } finally {
    clearTimeout(timer)
  }
}
