/**
 * Errors inside the engine that are no traps: one is reported, and the engine goes on; MOST within WINDOW_MS say that
 * its state itself is wrong, and it is rebuilt from the rings. Runs in the engine worker.
 */

const MOST = 5
const WINDOW_MS = 60_000

export class ErrorBudget {
  /** @type {number[]} times of errors within the window */
  #errors = []

  /**
   * @param {number} now ms, steady
   * @returns {boolean} true: too many, counted anew from here
   */
  note(now) {
    this.#errors = this.#errors.filter((error) => now - error < WINDOW_MS)
    this.#errors.push(now)
    if (this.#errors.length < MOST) return false
    this.#errors = []
    return true
  }
}
