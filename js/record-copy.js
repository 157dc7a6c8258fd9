/**
 * Copies one market record from the memory of an engine that has died into that of its successor, while its writer may
 * still write it there. Who may copy what, and when, is market-copy.js's business.
 *
 * 1. A record is copied whole or again: its version (and a ring's count and revision) is looked at before the copy and,
 *    by a read-modify-write, after it.
 * 2. The copy takes over the version, is published as a writer publishes, and is marked.
 * 3. A series is odd, so that nobody reads it, from the first to the last store of its copy, or of all in one `together`.
 */

const FRESH = 4
const SLOT = 3

/** Looks at a record that is being written all the time; its writer moves by itself, and then it is whole. */
const TRIES = 200

/** @typedef {{ words: Int32Array, doubles: Float64Array }} Views */

export class RecordCopy {
  #from
  #to
  #layout
  #slot
  /** @type {{ revision: number, row: number }[] | undefined} series that stay odd until all of their symbol are copied */
  #hidden

  /**
   * @param {Views} from
   * @param {Views} to
   * @param {import('./layout.js').Layout} layout of both
   */
  constructor(from, to, layout) {
    this.#from = from
    this.#to = to
    this.#layout = layout
    this.#slot = new Float64Array(Math.max(layout.tickerSlotBytes, layout.klineSlotBytes) / 8)
  }

  /**
   * @param {number} symbol
   * @param {number} box
   */
  ticker(symbol, box) {
    const { boxSlots, tickerSlotBytes } = this.#layout
    for (let tries = 0; tries < TRIES; tries++) {
      const version = this.#readSlot(box, boxSlots, tickerSlotBytes)
      if (Atomics.add(this.#from.words, box + this.#layout.boxVersion / 4, 0) !== version) continue
      if (version !== 0) this.#publish(box, boxSlots, tickerSlotBytes, version)
      this.#mark(0, symbol)
      return
    }
  }

  /**
   * @param {number} symbol
   * @param {number} row
   * @param {number} one index of the series
   * @param {number} box
   */
  series(symbol, row, one, box) {
    const { layout, from, to } = this.#names()
    const count = box + layout.seriesClosedCount / 4
    const revision = box + layout.seriesRevision / 4
    const ring = (layout.rings + one * layout.ringStride) / 8
    const odd = (Atomics.load(to.words, revision) + 1) | 1
    Atomics.store(to.words, revision, odd)
    Atomics.load(to.words, revision)
    for (let tries = 0; tries < TRIES; tries++) {
      const revisionBefore = Atomics.load(from.words, revision)
      const countBefore = Atomics.load(from.words, count)
      const version = this.#readSlot(box, layout.seriesBoxSlots, layout.klineSlotBytes)
      const bytes = layout.ringStride / 8
      to.doubles.set(from.doubles.subarray(ring, ring + bytes), ring)
      const whole =
        Atomics.add(from.words, box + layout.boxVersion / 4, 0) === version &&
        Atomics.add(from.words, count, 0) === countBefore &&
        Atomics.add(from.words, revision, 0) === revisionBefore
      if (!whole || (revisionBefore & 1 && tries + 1 < TRIES)) continue
      this.#copyCounters(box, one)
      Atomics.store(to.words, count, countBefore)
      // A ring whose writer died in a rewrite stays what it is: half rewritten.
      if ((revisionBefore & 1) === 0) this.#readable(revision, row)
      if (!Number.isNaN(this.#slot[0])) {
        this.#publish(box, layout.seriesBoxSlots, layout.klineSlotBytes, version)
      } else this.#setVersion(box, version)
      this.#mark(1 + row, symbol)
      return
    }
    this.#readable(revision, row)
  }

  /**
   * Series that are copied in `copy` can be read when all of them are there.
   * @param {number} symbol whose they are
   * @param {() => void} copy
   */
  together(symbol, copy) {
    /** @type {{ revision: number, row: number }[]} */
    const hidden = []
    this.#hidden = hidden
    copy()
    this.#hidden = undefined
    for (const { revision, row } of hidden) {
      this.#readable(revision, row)
      this.#mark(1 + row, symbol)
    }
  }

  /**
   * @param {number} revision its word, odd
   * @param {number} row
   */
  #readable(revision, row) {
    if (this.#hidden) this.#hidden.push({ revision, row })
    else Atomics.add(this.#to.words, revision, 1)
  }

  /**
   * @param {number} box
   * @param {number} one index of the series
   */
  #copyCounters(box, one) {
    const { layout, from, to } = this.#names()
    const { seriesHistoryCount, seriesGaps, seriesLate, seriesDuplicates, seriesDropped, seriesCorrections } =
      layout
    for (const offset of [
      seriesHistoryCount,
      seriesGaps,
      seriesLate,
      seriesDuplicates,
      seriesDropped,
      seriesCorrections,
    ]) {
      Atomics.store(to.words, box + offset / 4, Atomics.load(from.words, box + offset / 4))
    }
    const loaded = layout.loaded / 4 + one
    Atomics.store(to.words, loaded, Atomics.load(from.words, loaded))
  }

  /**
   * Copies the slot that was published last into #slot.
   * @param {number} box
   * @param {number} slots byte offset of the first one
   * @param {number} bytes of one
   * @returns {number} the version before
   */
  #readSlot(box, slots, bytes) {
    const { layout, from } = this.#names()
    const version = Atomics.load(from.words, box + layout.boxVersion / 4)
    const published = (Atomics.load(from.words, box + layout.boxWriter / 4) >> 2) & SLOT
    const at = box / 2 + slots / 8 + Math.min(published, 2) * (bytes / 8)
    for (let i = 0; i < bytes / 8; i++) this.#slot[i] = from.doubles[at + i]
    return version
  }

  /**
   * Hands #slot over to the new engine, as a writer does (market-memory.js).
   * @param {number} box
   * @param {number} slots
   * @param {number} bytes
   * @param {number} version
   */
  #publish(box, slots, bytes, version) {
    const { layout, to } = this.#names()
    const writer = box + layout.boxWriter / 4
    const mine = Math.min(to.words[writer] & SLOT, 2)
    const at = box / 2 + slots / 8 + mine * (bytes / 8)
    for (let i = 0; i < bytes / 8; i++) to.doubles[at + i] = this.#slot[i]
    const middle = Atomics.exchange(to.words, box + layout.boxState / 4, mine | FRESH)
    Atomics.store(to.words, writer, (middle & SLOT) | (mine << 2))
    this.#setVersion(box, version)
  }

  /**
   * @param {number} box
   * @param {number} version
   */
  #setVersion(box, version) {
    const { layout, to } = this.#names()
    // Marked two lines further on; if the sweep looks before that, it is at worst a mark that it repeats.
    Atomics.store(to.words, box + layout.boxVersion / 4, version)
  }

  /**
   * In both buffers: then it does not matter which one is active.
   * @param {number} row
   * @param {number} symbol
   */
  #mark(row, symbol) {
    const { layout, to } = this.#names()
    const word = layout.dirty / 4 + row * layout.rowWords + (symbol >>> 5)
    Atomics.or(to.words, word, 1 << (symbol & 31))
    Atomics.or(to.words, word + layout.rowCount * layout.rowWords, 1 << (symbol & 31))
    const idle = layout.idle / 4
    if (Atomics.exchange(to.words, idle, 0) === 1) Atomics.notify(to.words, idle)
  }

  #names() {
    return { layout: this.#layout, from: this.#from, to: this.#to }
  }
}
