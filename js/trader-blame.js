/**
 * Which traders kill the engine: looks into a dead engine's memory for what its scan's threads were computing, and counts.
 * Client's thread.
 *
 * A thread notes a trader before it computes an expression of it, and takes the note back when its block is done: those
 * that did not fail have nothing noted by the time somebody looks.
 */

import { TickscanError } from './errors.js'

/** Deaths at which a trader was being computed before it is disabled. */
const DEATHS_TO_POISON = 2

export class TraderBlame {
  /** @type {Map<number, number>} ref → deaths at which it was being computed */
  #deaths = new Map()

  /**
   * Takes note of a death.
   * @param {import('./layout.js').MarketHandle} market of the dead engine
   * @param {Set<number>} refs of the traders that it was told of
   * @returns {number[]} refs of those that are not to be run again
   */
  note({ memory, layout }, refs) {
    const words = new Int32Array(memory.buffer)
    // Removed ones need no memory.
    for (const ref of this.#deaths.keys()) if (!refs.has(ref)) this.#deaths.delete(ref)
    const suspects = new Set()
    for (let thread = 0; thread < layout.suspectCount; thread++) {
      const handle = Atomics.load(words, layout.suspects / 4 + thread) - 1
      if (handle < 0 || handle >= layout.maxTraders) continue
      const ref = Atomics.load(words, layout.traderRefs / 4 + handle)
      if (refs.has(ref)) suspects.add(ref)
    }
    for (const ref of suspects) this.#deaths.set(ref, (this.#deaths.get(ref) ?? 0) + 1)
    return [...suspects].filter((ref) => Number(this.#deaths.get(ref)) >= DEATHS_TO_POISON)
  }
}

/**
 * Why a trader is disabled.
 * @param {TickscanError} cause of the last death
 */
export function poisonous(cause) {
  const message = `the trader was being computed when the engine died, ${DEATHS_TO_POISON} times: ${cause.message}`
  const hint = 'updateTrader() with another filter, or with enabled: true as it is, runs it again'
  return new TickscanError('E_POISON', message, { hint, cause })
}
