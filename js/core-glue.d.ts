/** The Emscripten glue as the build patches it (scripts/lib/glue.mjs): what '#glue' exports, as far as it is used. */

export type InstantiateWasm = (
  imports: WebAssembly.Imports,
  receive: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
) => object

/** The module object; the classes and functions that bindings/embind.cpp exports are properties of it. */
export interface Core {
  [name: string]: any
}

export default function createCore(options: {
  wasmMemory: WebAssembly.Memory
  instantiateWasm: InstantiateWasm
  poolSize?: number
  createPoolWorker?: () => unknown
  onPoolError?: (worker: unknown, error: unknown) => void
  [name: string]: unknown
}): Promise<Core>
