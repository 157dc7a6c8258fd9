/**
 * What the client remembers of traders `on: 'close'`, so that after a restart no decision is lost and none comes
 * twice. A closed decision depends on stored klines alone: decided again, it comes out the same.
 *
 * 1. A checkpoint says up to which close each symbol was decided, and what matched then. All deltas that it includes
 *    have been folded before it comes.
 * 2. Since then it is noted per symbol which was the newest decision that changed something.
 * 3. A new engine starts from the checkpoint and decides everything after it again, in the same order. What was noted
 *    is passed over, symbol by symbol; what comes behind is new.
 *
 * Client's thread.
 */

/** @typedef {import('./signals.js').PackedDelta} PackedDelta */

/**
 * @typedef {object} Record
 * @property {Float64Array} decided close times by slot; shared by all traders of a timeline
 * @property {number[]} matches slots at the checkpoint
 * @property {Float64Array | undefined} entered when each symbol entered last, with a cooldown
 * @property {Map<number, number>} changed slot → time of its newest change since
 */

export class CloseLedger {
  /** @type {Map<number, Record>} by ref */
  #records = new Map()
  /** A new engine repeats itself: deltas are compared with what was noted. */
  #repeating = false

  /**
   * @param {number} ref
   * @param {Float64Array} decided
   * @param {number[]} matches
   * @param {Float64Array} [entered] a copy
   */
  checkpoint(ref, decided, matches, entered) {
    this.#records.set(ref, { decided, matches, entered, changed: new Map() })
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
      record.matches = record.matches.filter((one) => one !== slot)
      record.entered?.fill(Number.NEGATIVE_INFINITY, slot, slot + 1)
      record.decided[slot] = Number.NEGATIVE_INFINITY
      record.changed.delete(slot)
    }
  }

  /** A new engine takes over and will repeat what came after the checkpoints. */
  repeat() {
    this.#repeating = true
  }

  /** Checkpoints of the engine that runs now have come. */
  settled() {
    this.#repeating = false
  }

  /**
   * Where a new engine starts with a trader; undefined: it decides at once, on what is there.
   * @param {number} ref
   */
  start(ref) {
    const record = this.#records.get(ref)
    return record && { matches: record.matches, decided: record.decided, entered: record.entered }
  }

  /**
   * Takes note of a delta.
   * @param {number} ref
   * @param {PackedDelta} delta
   * @returns {PackedDelta | undefined} what of it is new, undefined if nothing is
   */
  note(ref, delta) {
    const record = this.#records.get(ref)
    if (!record) return delta
    if (delta.snapshot) {
      // Says what matches, and not since which close: nothing to start from until the next checkpoint.
      this.#records.delete(ref)
      return delta
    }
    const { time } = delta
    const isNew = (/** @type {number} */ slot) =>
      !(time <= (record.changed.get(slot) ?? Number.NEGATIVE_INFINITY))
    const fresh = this.#repeating ? only(delta, isNew) : delta
    for (const slot of fresh.entered) record.changed.set(slot, time)
    for (const slot of fresh.left) record.changed.set(slot, time)
    return fresh.entered.length + fresh.left.length > 0 ? fresh : undefined
  }
}

/**
 * @param {PackedDelta} delta
 * @param {(slot: number) => boolean} wanted
 * @returns {PackedDelta}
 */
function only(delta, wanted) {
  const rows = [...delta.entered.keys()].filter((row) => wanted(delta.entered[row]))
  const { columns, values } = delta
  return {
    ...delta,
    entered: rows.map((row) => delta.entered[row]),
    left: delta.left.filter(wanted),
    values: Float64Array.from(
      rows.flatMap((row) => [...values.subarray(row * columns, (row + 1) * columns)]),
    ),
  }
}
