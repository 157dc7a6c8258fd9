/**
 * Takes SIGNALS in the order of their cycles, folds them into the matches, and notices when some are missing. Client's
 * thread.
 *
 * 1. `baseCycle` names the SIGNALS before, `page` counts the messages of a cycle: what was not folded is missing. So it
 *    is when an ack says that SIGNALS were posted which have not come.
 * 2. After that no delta but a snapshot makes a trader's matches right; one is asked for until all have come.
 * 3. What comes late is older than what was asked for, and passed over.
 */

import { TickscanError } from './errors.js'

/** @import { Delta, Trader } from './match-table.js' */

/**
 * @typedef {object} FoldOptions
 * @property {import('./trader-registry.js').TraderRegistry} traders
 * @property {(command: number, delta: Delta, trader: Trader) => void} onDelta it is in the matches, and the session lets it
 *   through
 * @property {(command: number, delta: Delta, trader: Trader) => void} onInternal every delta, before that
 * @property {(command: number) => boolean} heard false: nobody looks into the deltas of the command, nor of any other
 * @property {(error: TickscanError) => void} onError
 * @property {() => Promise<any>} askSnapshots of all traders; resolves when they were sent
 * @property {(attempt: number) => Promise<void>} pause
 */

/** After these nobody answers any more. */
const ENDS = ['E_CLOSED', 'E_WORKER_DIED']

export class SignalFold {
  #options
  #cycle = 0
  /** Pages of #cycle that came, and whether its last one has. */
  #pages = 0
  #whole = true
  #asking = false
  /** A SESSION is missing, which comes with snapshots, also where no trader has any. */
  #sessionMissing = false

  /** @param {FoldOptions} options */
  constructor(options) {
    this.#options = options
  }

  /** The cycle of the SIGNALS that were folded last. */
  get cycle() {
    return this.#cycle
  }

  /** @param {Record<string, any>} fields of SIGNALS */
  take({ cycle, baseCycle, command, page, last, valueCount, wordCount, buffer }) {
    if (cycle < this.#cycle || (cycle === this.#cycle && page < this.#pages)) return
    const before = page === 0 ? baseCycle : cycle
    if (before > this.#cycle || (page === 0 ? !this.#whole : page > this.#pages)) this.#missing(before)
    this.#cycle = cycle
    this.#pages = page + 1
    this.#whole = last
    const { traders, onDelta, onInternal, heard } = this.#options
    const signals = { cycle, buffer, wordCount, valueCount }
    traders.fold(signals, {
      inside: (delta, trader) => onInternal(command, delta, trader),
      outside: (delta, trader) => onDelta(command, delta, trader),
      heard: () => heard(command),
    })
  }

  /**
   * All SIGNALS up to a cycle were posted, and should have been folded.
   * @param {number} cycle
   */
  expect(cycle) {
    if (cycle > this.#cycle || (cycle === this.#cycle && !this.#whole)) this.#missing(cycle)
  }

  /** A new engine goes on behind the cycle: what the one before had still to say of it, it says itself. */
  restart() {
    this.#whole = true
  }

  /** A SESSION was posted, and has not come in time. */
  lostSession() {
    this.#sessionMissing = true
    this.lost()
  }

  /** @param {number} upTo cycle */
  #missing(upTo) {
    const message = `the deltas of cycles ${this.#cycle + 1} to ${upTo} are missing`
    this.#cycle = upTo
    // Pages of it that come late say nothing any more.
    this.#pages = Number.POSITIVE_INFINITY
    this.#whole = true
    this.#options.onError(new TickscanError('E_PROTOCOL', message, { hint: 'a snapshot follows' }))
    this.lost()
  }

  /** Some deltas came, and could not be used. */
  lost() {
    this.#options.traders.markStale()
    if (this.#asking) return
    this.#asking = true
    this.#ask()
      .catch(this.#options.onError)
      .finally(() => {
        this.#asking = false
      })
  }

  async #ask() {
    const { traders, askSnapshots, pause, onError } = this.#options
    for (let attempt = 0; traders.hasStale || this.#sessionMissing; attempt++) {
      if (attempt > 0) await pause(attempt - 1)
      const session = this.#sessionMissing
      this.#sessionMissing = false
      try {
        await askSnapshots()
      } catch (error) {
        this.#sessionMissing ||= session
        // Only an end ends the asking: whatever else failed, the matches are still not right.
        if (ENDS.includes(/** @type {TickscanError} */ (error).code)) throw error
        onError(/** @type {TickscanError} */ (error))
      }
    }
  }
}
