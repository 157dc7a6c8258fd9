/**
 * Changes of traders that were sent and are not known to be made. Client's thread.
 *
 * 1. A change has a number that no trader and no other change has. SIGNALS that name it, or its ack, say that it is made.
 * 2. What comes behind a change that may be lost says everything anew, so that it does not matter what became of that.
 */

/** @import { Entry, Spec } from './trader-registry.js' */

/**
 * `lost`: its call was given up, and nobody may ever tell.
 * @typedef {{ entry: Entry, as: number, changes: Partial<Spec>, lost: boolean }} Change
 */

export class TraderChanges {
  /** @type {Map<number, Change>} by number */
  #byNumber = new Map()

  /**
   * @param {Entry} entry
   * @param {number} as
   * @param {Partial<Spec>} named what the user wants changed
   * @returns {Change}
   */
  expect(entry, as, named) {
    const afterLost = [...this.#byNumber.values()].some((other) => other.entry === entry && other.lost)
    const changes = afterLost ? { ...entry.spec, ...named } : named
    const change = { entry, as, changes, lost: false }
    this.#byNumber.set(as, change)
    return change
  }

  /** @param {number} as */
  get(as) {
    return this.#byNumber.get(as)
  }

  /**
   * A change is made.
   * @param {Change} change
   * @returns {boolean} false: that was known
   */
  made({ entry, as }) {
    if (!this.#byNumber.has(as)) return false
    // Those before it are made, refused, or overwritten by it.
    for (const [number, other] of this.#byNumber) {
      if (other.entry === entry && number <= as) this.#byNumber.delete(number)
    }
    return true
  }

  /**
   * A change was refused, or never sent.
   * @param {Change} change
   */
  drop({ as }) {
    this.#byNumber.delete(as)
  }

  /**
   * No engine has the trader any more.
   * @param {Entry} entry
   */
  forget(entry) {
    for (const [number, change] of this.#byNumber) {
      if (change.entry === entry) this.#byNumber.delete(number)
    }
  }

  /** A new engine takes over, and is not sent what was given up: that is lost for good, unless it is made already. */
  repeat() {
    for (const [number, { lost }] of this.#byNumber) {
      if (lost) this.#byNumber.delete(number)
    }
  }
}
