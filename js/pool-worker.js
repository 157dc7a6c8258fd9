/**
 * What a pool worker does: load the core over the memory it is sent, then run one thread's entry point. It stands
 * in for the pthread worker that Emscripten would generate, which needs eval in Node and an import in browsers.
 * The messages ('load' and 'run' in, 'loaded' out) are those of Emscripten 3.1.6; scripts/lib/glue.mjs refuses others.
 */

import createCore from '#glue'

/**
 * @typedef {object} PoolScope
 * @property {(message: any) => void} postMessage
 * @property {((message: any) => void) | null} onmessage
 */

/** @param {PoolScope} scope */
export function startPoolWorker(scope) {
  // The glue's thread code posts through the global of a web worker; Node has none. This realm is the worker's own.
  const realm = /** @type {any} */ (globalThis)
  realm.postMessage ??= scope.postMessage
  /** @type {any} */
  let core
  let embindReady = false

  /** @type {Record<string, (message: any) => void>} */
  const commands = {
    load: ({ wasmMemory, wasmModule }) => {
      const options = {
        ENVIRONMENT_IS_PTHREAD: true,
        wasmMemory,
        buffer: wasmMemory.buffer,
        wasmModule,
        /** @type {import('./core-glue.js').InstantiateWasm} */
        instantiateWasm: (imports, receive) => {
          const instance = new WebAssembly.Instance(wasmModule, imports)
          receive(instance, wasmModule)
          return instance.exports
        },
      }
      createCore(options).then(
        (module) => {
          core = module
        },
        (error) => scope.postMessage({ cmd: 'failed', reason: String(error) }),
      )
    },
    run: ({ threadInfoStruct, start_routine, arg, time }) => {
      // One clock for all threads: performance.now() counts from each worker's own start.
      core.__performance_now_clock_drift = performance.now() - time
      core.__emscripten_thread_init(threadInfoStruct, 0, 0, 1)
      core.establishStackSpace()
      core.PThread.threadInit()
      if (!embindReady) core.___embind_register_native_and_builtin_types()
      embindReady = true
      const result = core.invokeEntryPoint(start_routine, arg)
      core.checkStackCookie()
      core.__emscripten_thread_exit(result)
    },
    cancel: () => core._pthread_self() && core.__emscripten_thread_exit(-1),
    processThreadQueue: () => core._pthread_self() && core._emscripten_current_thread_process_queued_calls(),
    processProxyingQueue: ({ queue }) => core._pthread_self() && core._emscripten_proxy_execute_queue(queue),
  }

  scope.onmessage = (message) => {
    const command = commands[message.cmd]
    if (!command) return
    try {
      command(message)
    } catch (error) {
      if (error === 'unwind') return // the thread ended itself
      // A scan may wait for this thread, in the one that would hear of the error.
      core?._pool_thread_crashed()
      core?.__emscripten_thread_crashed?.()
      throw error
    }
  }
}
