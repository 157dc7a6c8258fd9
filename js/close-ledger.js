/**
 * What the client remembers of traders `on: 'close'`, so that after a restart no decision is lost and none comes
 * twice.
 *
 * 1. A checkpoint says up to which close each symbol was decided. All deltas that it includes have been folded before
 *    it comes.
 * 2. Since then it is noted per symbol which was the newest decision that changed something: up to there, the matches
 *    that the client has are decided.
 * 3. A new engine starts from these matches, and decides for each trader and symbol the closes after both. So whatever
 *    it says is a change against what the client has, also where the rings keep less than came since the checkpoint.
 *
 * Client's thread.
 */

/** @typedef {import('./signals.js').PackedDelta} PackedDelta */

/**
 * @typedef {object} Record
 * @property {Float64Array} decided close times by slot; shared by all traders of a timeline
 * @property {Map<number, number>} changed slot → time of its newest change since
 */

export class CloseLedger {
  /** @type {Map<number, Record>} by ref */
  #records = new Map()

  /**
   * @param {number} ref
   * @param {Float64Array} decided
   */
  checkpoint(ref, decided) {
    // It may have come behind changes that it does not include: an answer waits for those before it.
    const changed = new Map(this.#records.get(ref)?.changed)
    for (const [slot, time] of changed) if (!(time > decided[slot])) changed.delete(slot)
    this.#records.set(ref, { decided, changed })
  }

  /** @param {number} ref */
  forget(ref) {
    this.#records.delete(ref)
  }

  /**
   * Nothing of a removed symbol stays: its slot may belong to another one soon, which is decided on what is there.
   * @param {number} slot
   */
  forgetSlot(slot) {
    for (const record of this.#records.values()) {
      record.decided[slot] = Number.NEGATIVE_INFINITY
      record.changed.delete(slot)
    }
  }

  /**
   * Where a new engine starts with a trader; undefined: it decides at once, on what is there.
   * @param {number} ref
   * @returns {{ decided: Float64Array, told: number[] } | undefined} told: slots, then the times of their newest changes
   */
  start(ref) {
    const record = this.#records.get(ref)
    if (!record) return undefined
    return { decided: record.decided, told: [...record.changed.keys(), ...record.changed.values()] }
  }

  /**
   * Slots of which the newest change came after the checkpoint.
   * @param {number} ref
   * @returns {Iterable<number>}
   */
  since(ref) {
    return this.#records.get(ref)?.changed.keys() ?? []
  }

  /**
   * Takes note of a delta that is folded. A snapshot says what matches, and not since which close; but where nothing was
   * lost it differs from the matches only if it is the trader's first delta, and then its time is that of the close.
   * @param {number} ref
   * @param {PackedDelta} delta
   * @param {number[] | undefined} matches until now, slots, for a snapshot; undefined: deltas were lost
   */
  note(ref, { snapshot, time, entered, left }, matches) {
    const record = this.#records.get(ref)
    if (!record) return
    if (snapshot && !matches) {
      // Nothing to start from until the next checkpoint.
      this.#records.delete(ref)
      return
    }
    const changed = snapshot ? difference(/** @type {number[]} */ (matches), entered) : [...entered, ...left]
    for (const slot of changed) record.changed.set(slot, time)
  }
}

/**
 * What is in one of the two lists.
 * @param {Iterable<number>} before
 * @param {Iterable<number>} after
 */
function difference(before, after) {
  const either = new Set(before)
  for (const slot of after) if (!either.delete(slot)) either.add(slot)
  return either
}
