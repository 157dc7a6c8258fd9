/**
 * What the engine needs from the thread it lives in; tests give their own.
 * @typedef {object} EngineHost
 * @property {(message: any, transfer?: any[]) => void} post
 * @property {(options: { memory: WebAssembly.Memory, wasmModule: WebAssembly.Module, poolSize: number,
 *   onPoolError?: (error: Error) => void }) => Promise<any>} loadCore
 * @property {(core: any) => void} terminateCore
 * @property {() => void} close ends the worker
 * @property {(url: string) => Promise<Blob>} openUrl reads a file or fetches
 * @property {number} minPages the least memory that the core starts in
 * @property {() => number} now wall clock, ms
 * @property {() => number} steadyNow ms from any start, never backwards
 * @property {(run: () => void, ms: number) => any} setTimer
 * @property {(timer: any) => void} clearTimer
 * @property {(run: () => void) => void} [soon] calls back after messages had their turn; without it a timer does
 * @property {import('./cadence.js').CadenceHost['waitAsync']} waitAsync
 * @property {() => number} heapBytes of JavaScript in this thread, 0 where nobody says
 * @property {(name: string) => Promise<void> | void} holdLock holds a lock by which others notice the worker's end
 */

export {}
