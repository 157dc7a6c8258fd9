/**
 * Copies market records from the memory of an engine that has died into that of its successor, while writers in any
 * thread may still write to the old one. Both memories have the same layout, number by number.
 *
 * 1. A record is copied whole or again: its version (and a ring's count and revision) is looked at before the copy and,
 *    by a read-modify-write, after it.
 * 2. The copy takes over the version. So a record has moved in the old memory exactly if the versions differ, as long
 *    as nobody writes it in the new one; and who may write it there is said by the claim words:
 *
 *      old claim   0 free · CLAIMED a writer that is still here · HELD its records are being copied right now ·
 *                  MOVED it writes to the new memory
 *      new claim   0 free · CLAIMED · RESERVED for the writer that has this place in the old memory
 *
 *    A writer moves by taking its old claim from CLAIMED to MOVED, copies what has moved of its own records, and only
 *    then writes to the new memory. The engine's side copies a writer's records only while it HOLDs the claim.
 * 3. Copied are slots that belong to the same symbol in both. A writer enters them as for a write (market-memory.js).
 * 4. Owners are taken over with the records, so that nobody else can claim them in between.
 */

import { KEY_SLOTS, SYMBOL_FREE } from './layout.js'

const FREE = 0
export const CLAIMED = 1
export const MOVED = 2
export const HELD = 3
export const RESERVED = 4

/** The owner word while a record that nobody owns is being copied; no writer has this id. */
const COPIER = -2

const FRESH = 4
const SLOT = 3
const MARKED_SHIFT = 4

/** Looks at a record that is being written all the time; its writer moves by itself, and then it is whole. */
const TRIES = 200

/** @typedef {{ words: Int32Array, doubles: Float64Array }} Views */
/** @typedef {{ enter: (symbol: number, key: number) => boolean, leave: () => void }} SymbolGuard */

/**
 * @param {WebAssembly.Memory} memory
 * @returns {Views}
 */
export function viewsOf(memory) {
  return { words: new Int32Array(memory.buffer), doubles: new Float64Array(memory.buffer) }
}

export class MarketCopy {
  #from
  #to
  #layout
  #slot
  /** Versions of all records as they were copied last, in the order of #records. */
  #copied

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
    this.#copied = new Int32Array(layout.maxSymbols * (1 + layout.intervalCount))
  }

  /** Everything, before the new memory has writers or a reader. */
  copyAll() {
    const { layout, from, to } = this.#names()
    for (let i = 0; i < layout.maxWriters; i++) {
      const claim = this.#claim(i)
      if (Atomics.load(from.words, claim) !== FREE) Atomics.store(to.words, claim, RESERVED)
    }
    to.words[layout.debugEnabled / 4] = Atomics.load(from.words, layout.debugEnabled / 4)
    for (let symbol = 0; symbol < layout.maxSymbols; symbol++) {
      if (!this.#isSame(symbol)) continue
      this.#copyWords(layout.times + symbol * 4, 4)
      this.#copyWords(layout.lags + symbol * layout.lagStride, layout.lagStride)
    }
    this.#records((record, box, copy) => {
      Atomics.store(to.words, box + layout.boxOwner / 4, Atomics.load(from.words, box + layout.boxOwner / 4))
      this.#copied[record] = Atomics.load(from.words, box + layout.boxVersion / 4)
      copy()
    })
  }

  /**
   * Of tables that engines alone write.
   * @param {number} offset
   * @param {number} bytes
   */
  #copyWords(offset, bytes) {
    for (let at = offset / 4; at < (offset + bytes) / 4; at++) {
      this.#to.words[at] = Atomics.load(this.#from.words, at)
    }
  }

  /**
   * What the writers that are still in the old memory, or that have closed there, have written since.
   * @returns {number} how many have not moved yet
   */
  copyAgain() {
    const { layout, from, to } = this.#names()
    let waiting = 0
    for (let i = 0; i < layout.maxWriters; i++) {
      const claim = this.#claim(i)
      const old = Atomics.compareExchange(from.words, claim, CLAIMED, HELD)
      if (old === CLAIMED) {
        this.copyOwned(i + 1)
        Atomics.store(from.words, claim, CLAIMED)
        waiting++
      } else if (old === FREE && Atomics.load(to.words, claim) === RESERVED) {
        this.#copyReleased(i + 1)
        Atomics.store(to.words, claim, FREE)
      }
    }
    this.#copyUnowned()
    return waiting
  }

  /**
   * What has moved of one writer's records. The caller is that writer, or holds its claim.
   * @param {number} id of the owner, in both memories
   * @param {number} [newId] what the owner is called in the new one
   * @param {SymbolGuard} [guard] of a writer, whose symbols may be removed meanwhile
   */
  copyOwned(id, newId = id, guard = undefined) {
    const { layout, from, to } = this.#names()
    const owner = layout.boxOwner / 4
    this.#records((_, box, copy) => {
      if (Atomics.load(from.words, box + owner) !== id) return
      const before = Atomics.load(to.words, box + owner)
      // Claimed in the old memory after everything was copied, and by somebody else in the new one: that one stays.
      if (before !== id && before !== FREE) return
      if (before !== newId) Atomics.store(to.words, box + owner, newId)
      if (this.#moved(box)) copy()
    }, guard)
  }

  /**
   * The records of a writer that has closed in the old memory.
   * @param {number} id
   */
  #copyReleased(id) {
    const { layout, to } = this.#names()
    const owner = layout.boxOwner / 4
    this.#records((_, box, copy) => {
      if (Atomics.load(to.words, box + owner) !== id) return
      if (this.#moved(box)) copy()
      Atomics.compareExchange(to.words, box + owner, id, FREE)
    })
  }

  /** Records that were written and released since: a history load does that. */
  #copyUnowned() {
    const { layout, from, to } = this.#names()
    const owner = layout.boxOwner / 4
    const version = layout.boxVersion / 4
    this.#records((record, box, copy) => {
      const now = Atomics.load(from.words, box + version)
      if (now === this.#copied[record] || Atomics.load(from.words, box + owner) !== FREE) return
      if (Atomics.compareExchange(to.words, box + owner, FREE, COPIER) !== FREE) return
      // Otherwise somebody has written it in the new memory, and that is newer.
      if (Atomics.load(to.words, box + version) === this.#copied[record]) copy()
      this.#copied[record] = now
      Atomics.store(to.words, box + owner, FREE)
    })
  }

  /** @param {number} box */
  #moved(box) {
    const version = box + this.#layout.boxVersion / 4
    return Atomics.load(this.#from.words, version) !== Atomics.load(this.#to.words, version)
  }

  /**
   * All records of symbols that both memories have.
   * @param {(record: number, box: number, copy: () => void) => void} visit
   * @param {SymbolGuard} [guard]
   */
  #records(visit, guard) {
    const { tickers, tickerStride, series, seriesStride, intervalCount, symbolCount, maxSymbols } =
      this.#layout
    // The new engine's own count: nobody looks after the old words any more.
    const symbols = Math.min(Math.max(Atomics.load(this.#to.words, symbolCount / 4), 0), maxSymbols)
    const perSymbol = 1 + intervalCount
    for (let symbol = 0; symbol < symbols; symbol++) {
      if (!this.#isSame(symbol)) continue
      if (guard && !guard.enter(symbol, this.#generation(this.#from, symbol) * KEY_SLOTS + symbol)) continue
      const ticker = (tickers + symbol * tickerStride) / 4
      visit(symbol * perSymbol, ticker, () => this.#copyTicker(symbol, ticker))
      for (let row = 0; row < intervalCount; row++) {
        const one = symbol * intervalCount + row
        const box = (series + one * seriesStride) / 4
        visit(symbol * perSymbol + 1 + row, box, () => this.#copySeries(symbol, row, one, box))
      }
      guard?.leave()
    }
  }

  /**
   * Whether a slot belongs to the same symbol in both memories.
   * @param {number} symbol
   */
  #isSame(symbol) {
    const { layout, from, to } = this.#names()
    const state = (layout.symbols + symbol * layout.symbolStride + layout.symbolState) / 4
    if (Atomics.load(from.words, state) === SYMBOL_FREE) return false
    if (Atomics.load(to.words, state) === SYMBOL_FREE) return false
    return this.#generation(from, symbol) === this.#generation(to, symbol)
  }

  /**
   * @param {Views} views
   * @param {number} symbol
   */
  #generation({ words }, symbol) {
    const { symbols, symbolStride, symbolGeneration } = this.#layout
    return Atomics.load(words, (symbols + symbol * symbolStride + symbolGeneration) / 4)
  }

  /**
   * @param {number} symbol
   * @param {number} box
   */
  #copyTicker(symbol, box) {
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
  #copySeries(symbol, row, one, box) {
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
      if ((revisionBefore & 1) === 0) Atomics.store(to.words, revision, odd + 1)
      if (!Number.isNaN(this.#slot[0])) {
        this.#publish(box, layout.seriesBoxSlots, layout.klineSlotBytes, version)
      } else this.#setVersion(box, version)
      this.#mark(1 + row, symbol)
      return
    }
    Atomics.store(to.words, revision, odd + 1)
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
    const writer = box + layout.boxWriter / 4
    Atomics.store(to.words, box + layout.boxVersion / 4, version)
    const slots = Atomics.load(to.words, writer) & 15
    // Marked two lines further on; noted before, it is at worst a mark that the sweep repeats.
    Atomics.store(to.words, writer, slots | (version << MARKED_SHIFT))
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

  /** @param {number} i */
  #claim(i) {
    const { writers, writerStride, writerClaim } = this.#layout
    return (writers + i * writerStride + writerClaim) / 4
  }

  #names() {
    return { layout: this.#layout, from: this.#from, to: this.#to }
  }
}
