/**
 * How often a dead engine is replaced: RESTARTS times within WINDOW_MS with all its threads, once more without a
 * pool, then no more. A fault that comes again and again must end in a clear stop and not in a page that stutters.
 */

export const RESTARTS = 3
const WINDOW_MS = 5 * 60_000

/** @typedef {'same' | 'single' | 'stop'} Verdict */

export class RestartBudget {
  /** @type {number[]} times of deaths within the window */
  #deaths = []

  /**
   * @param {number} now ms, steady
   * @returns {Verdict} how to go on after a death
   */
  note(now) {
    this.#deaths = this.#deaths.filter((death) => now - death < WINDOW_MS)
    this.#deaths.push(now)
    if (this.#deaths.length <= RESTARTS) return 'same'
    return this.#deaths.length === RESTARTS + 1 ? 'single' : 'stop'
  }

  /** Deaths within the window so far. */
  get count() {
    return this.#deaths.length
  }
}
