/**
 * The time at which a cycle runs. Commands bring the client's clock as it was when they were made, and may arrive much
 * later, sent again after a loss. Meanwhile the engine's own cycles have gone on. An old message must not set the time back:
 * cooldowns and refresh times would start again, and klines would seem less late than they are. (A new engine begins with the
 * client's present, and calls from before it come with that: engine-client.js.) Runs in the engine worker.
 *
 * 1. Commands are applied in the order in which they were made. So one that says less than the one before it tells of a
 *    clock that was really set back, and counts; one that does not is at least as late as the newest cycle.
 * 2. The engine's own clock is the thread's: where it goes back, so does the time.
 */
export class EngineClock {
  /** Of the newest cycle, whoever ran it. */
  #cycle = Number.NEGATIVE_INFINITY
  /** What the newest command said. */
  #told = Number.NEGATIVE_INFINITY

  /**
   * The time of what a command does.
   * @param {number} now the client's clock when it was made
   */
  ofCommand(now) {
    const setBack = now < this.#told
    this.#told = now
    return !setBack && now < this.#cycle ? this.#cycle : now
  }

  /**
   * A cycle runs.
   * @param {number} now
   */
  note(now) {
    this.#cycle = now
  }
}
