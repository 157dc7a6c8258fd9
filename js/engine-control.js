/**
 * The words in shared memory that outlive an engine: what it was doing, whether it runs, and which traders its scan's
 * threads were computing. Written by the engine worker; whoever finds it dead reads them (supervisor.js).
 */

export class EngineControl {
  #words
  #layout

  /**
   * @param {WebAssembly.Memory} memory
   * @param {import('./layout.js').Layout} layout
   */
  constructor(memory, layout) {
    this.#words = new Int32Array(memory.buffer)
    this.#layout = layout
  }

  /**
   * A command runs.
   * @param {number} seq 0: nothing does
   * @returns {number} what ran until now
   */
  running(seq) {
    return Atomics.exchange(this.#words, this.#layout.running / 4, seq)
  }

  beat() {
    Atomics.add(this.#words, this.#layout.heartbeat / 4, 1)
  }

  /**
   * @param {number} handle of a trader in the core
   * @param {number} ref what the client calls it
   */
  name(handle, ref) {
    Atomics.store(this.#words, this.#layout.traderRefs / 4 + handle, ref)
  }
}
