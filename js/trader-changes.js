/**
 * Changes of traders that were sent and are not answered: which of them the engine has made is seen from SIGNALS, which
 * name a trader by its last change, and from answers, which may be lost or come to nobody. Client's thread.
 *
 * 1. Changes of a trader are made in the order of their numbers: what comes after one says that it was made or refused.
 * 2. An engine that follows begins without those that come again, whatever of them was made before.
 */

/** @typedef {import('./trader-registry.js').Entry} Entry */
/** @typedef {import('./trader-registry.js').Spec} Spec */

/**
 * `lost`: its call was given up, and nobody may ever tell. `made`: SIGNALS have said so.
 * @typedef {{ entry: Entry, as: number, changes: Partial<Spec>, lost: boolean, made: boolean }} Change
 */

export class TraderChanges {
  /** @type {Map<number, Change>} by number */
  #open = new Map()

  /**
   * @param {Entry} entry
   * @param {number} as its number
   * @param {Partial<Spec>} changes
   */
  expect(entry, as, changes) {
    // After one that was lost the whole specification is sent, so that it does not matter whether that was made.
    const afterLost = this.#of(entry).some(({ lost }) => lost)
    const whole = afterLost ? { ...entry.spec, ...changes } : changes
    const change = { entry, as, changes: whole, lost: false, made: false }
    this.#open.set(as, change)
    return change
  }

  /**
   * The engine is seen to have made a change.
   * @param {number} as
   * @returns {Change | undefined} if that is news
   */
  make(as) {
    const change = this.#open.get(as)
    if (!change || change.made) return undefined
    for (const other of this.#of(change.entry)) if (other.as <= as) other.made = true
    return change
  }

  /**
   * A change was answered, and so were those before it.
   * @param {number} as
   */
  settle(as) {
    const entry = this.#open.get(as)?.entry
    if (!entry) return
    for (const other of this.#of(entry)) if (other.as <= as) this.#open.delete(other.as)
  }

  /**
   * A change was refused, or never sent.
   * @param {Change} change
   */
  drop({ as }) {
    this.#open.delete(as)
  }

  /** @param {Entry} entry that is no more */
  forget(entry) {
    for (const { as } of this.#of(entry)) this.#open.delete(as)
  }

  /**
   * An engine follows that is told what was answered, and what is seen to be made and was given up, as nobody sends that
   * again. The others come again, in their order.
   * @param {Entry} entry
   * @returns {Partial<Spec> | undefined} what it is told beyond the answers; undefined: all that was made
   */
  unmake(entry) {
    const open = this.#of(entry)
    const again = open.findIndex(({ lost }) => !lost)
    const told = again < 0 ? open : open.slice(0, again)
    const undone = open.some((change) => change.made && !told.includes(change))
    for (const change of open) {
      if (change.lost) this.#open.delete(change.as)
      else change.made = false
    }
    const kept = told.filter(({ made }) => made).map(({ changes }) => changes)
    return undone ? Object.assign({}, ...kept) : undefined
  }

  /** @param {Entry} entry */
  #of(entry) {
    return [...this.#open.values()].filter((change) => change.entry === entry)
  }
}
