/**
 * How a writer finds the memory of the next engine. A browser sends shared memory through a worker's own port and
 * nothing else, so it cannot be sent to threads that nobody here knows. Therefore a handle brings along, from the
 * start, the memories that later engines will use: empty ones, which reserve addresses and take no memory.
 *
 *   retired   0 the engine lives · RETIRED it is gone, write on, all will be copied · SUCCEEDED the next one stands in
 *             the first of the handle's spares, with the same layout
 *
 * Used by writers (market-memory.js) and by the supervisor, which sets the word.
 */

export const RETIRED = 1
export const SUCCEEDED = 2

/** Restarts that a handle outlives; after that its writers need the scanner's new handle. */
export const SPARES = 3

const PAGE_BYTES = 65536
const MIN_PAGES = 64

/**
 * Empty memories that can become as large as `memory`. Fewer where addresses are scarce.
 * @param {WebAssembly.Memory} memory
 * @returns {WebAssembly.Memory[]}
 */
export function makeSpares(memory) {
  const pages = memory.buffer.byteLength / PAGE_BYTES
  const spares = []
  try {
    while (spares.length < SPARES) {
      const initial = Math.min(MIN_PAGES, pages)
      spares.push(new WebAssembly.Memory({ initial, maximum: pages, shared: true }))
    }
  } catch {
    // Writers elsewhere then outlive fewer engines.
  }
  return spares
}

/**
 * The handle of the engine that stands in the first spare of another.
 * @param {import('./layout.js').MarketHandle} handle
 * @returns {import('./layout.js').MarketHandle | undefined}
 */
export function nextHandle({ spares = [], ...handle }) {
  const [memory, ...rest] = spares
  return memory && { ...handle, memory, spares: rest }
}
