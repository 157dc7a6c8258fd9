/**
 * Makes the core: measures the memory that a configuration needs, allocates exactly that, starts the core and its
 * threads, and adds the symbols. Runs in the engine worker, once, for INIT. What fails leaves nothing behind.
 */

import { restoreSymbols } from './engine-restore.js'
import { fromErrorData, TickscanError, wrapError } from './errors.js'
import { checkSession } from './session-options.js'

const PAGE_BYTES = 65536

/** @import { Interval, Layout } from './layout.js' */
/** @import { EngineHost } from './engine-host.js' */

/**
 * @typedef {object} Booted
 * @property {any} core
 * @property {WebAssembly.Memory} memory
 * @property {Layout} layout
 * @property {Interval[]} intervals
 * @property {{ symbol: string, key: number, state: string }[]} symbols in the order of adding
 * @property {Record<string, number>} sizes bytes: `bytes` in all, and its parts
 */

/**
 * @param {EngineHost} host
 * @param {Record<string, any>} fields of INIT
 * @param {(error: Error) => void} onPoolError after a pool thread died
 * @returns {Promise<Booted>}
 */
export async function bootCore(host, fields, onPoolError) {
  const { maxSymbols, maxKlines, maxTraders, intervals, threads, traderBytes } = fields
  const config = { maxSymbols, maxKlines, maxTraders, intervals, threads, traderBytes }
  const sizes = await measure(host, fields.core, config)
  const memory = allocate(sizes.bytes, host.minPages, fields.memoryLimit, fields.carried?.memory)
  const core = await load(host, { memory, wasmModule: fields.core, poolSize: threads - 1, onPoolError })
  try {
    answered(core.create(config))
    const layout = core.layout()
    const table = new Map(core.intervalTable().map((/** @type {Interval} */ row) => [row.name, row.ms]))
    if (fields.session) answered(core.configureSession(checkSession(fields.session)))
    const call = (/** @type {string} */ name, /** @type {any} */ argument) => answered(core[name](argument))
    const symbols = fields.carried
      ? restoreSymbols(fields.carried, { memory, layout }, call)
      : addSymbols(fields.symbols, call)
    const configured = intervals.map((/** @type {string} */ name) => ({ name, ms: table.get(name) }))
    return { core, memory, layout, intervals: configured, symbols, sizes }
  } catch (error) {
    host.terminateCore(core)
    throw wrapError(error, 'E_WASM')
  }
}

/**
 * The way of a symbol that comes later (engine-symbols.js), without a history to wait for.
 * @param {string[]} names
 * @param {(name: string, argument: any) => any} call
 */
function addSymbols(names, call) {
  return names.map((symbol) => {
    const { key } = call('addSymbol', { symbol, intervals: [], threshold: Number.NaN })
    call('startSymbol', key)
    return { symbol, key, state: 'ready' }
  })
}

/**
 * Asks a small throw-away instance of the same module: the real memory cannot be made before its size is known,
 * and it never grows.
 * @param {EngineHost} host
 * @param {WebAssembly.Module} wasmModule
 * @param {Record<string, any>} config
 * @returns {Promise<Record<string, number>>}
 */
async function measure(host, wasmModule, config) {
  const core = await loadBare(host, wasmModule)
  try {
    const { ok, ...sizes } = answered(core.measure(config))
    return sizes
  } finally {
    host.terminateCore(core)
  }
}

/**
 * A core in the least memory that it starts in, without threads: for what needs no engine.
 * @param {EngineHost} host
 * @param {WebAssembly.Module} wasmModule
 * @returns {Promise<any>}
 */
export function loadBare(host, wasmModule) {
  const memory = new WebAssembly.Memory({ initial: host.minPages, maximum: host.minPages, shared: true })
  return load(host, { memory, wasmModule, poolSize: 0 })
}

/**
 * @param {number} bytes
 * @param {number} minPages
 * @param {number} limit bytes
 * @param {WebAssembly.Memory} [spare] an empty one that other threads know already
 */
function allocate(bytes, minPages, limit, spare) {
  const pages = Math.max(Math.ceil(bytes / PAGE_BYTES), minPages)
  const need = pages * PAGE_BYTES
  if (need > limit) throw memoryError(need, limit, 'the limit (option memoryLimit)')
  try {
    if (spare) {
      // Before anybody has a view of it; from here on it grows no more. Large already: a start in it has failed.
      const missing = pages - spare.buffer.byteLength / PAGE_BYTES
      if (missing > 0) spare.grow(missing)
      else new Uint8Array(spare.buffer).fill(0)
      return spare
    }
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  } catch (cause) {
    throw memoryError(need, limit, `what this machine gives (${cause})`)
  }
}

/**
 * @param {number} need
 * @param {number} limit
 * @param {string} what
 */
function memoryError(need, limit, what) {
  return new TickscanError('E_MEMORY', `this configuration needs ${need} bytes, more than ${what}`, {
    expected: `at most ${limit} bytes`,
    hint: 'lower maxSymbols, maxKlines or the number of intervals',
    details: { need, limit },
  })
}

/**
 * @param {EngineHost} host
 * @param {Parameters<EngineHost['loadCore']>[0]} options
 */
async function load(host, options) {
  try {
    return await host.loadCore(options)
  } catch (error) {
    throw wrapError(error, 'E_WASM')
  }
}

/**
 * @param {any} result of the core: { ok, … }
 * @returns {any}
 */
function answered(result) {
  if (result.ok === false) throw fromErrorData(result.error)
  return result
}
