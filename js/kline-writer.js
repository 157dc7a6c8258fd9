/**
 * Writes klines: the live one into its mailbox, closed ones into the ring. Called by the thread of its
 * MarketWriter. Appending and live updates are the hot path and allocate nothing; corrections, filled gaps and
 * history loads rewrite a part of the ring and happen rarely.
 *
 * Invariants of a ring:
 * 1. Kline n, counted from the first that was ever closed, lies in entry n mod capacity. Kept are the newest
 *    min(closedCount, maxKlines); the one entry more is the one being written.
 * 2. Open times rise strictly. An append stores its entry first and closedCount after it.
 * 3. Whatever else changes the ring does so while `revision` is odd: readers leave an odd ring alone and
 *    rebuild what they had when it is another even number.
 *
 * The same rules in C++: src/market/writer.cpp.
 */

import { KEY_SLOTS } from './layout.js'
import { DAMAGED, DUPLICATE, INVALID, LATE, OWNED, REMOVED, STALE, WRITTEN } from './market-memory.js'

/**
 * One kline of one symbol and interval.
 * @typedef {object} Kline
 * @property {number} openTime ms since 1970
 * @property {number} open
 * @property {number} high at least `low`
 * @property {number} low
 * @property {number} close
 * @property {number} volume ≥ 0
 * @property {boolean} [closed] true once the kline is final; without it the kline is live
 */

/** In the order of a ring's columns, src/market/fields.def. */
export const KLINE_FIELDS = /** @type {const} */ (['openTime', 'open', 'high', 'low', 'close', 'volume'])
const COLUMNS = KLINE_FIELDS.length

export class KlineWriter {
  #memory
  /** Interval lengths in ms, by row. */
  #ms
  /** The kline being written, so that its doubles are handed on without being boxed. */
  #kline = new Float64Array(COLUMNS)
  #intervals
  #base
  #stride
  #slots8
  #slotDoubles
  #rings8
  #ring8
  #column8
  #capacity
  #closedCount
  #revision
  #historyCount
  #gaps
  #late
  #duplicates
  #dropped
  #corrections
  /** Closed klines that did not come one by one at the end of their ring, by series; moves with `revision`. */
  #loaded
  /**
   * Open times of the newest closed and of the live kline by series, NaN for none: what a live kline is compared
   * with. Right as long as this writer owns the series; looking them up in shared memory would touch two more
   * cache lines for each update.
   */
  #lastOpen
  #liveOpen

  /**
   * @param {import('./market-memory.js').MarketMemory} memory
   * @param {import('./layout.js').Interval[]} intervals
   */
  constructor(memory, intervals) {
    const { layout } = memory
    this.#memory = memory
    this.#ms = intervals.map((interval) => interval.ms)
    this.#intervals = intervals.length
    this.#base = layout.series / 4
    this.#stride = layout.seriesStride / 4
    this.#slots8 = layout.seriesBoxSlots / 8
    this.#slotDoubles = layout.klineSlotBytes / 8
    this.#rings8 = layout.rings / 8
    this.#ring8 = layout.ringStride / 8
    this.#column8 = layout.ringColumnBytes / 8
    this.#capacity = layout.ringCapacity
    this.#closedCount = layout.seriesClosedCount / 4
    this.#revision = layout.seriesRevision / 4
    this.#historyCount = layout.seriesHistoryCount / 4
    this.#gaps = layout.seriesGaps / 4
    this.#late = layout.seriesLate / 4
    this.#duplicates = layout.seriesDuplicates / 4
    this.#dropped = layout.seriesDropped / 4
    this.#corrections = layout.seriesCorrections / 4
    this.#loaded = layout.loaded / 4
    this.#lastOpen = new Float64Array(layout.maxSymbols * intervals.length)
    this.#liveOpen = new Float64Array(layout.maxSymbols * intervals.length)
  }

  /**
   * @param {number} key of a slot below maxSymbols
   * @param {number} row of the interval, from 0
   * @param {Kline} kline
   * @returns {number} WRITTEN, DUPLICATE, LATE, or why it was refused
   */
  write(key, row, kline) {
    const { openTime, open, high, low, close, volume, closed } = kline
    if (
      !(
        Number.isFinite(openTime) &&
        Number.isFinite(open) &&
        Number.isFinite(high) &&
        Number.isFinite(low) &&
        Number.isFinite(close) &&
        Number.isFinite(volume) &&
        volume >= 0 &&
        high >= low
      ) ||
      (closed !== undefined && closed !== true && closed !== false)
    ) {
      return INVALID
    }
    // Every field has been read: from here to `leave` nothing of the caller's runs, and nothing throws.
    const memory = this.#memory
    const symbol = key % KEY_SLOTS
    if (!memory.enter(symbol, key)) return REMOVED
    const series = symbol * this.#intervals + row
    const box = this.#base + series * this.#stride
    const mine = memory.privateSlot(box)
    let result = WRITTEN
    if (!memory.owns(box) && !this.claim(symbol, row)) {
      result = OWNED
    } else if (memory.words[box + this.#closedCount] < 0 || mine > 2) {
      result = DAMAGED
    } else if (closed === true) {
      const own = this.#kline
      own[0] = openTime
      own[1] = open
      own[2] = high
      own[3] = low
      own[4] = close
      own[5] = volume
      result = this.#writeClosed(symbol, row, box)
    } else if (openTime <= this.#lastOpen[series] || openTime < this.#liveOpen[series]) {
      // Comparisons with NaN are false: an empty series has nothing to be late against.
      memory.words[box + this.#late]++
      result = LATE
    } else {
      const live = this.#liveOpen[series]
      // Superseded without having been closed.
      if (live < openTime && !(live <= this.#lastOpen[series])) memory.words[box + this.#dropped]++
      this.#liveOpen[series] = openTime
      // Straight into the slot: live klines are the hottest path of all.
      const { doubles } = memory
      const to = box / 2 + this.#slots8 + mine * this.#slotDoubles
      doubles[to] = openTime
      doubles[to + 1] = open
      doubles[to + 2] = high
      doubles[to + 3] = low
      doubles[to + 4] = close
      doubles[to + 5] = volume
      memory.publish(box, mine)
    }
    if (result !== WRITTEN) {
      memory.leave()
      return result
    }
    // In one place for both kinds: V8 inlines it only once.
    memory.mark(1 + row, symbol)
    memory.leaveMarked()
    return WRITTEN
  }

  /**
   * Writes a kline that was made of the one that is being written, of the same symbol.
   * @param {number} row
   * @param {Kline} kline
   */
  writeMade(row, kline) {
    return this.write(this.#memory.inside, row, kline)
  }

  /**
   * Takes the series, and looks up what its live klines are compared with.
   * @param {number} symbol
   * @param {number} row
   */
  claim(symbol, row) {
    const box = this.box(symbol, row)
    if (!this.#memory.claim(box)) return false
    const series = symbol * this.#intervals + row
    this.#lastOpen[series] = this.#lastOpenTime(symbol, row, box)
    this.#liveOpen[series] = this.#liveOpenTime(box)
    return true
  }

  /**
   * @param {number} symbol
   * @param {number} row
   * @param {number} box
   */
  #writeClosed(symbol, row, box) {
    const { words, doubles } = this.#memory
    const openTime = this.#kline[0]
    const series = symbol * this.#intervals + row
    const last = this.#lastOpen[series]
    if (openTime <= last) return this.#rewrite(symbol, row, box)
    const count = words[box + this.#closedCount]
    const live = this.#liveOpen[series]
    if (live < openTime && !(live <= last)) words[box + this.#dropped]++
    this.#lastOpen[series] = openTime
    const to = this.ring(symbol, row) + (count % this.#capacity)
    for (let c = 0; c < COLUMNS; c++) doubles[to + c * this.#column8] = this.#kline[c]
    // The store publishes the entry: a reader that sees the count sees the kline.
    Atomics.store(words, box + this.#closedCount, count + 1)
    if (count > 0)
      words[box + this.#gaps] = this.#gapsAfter(symbol, row, box, count, this.#missing(row, last, openTime))
    this.#memory.bumpVersion(box)
    return WRITTEN
  }

  /**
   * Missing klines between kept ones, after the kline `count` came: what falls out of a full ring takes the gap
   * behind it along.
   * @param {number} symbol
   * @param {number} row
   * @param {number} box
   * @param {number} count
   * @param {number} more missing before the new kline
   */
  #gapsAfter(symbol, row, box, count, more) {
    const { words, doubles } = this.#memory
    const gone = count - (this.#capacity - 1)
    let gaps = words[box + this.#gaps] + more
    if (gone >= 0) {
      const ring = this.ring(symbol, row)
      const older = doubles[ring + (gone % this.#capacity)]
      gaps -= this.#missing(row, older, doubles[ring + ((gone + 1) % this.#capacity)])
    }
    return Math.min(Math.max(gaps, 0), 0x7fffffff)
  }

  /**
   * A closed kline that is not newer than the newest: a duplicate, a correction, or one that fills a gap.
   * @param {number} symbol
   * @param {number} row
   * @param {number} box
   */
  #rewrite(symbol, row, box) {
    const { words, doubles } = this.#memory
    const ring = this.ring(symbol, row)
    const capacity = this.#capacity
    const count = words[box + this.#closedCount]
    const n = this.#search(ring, count, this.#kline[0])
    if (n < 0) return STALE
    const at = ring + (n % capacity)
    if (doubles[at] === this.#kline[0]) {
      if (this.#equals(at)) {
        words[box + this.#duplicates]++
        return DUPLICATE
      }
      this.beginRewrite(box)
      for (let c = 0; c < COLUMNS; c++) doubles[at + c * this.#column8] = this.#kline[c]
      this.endRewrite(box)
      words[box + this.#corrections]++
    } else {
      this.beginRewrite(box)
      // The spare entry takes the newest kline; if the ring was full, the oldest one is the new spare.
      for (let k = count; k > n; k--) this.#copyEntry(ring + ((k - 1) % capacity), ring + (k % capacity))
      for (let c = 0; c < COLUMNS; c++) doubles[at + c * this.#column8] = this.#kline[c]
      words[box + this.#gaps] = this.countGaps(row, ring, count + 1)
      words[this.#loaded + symbol * this.#intervals + row]++
      Atomics.store(words, box + this.#closedCount, count + 1)
      this.endRewrite(box)
    }
    this.#memory.bumpVersion(box)
    return WRITTEN
  }

  /**
   * The number of the kline with this open time, or of the first newer one; -1 if the time is before all.
   * @param {number} ring
   * @param {number} count
   * @param {number} openTime not newer than the newest
   */
  #search(ring, count, openTime) {
    const { doubles } = this.#memory
    let low = this.oldest(count)
    if (openTime < doubles[ring + (low % this.#capacity)]) return -1
    let high = count - 1
    while (low < high) {
      // Not half of their sum: a count that was written over may be as large as a word can be.
      const middle = low + ((high - low) >> 1)
      if (doubles[ring + (middle % this.#capacity)] < openTime) low = middle + 1
      else high = middle
    }
    return low
  }

  /** @param {number} at doubles index of an entry's first column */
  #equals(at) {
    const { doubles } = this.#memory
    for (let c = 0; c < COLUMNS; c++) {
      if (doubles[at + c * this.#column8] !== this.#kline[c]) return false
    }
    return true
  }

  /**
   * @param {number} from
   * @param {number} to
   */
  #copyEntry(from, to) {
    const { doubles } = this.#memory
    for (let c = 0; c < COLUMNS; c++) doubles[to + c * this.#column8] = doubles[from + c * this.#column8]
  }

  /**
   * Makes the revision odd, and keeps the stores that follow behind it.
   * @param {number} box
   */
  beginRewrite(box) {
    const { words } = this.#memory
    // Odd in any case: a writer that died in a rewrite left it odd.
    Atomics.store(words, box + this.#revision, (words[box + this.#revision] + 1) | 1)
    // A store alone lets later plain stores overtake it on ARM; an atomic load after it does not.
    Atomics.load(words, box + this.#revision)
  }

  /** @param {number} box */
  endRewrite(box) {
    const { words } = this.#memory
    Atomics.store(words, box + this.#revision, words[box + this.#revision] + 1)
  }

  /**
   * Replaces a ring's contents by rows of KLINE_FIELDS, oldest first, and publishes. For history loads.
   * @param {number} symbol
   * @param {number} row
   * @param {readonly ArrayLike<number>[]} columns in KLINE_FIELDS order, at most maxKlines long
   * @param {number} count the new closedCount
   */
  replace(symbol, row, columns, count) {
    const { words, doubles } = this.#memory
    const box = this.box(symbol, row)
    const ring = this.ring(symbol, row)
    const kept = columns[0].length
    this.beginRewrite(box)
    for (let i = 0; i < kept; i++) {
      const at = ring + ((count - kept + i) % this.#capacity)
      for (let c = 0; c < COLUMNS; c++) doubles[at + c * this.#column8] = columns[c][i]
    }
    words[box + this.#gaps] = this.countGaps(row, ring, count)
    words[box + this.#historyCount] = count
    words[this.#loaded + symbol * this.#intervals + row] += count - words[box + this.#closedCount]
    Atomics.store(words, box + this.#closedCount, count)
    this.endRewrite(box)
    this.#lastOpen[symbol * this.#intervals + row] = this.#lastOpenTime(symbol, row, box)
    this.#memory.bumpVersion(box)
    this.#memory.mark(1 + row, symbol)
  }

  /**
   * Copies what a ring keeps, oldest first. Only the ring's owner may trust it: nobody else writes then.
   * @param {number} symbol
   * @param {number} row
   */
  kept(symbol, row) {
    const { words, doubles } = this.#memory
    const ring = this.ring(symbol, row)
    const count = words[this.box(symbol, row) + this.#closedCount]
    const first = this.oldest(count)
    const columns = KLINE_FIELDS.map(() => new Float64Array(count - first))
    for (let n = first; n < count; n++) {
      const at = ring + (n % this.#capacity)
      for (let c = 0; c < COLUMNS; c++) columns[c][n - first] = doubles[at + c * this.#column8]
    }
    return { count, columns }
  }

  /**
   * Visits the kept klines from an open time on, oldest first. For the ring's owner.
   * @param {number} symbol
   * @param {number} row
   * @param {number} openTime
   * @param {(openTime: number, open: number, high: number, low: number, close: number, volume: number) => void} visit
   */
  forEachFrom(symbol, row, openTime, visit) {
    const { words, doubles } = this.#memory
    const ring = this.ring(symbol, row)
    const count = words[this.box(symbol, row) + this.#closedCount]
    const column = this.#column8
    const found = count === 0 ? 0 : this.#search(ring, count, openTime)
    for (let n = found < 0 ? this.oldest(count) : found; n < count; n++) {
      const at = ring + (n % this.#capacity)
      if (doubles[at] < openTime) continue
      visit(
        doubles[at],
        doubles[at + column],
        doubles[at + 2 * column],
        doubles[at + 3 * column],
        doubles[at + 4 * column],
        doubles[at + 5 * column],
      )
    }
  }

  /**
   * @param {number} row
   * @param {number} ring
   * @param {number} count
   */
  countGaps(row, ring, count) {
    const { doubles } = this.#memory
    let gaps = 0
    for (let n = this.oldest(count) + 1; n < count; n++) {
      const before = doubles[ring + ((n - 1) % this.#capacity)]
      gaps += this.#missing(row, before, doubles[ring + (n % this.#capacity)])
    }
    return gaps
  }

  /**
   * Number of klines that are missing between two open times.
   * @param {number} row
   * @param {number} older
   * @param {number} newer
   */
  #missing(row, older, newer) {
    return Math.min(Math.max(0, Math.round((newer - older) / this.#ms[row]) - 1), 0x7fffffff)
  }

  /**
   * Open time of the newest closed kline, NaN if there is none.
   * @param {number} symbol
   * @param {number} row
   * @param {number} box
   */
  #lastOpenTime(symbol, row, box) {
    const count = this.#memory.words[box + this.#closedCount]
    if (count === 0) return Number.NaN
    return this.#memory.doubles[this.ring(symbol, row) + ((count - 1) % this.#capacity)]
  }

  /** @param {number} box */
  #liveOpenTime(box) {
    const published = this.#memory.publishedSlot(box)
    return this.#memory.doubles[box / 2 + this.#slots8 + published * this.#slotDoubles]
  }

  /** @param {number} count */
  oldest(count) {
    return Math.max(0, count - (this.#capacity - 1))
  }

  /**
   * Word index of a series' mailbox.
   * @param {number} symbol
   * @param {number} row
   */
  box(symbol, row) {
    return this.#base + (symbol * this.#intervals + row) * this.#stride
  }

  /**
   * Doubles index of a ring's first column.
   * @param {number} symbol
   * @param {number} row
   */
  ring(symbol, row) {
    return this.#rings8 + (symbol * this.#intervals + row) * this.#ring8
  }
}
