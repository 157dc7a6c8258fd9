/**
 * Copies a market from the memory of an engine that has died into that of its successor, while writers in any thread may
 * still write to the old one. Both memories have the same layout, number by number. One record: record-copy.js.
 *
 * 1. The copy of a record takes over its version. So a record has moved in the old memory exactly if the versions
 *    differ, as long as nobody writes it in the new one; and who may write it there is said by the claim words:
 *
 *      old claim   0 free · CLAIMED a writer that is still here · HELD its records are being copied right now ·
 *                  MOVED it writes to the new memory, or what it left was taken over · TAKEN that is being done
 *      new claim   0 free · CLAIMED · RESERVED for the writer that has this place in the old memory
 *
 *    A writer moves by taking its old claim from CLAIMED to MOVED, copies what has moved of its own records, and only
 *    then writes to the new memory. The engine's side copies a writer's records only while it HOLDs the claim.
 * 2. Copied are slots that belong to the same symbol in both. A writer enters them as for a write (market-memory.js).
 * 3. Owners are taken over with the records, so that nobody else can claim them in between. They are let go when their
 *    writer has closed, has found no next memory, or has not come for so long that it is held for gone.
 * 4. An engine may die before it has copied what writers have written since its start. Therefore its successor looks at
 *    the memory before, too: a writer in there is awaited in all later memories, or has been taken care of.
 * 5. A writer copies while the new engine runs. All series of a symbol become readable when all are copied: a decision that
 *    reads several intervals would else find the next kline of one and not yet the last of another.
 */

import { KEY_SLOTS, SYMBOL_FREE } from './layout.js'
import { RecordCopy } from './record-copy.js'

const FREE = 0
export const CLAIMED = 1
export const MOVED = 2
export const HELD = 3
export const RESERVED = 4
const TAKEN = 5

/** The owner word while a record that nobody owns is being copied; no writer has this id. */
const COPIER = -2

/** @typedef {import('./record-copy.js').Views} Views */
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
  #later
  #record
  /** @type {Int32Array | undefined} versions of all records as they were copied last, since copyAll */
  #copied

  /**
   * @param {Views} from
   * @param {Views} to
   * @param {import('./layout.js').Layout} layout of both
   * @param {Views[]} [between] memories of engines that stood between the two and have died as well
   */
  constructor(from, to, layout, between = []) {
    this.#from = from
    this.#to = to
    this.#layout = layout
    this.#later = [...between, to]
    this.#record = new RecordCopy(from, to, layout)
  }

  /** What an engine held when it died is let go. Before anything is copied. */
  letGo() {
    const { layout, from } = this.#names()
    for (let i = 0; i < layout.maxWriters; i++) {
      const claim = this.#claim(i)
      Atomics.compareExchange(from.words, claim, HELD, CLAIMED)
      Atomics.compareExchange(from.words, claim, TAKEN, FREE)
    }
    this.#records((_, box) => {
      Atomics.compareExchange(from.words, box + layout.boxOwner / 4, COPIER, FREE)
    })
  }

  /**
   * Everything, before the new memory has writers or a reader.
   * @param {() => void} [onSymbol] one was copied: for all of them it may take seconds
   */
  copyAll(onSymbol) {
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
    const copied = new Int32Array(layout.maxSymbols * (1 + layout.intervalCount))
    this.#copied = copied
    const visit = (
      /** @type {number} */ record,
      /** @type {number} */ box,
      /** @type {() => void} */ copy,
    ) => {
      Atomics.store(to.words, box + layout.boxOwner / 4, Atomics.load(from.words, box + layout.boxOwner / 4))
      copied[record] = Atomics.load(from.words, box + layout.boxVersion / 4)
      copy()
    }
    this.#records(visit, undefined, onSymbol)
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
   * @param {boolean} [last] writers that are still there are held for gone: what they own may be anybody's
   * @returns {number} how many have not moved yet
   */
  copyAgain(last = false) {
    const { layout, from, to } = this.#names()
    let waiting = 0
    for (let i = 0; i < layout.maxWriters; i++) {
      const claim = this.#claim(i)
      const old = Atomics.compareExchange(from.words, claim, CLAIMED, HELD)
      if (old === CLAIMED) {
        const awaited = this.#isAwaited(claim)
        this.#copyHeld(i + 1, awaited, last)
        if (awaited && last) Atomics.store(to.words, claim, FREE)
        // By exchange: should this engine be held for dead and go on, its successor has let go of it already.
        Atomics.compareExchange(from.words, claim, HELD, CLAIMED)
        waiting++
      } else if (old === FREE && this.#isAwaited(claim)) {
        if (Atomics.compareExchange(from.words, claim, FREE, TAKEN) !== FREE) continue
        this.#copyHeld(i + 1, true, true)
        Atomics.store(to.words, claim, FREE)
        Atomics.compareExchange(from.words, claim, TAKEN, MOVED)
      }
    }
    this.#copyUnowned()
    return waiting
  }

  /**
   * What has moved of a writer's records, by the engine's side, which holds its claim.
   * @param {number} id of the owner in the old memory
   * @param {boolean} awaited in the new one nobody else has this id
   * @param {boolean} release the writer does not come
   */
  #copyHeld(id, awaited, release) {
    const { layout, from, to } = this.#names()
    const owner = layout.boxOwner / 4
    this.#records((_, box, copy) => {
      const before = Atomics.load(from.words, box + owner)
      if (awaited && Atomics.load(to.words, box + owner) === id) {
        // It may have let go of it: then it is the next one's, whose own copy comes.
        if ((before === id || before === FREE) && this.#moved(box)) copy()
        if (before !== id || release) Atomics.compareExchange(to.words, box + owner, id, FREE)
      } else if (before === id) {
        // Claimed in the old memory after everything was copied. Where somebody else has it now, that one's stays.
        if (Atomics.compareExchange(to.words, box + owner, FREE, COPIER) !== FREE) return
        if (this.#isNewer(box)) copy()
        Atomics.store(to.words, box + owner, awaited && !release ? id : FREE)
      }
    })
  }

  /**
   * What has moved of a writer's own records, by the writer, when it has moved.
   * @param {number} id in the old memory
   * @param {number} newId in the new one
   * @param {SymbolGuard} guard symbols may be removed meanwhile
   */
  copyOwned(id, newId, guard) {
    const { layout, from, to } = this.#names()
    const owner = layout.boxOwner / 4
    /** @type {(() => void)[]} of the symbol that is being visited */
    const copies = []
    /** @type {number[]} boxes that it has let go of in the old memory */
    const released = []
    const visit = (/** @type {number} */ _, /** @type {number} */ box, /** @type {() => void} */ copy) => {
      const before = Atomics.load(from.words, box + owner)
      const awaited = id === newId && Atomics.load(to.words, box + owner) === id
      if (awaited) {
        if ((before === id || before === FREE) && this.#moved(box)) copies.push(copy)
        if (before !== id) released.push(box)
      } else if (before === id && Atomics.compareExchange(to.words, box + owner, FREE, newId) === FREE) {
        if (this.#isNewer(box)) copies.push(copy)
      }
    }
    this.#records(visit, guard, (symbol) => {
      this.#record.together(symbol, () => {
        for (const copy of copies.splice(0)) copy()
      })
      for (const box of released.splice(0)) Atomics.compareExchange(to.words, box + owner, id, FREE)
    })
  }

  /** Records that were written and released since: a history load does that. */
  #copyUnowned() {
    const { layout, from, to } = this.#names()
    const owner = layout.boxOwner / 4
    const version = layout.boxVersion / 4
    const copied = this.#copied
    this.#records((record, box, copy) => {
      const now = Atomics.load(from.words, box + version)
      if (copied ? now === copied[record] : !this.#isNewer(box)) return
      if (Atomics.load(from.words, box + owner) !== FREE) return
      if (Atomics.compareExchange(to.words, box + owner, FREE, COPIER) !== FREE) return
      // Otherwise somebody has written it in the new memory, and that is newer.
      if (copied ? Atomics.load(to.words, box + version) === copied[record] : this.#isNewer(box)) copy()
      if (copied) copied[record] = now
      Atomics.store(to.words, box + owner, FREE)
    })
  }

  /**
   * Whether the writer at a place of the old memory has this place in the new one, and has not come yet.
   * @param {number} claim
   */
  #isAwaited(claim) {
    return this.#later.every(({ words }) => Atomics.load(words, claim) === RESERVED)
  }

  /** @param {number} box */
  #moved(box) {
    return this.#ahead(box) !== 0
  }

  /** @param {number} box */
  #isNewer(box) {
    return this.#ahead(box) > 0
  }

  /**
   * Writes by which the old memory's record is ahead.
   * @param {number} box
   */
  #ahead(box) {
    const version = box + this.#layout.boxVersion / 4
    return (Atomics.load(this.#from.words, version) - Atomics.load(this.#to.words, version)) | 0
  }

  /**
   * All records of symbols that both memories have.
   * @param {(record: number, box: number, copy: () => void) => void} visit
   * @param {SymbolGuard} [guard]
   * @param {(symbol: number) => void} [after] all of a symbol were visited
   */
  #records(visit, guard, after) {
    const { tickers, tickerStride, series, seriesStride, intervalCount, maxSymbols } = this.#layout
    const perSymbol = 1 + intervalCount
    // Whatever a memory's count of symbols says: when its engine has died nobody looks after it any more.
    for (let symbol = 0; symbol < maxSymbols; symbol++) {
      if (!this.#isSame(symbol)) continue
      if (guard && !guard.enter(symbol, this.#generation(this.#from, symbol) * KEY_SLOTS + symbol)) continue
      const ticker = (tickers + symbol * tickerStride) / 4
      visit(symbol * perSymbol, ticker, () => this.#record.ticker(symbol, ticker))
      for (let row = 0; row < intervalCount; row++) {
        const one = symbol * intervalCount + row
        const box = (series + one * seriesStride) / 4
        visit(symbol * perSymbol + 1 + row, box, () => this.#record.series(symbol, row, one, box))
      }
      after?.(symbol)
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

  /** @param {number} i */
  #claim(i) {
    const { writers, writerStride, writerClaim } = this.#layout
    return (writers + i * writerStride + writerClaim) / 4
  }

  #names() {
    return { layout: this.#layout, from: this.#from, to: this.#to }
  }
}
