/**
 * The real core in the test's own thread, one instance per engine, from one compiled module. It is instantiated
 * synchronously, so that a start takes the same steps every time.
 */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { withCycleResult } from '../../../js/core-cycle.js'
import { inRoot } from '../../../scripts/lib/paths.mjs'

const createCore = createRequire(import.meta.url)(inRoot('build/glue/core-node.cjs'))

export const wasmModule = new WebAssembly.Module(readFileSync(inRoot('dist/core.wasm')))

/** The least memory that the core starts in, in pages: CORE_MIN_PAGES of js/core-pool.js. */
export const MIN_PAGES = 64

/** @type {any} */
let bare

/** @param {WebAssembly.Memory} memory */
async function instantiate(memory) {
  const core = await createCore({
    wasmMemory: memory,
    poolSize: 0,
    instantiateWasm: (imports, receive) => {
      receive(new WebAssembly.Instance(wasmModule, imports), wasmModule)
      return {}
    },
  })
  return withCycleResult(core, memory)
}

/**
 * A core without threads. Where only the least memory is asked for, it is the one that measures, which changes nothing
 * in itself: all engines share it.
 * @param {{ memory: WebAssembly.Memory }} options
 */
export async function loadRealCore({ memory }) {
  if (memory.buffer.byteLength > MIN_PAGES * 65536) return instantiate(memory)
  bare ??= await instantiate(memory)
  return bare
}
