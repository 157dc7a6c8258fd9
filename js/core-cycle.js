/**
 * The core's cycle without objects: what it came to is read from the row of doubles that the core leaves in its memory
 * (bindings/cycle_numbers.h), through one view that is made once, for the memory never grows. Runs in the engine worker.
 */

/**
 * Puts a `cycle(now, anew)` that answers an object in the place of the core's own, which answers nothing.
 * @template {import('./core-glue.js').Core} T
 * @param {T} core
 * @param {WebAssembly.Memory} memory
 * @returns {T}
 */
export function withCycleResult(core, memory) {
  const { names, offset } = core.cycleNumbers()
  const numbers = new Float64Array(memory.buffer, offset, names.length)
  const run = core.cycle
  const cycle = (/** @type {number} */ now, /** @type {boolean} */ anew) => {
    run(now, anew)
    /** @type {Record<string, number>} */
    const result = {}
    for (let i = 0; i < names.length; i++) result[names[i]] = numbers[i]
    return result
  }
  return Object.assign(core, { cycle })
}
