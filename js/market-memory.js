/**
 * One writer's view of the shared market memory: the bases of the tables, the claim on records, the hand-over
 * of a mailbox, and the dirty mark. Each MarketWriter has its own; its thread alone calls it.
 *
 * Order of every write, on which everything rests:  data ► publication ► dirty bit ► wake-up
 *
 * 1. Words that another thread looks at go through Int32Array Atomics (a Uint32Array costs twice as much), each of
 *    which is a call of 5 to 12 ns, locked or not: an access is atomic where the order needs it. Plain are the reads of
 *    words that this writer alone stores, and those accesses that say here why they may be.
 * 2. `mark` reads the epoch again after setting its bit, and sets the other buffer's bit too if it moved:
 *    otherwise a bit could land in a buffer that was drained already.
 * 3. The record of one symbol has one writer, named by its owner word.
 * 4. A record is touched only between `enter` and `leave`, so that a removed symbol's slot is given to another one
 *    when no write can still be under way (src/market/symbol_table.h has the argument). Between them the sweep trusts
 *    no version either: its bit may not be set yet (src/scan/sweep.h).
 * 5. When the engine has died and the next one stands, the writer moves to its memory at the end of a write, and
 *    takes along what it wrote to the old one last (market-copy.js): nothing is lost, nobody has to tell it.
 */

import { TickscanError } from './errors.js'
import { KEY_SLOTS, SYMBOL_FREE } from './layout.js'
import { CLAIMED, HELD, MarketCopy, MOVED, RESERVED, viewsOf } from './market-copy.js'
import { nextHandle, SUCCEEDED } from './successor.js'

/** What a write came to. Numbers, because the hot path must not allocate. */
export const WRITTEN = 0
/** A closed kline that is known with equal values; counted. */
export const DUPLICATE = 1
/** An unclosed kline for a closed or older open time; counted. */
export const LATE = 2
/** From here on the write was refused. */
export const STALE = 3
export const OWNED = 4
export const INVALID = 5
export const DAMAGED = 6
/** The key's symbol was removed. */
export const REMOVED = 7

const FRESH = 4
const SLOT = 3
/** Values of `inside` when nothing is being written. */
const OUTSIDE = -1
const CLOSED = -2

/** Looks of whoever must leave at a claim that the engine's side holds while it copies: far more than that takes. */
const CLAIM_LOOKS = 50_000_000

export class MarketMemory {
  // Immutable after construction. Bases and strides count 32-bit words unless named …8 (doubles).
  /** @type {Int32Array} */ words
  /** @type {Float64Array} */ doubles
  /** @type {import('./layout.js').Layout} */ layout
  /** @type {import('./layout.js').MarketHandle} */ #handle
  /** @type {() => void} */ #onWake
  #epoch
  #idle
  #dirty
  #bufferWords
  #rowWords
  #state
  #writer
  #version
  #owner
  #claimAt = 0
  #writing = 0
  #symbols
  #symbolWords
  #symbolState
  #retired
  #debugEnabled
  #updates = 0
  #rejected = 0

  /** Key of the symbol that is being written, below 0 outside. A write may stand inside another of the same symbol. */
  inside = OUTSIDE
  /** What `inside` is between writes. */
  #outside = OUTSIDE
  #depth = 0

  /** This writer's id in owner words: 1 and up, -1 once closed. */
  id = -1

  /** The engine was replaced more often than the handle has memories for; the writer is closed. */
  orphaned = false

  /**
   * @param {import('./layout.js').MarketHandle} handle checked
   * @param {() => void} onWake called after an idle engine was notified
   */
  constructor(handle, onWake) {
    const layout = handle.layout
    this.#handle = handle
    this.#retired = layout.retired / 4
    this.words = new Int32Array(handle.memory.buffer)
    this.doubles = new Float64Array(handle.memory.buffer)
    this.layout = layout
    this.#onWake = onWake
    this.#epoch = layout.epoch / 4
    this.#idle = layout.idle / 4
    this.#dirty = layout.dirty / 4
    this.#rowWords = layout.rowWords
    this.#bufferWords = layout.rowCount * layout.rowWords
    this.#debugEnabled = layout.debugEnabled / 4
    this.#state = layout.boxState / 4
    this.#writer = layout.boxWriter / 4
    this.#version = layout.boxVersion / 4
    this.#owner = layout.boxOwner / 4
    this.#symbols = (layout.symbols + layout.symbolGeneration) / 4
    this.#symbolWords = layout.symbolStride / 4
    this.#symbolState = (layout.symbolState - layout.symbolGeneration) / 4
    this.#register()
    this.follow()
  }

  /** The handle of the memory that is written to now. */
  get handle() {
    return this.#handle
  }

  /** Moves to the next engine's memory, if it can by now: otherwise one more write goes into this one. */
  keepUp() {
    if (this.words[this.#retired] >= SUCCEEDED) this.follow(true)
  }

  /**
   * Moves to the next engine's memory if there is one; and on, if that one has ended too.
   * @param {boolean} [stays] where there is no next one, or no place in it; without it that is the writer's end
   */
  follow(stays = false) {
    while (this.id > 0 && Atomics.load(this.words, this.#retired) >= SUCCEEDED) {
      const next = nextHandle(this.#handle)
      if (!next) {
        if (stays) return
        // What it wrote last is taken over, and then its records may be anybody's: perhaps its own again, as another.
        if (!this.#leave(0, 1)) return
        this.orphaned = true
        this.#close()
        return
      }
      // The memory has grown in another thread; where that is not seen yet, it will be at the next write.
      if (next.memory.buffer.byteLength < this.layout.descriptor + this.layout.regionBytes) return
      // While its records are being copied it writes on: it is met again.
      if (!this.moveTo(next, 1, stays)) return
    }
  }

  /**
   * Goes on in another memory of the same layout, with the same records.
   * @param {import('./layout.js').MarketHandle} next
   * @param {number} [looks] at a claim that is held
   * @param {boolean} [stays] where there is no place; without it that is the writer's end
   * @returns {boolean} false if the engine's side holds the claim, or it stays; later, then
   */
  moveTo(next, looks = CLAIM_LOOKS, stays = false) {
    if (!this.#leave(MOVED, looks)) return false
    const before = this.#handle
    const from = { words: this.words, doubles: this.doubles }
    const to = viewsOf(next.memory)
    const { id } = this
    const counters = [from.words[this.#updates], from.words[this.#rejected]]
    this.#handle = next
    this.words = to.words
    this.doubles = to.doubles
    if (
      Atomics.compareExchange(to.words, this.#claimAt, RESERVED, CLAIMED) !== RESERVED &&
      !this.#takePlace()
    ) {
      // For a while what it wrote last is copied as if it were still there.
      Atomics.store(from.words, this.#claimAt, CLAIMED)
      // There, too, it says that its write has ended: in the next memory its place is another's.
      this.words = from.words
      this.doubles = from.doubles
      if (stays) {
        this.#handle = before
        return false
      }
      this.orphaned = true
      this.#close()
      return true
    }
    to.words[this.#updates] = counters[0]
    to.words[this.#rejected] = counters[1]
    // A write may be under way. It was entered in the old memory: it goes on in the new one if it may.
    const { inside } = this
    const depth = this.#depth
    this.inside = OUTSIDE
    this.#depth = 0
    new MarketCopy(from, to, this.layout).copyOwned(id, this.id, this)
    if (inside >= 0) this.enter(inside % KEY_SLOTS, inside)
    this.#depth = depth
    return true
  }

  /**
   * Takes the claim away, unless the engine's side holds it for a moment.
   * @param {number} then
   * @param {number} looks
   */
  #leave(then, looks) {
    for (let look = 0; look < looks; look++) {
      const before = Atomics.compareExchange(this.words, this.#claimAt, CLAIMED, then)
      if (before !== HELD) return true
    }
    return false
  }

  /** @throws {TickscanError} E_LIMIT */
  #register() {
    if (this.#takePlace()) return
    const { maxWriters } = this.layout
    throw new TickscanError('E_LIMIT', `all ${maxWriters} writers of this scanner are in use`, {
      expected: `at most ${maxWriters} writers at a time`,
      hint: 'close() writers that are no longer needed',
      details: { limit: maxWriters },
    })
  }

  /**
   * Takes the first free writer record.
   * @returns {boolean} false: there is none
   */
  #takePlace() {
    const { writers, writerStride, writerClaim, writerUpdates, writerRejected } = this.layout
    const { writerWriting, maxWriters } = this.layout
    for (let i = 0; i < maxWriters; i++) {
      const record = writers + i * writerStride
      if (Atomics.compareExchange(this.words, (record + writerClaim) / 4, 0, CLAIMED) !== 0) continue
      this.id = i + 1
      this.#claimAt = (record + writerClaim) / 4
      this.#updates = (record + writerUpdates) / 4
      this.#rejected = (record + writerRejected) / 4
      this.#writing = (record + writerWriting) / 4
      return true
    }
    return false
  }

  /** Gives the writer record back. Its records must have been released. */
  unregister() {
    if (this.id < 0) return
    this.#close()
    this.#leave(0, CLAIM_LOOKS)
  }

  /** No write begins any more. */
  #close() {
    this.id = -1
    this.#outside = CLOSED
    if (this.inside === OUTSIDE) this.inside = CLOSED
  }

  /**
   * Says which slot is about to be written, then looks whether the key is still the slot's. In this order, and both
   * atomic: either the look sees that the symbol was removed, or the removal sees that somebody writes.
   * @param {number} symbol slot, below maxSymbols
   * @param {number} key
   * @returns {boolean} true: write, then `leave`
   */
  enter(symbol, key) {
    if (this.inside !== OUTSIDE) return this.#enterAgain(key)
    const { words } = this
    const record = this.#symbols + symbol * this.#symbolWords
    Atomics.store(words, this.#writing, symbol + 1)
    const generation = Atomics.load(words, record)
    // A slot that was never used has the generation of its first key. Plain: it is used before anybody has that key.
    if (generation * KEY_SLOTS + symbol === key && words[record + this.#symbolState] !== SYMBOL_FREE) {
      this.inside = key
      return true
    }
    Atomics.store(words, this.#writing, 0)
    return false
  }

  /** @param {number} key */
  #enterAgain(key) {
    if (this.inside !== key) return false
    this.#depth++
    return true
  }

  /** The write has ended: everything that it stored comes before. */
  leave() {
    if (this.#depth > 0) {
      this.#depth--
      return
    }
    this.inside = this.#outside
    Atomics.store(this.words, this.#writing, 0)
  }

  /**
   * The same for a write that has ended with `mark`. A plain store: whatever was stored in the record comes before the
   * atomic `or` of the mark, that before the atomic load of the epoch, and that before this.
   */
  leaveMarked() {
    if (this.#depth > 0) {
      this.#depth--
      return
    }
    this.inside = this.#outside
    this.words[this.#writing] = 0
  }

  /**
   * True if this writer owns the record, which it does from its first write on.
   * @param {number} box word index of the record's mailbox
   */
  claim(box) {
    const owner = box + this.#owner
    const { words, id } = this
    // Plain: only this writer ever stores its own id.
    if (words[owner] === id) return true
    // The exchange also makes the previous owner's last stores visible here.
    return id > 0 && Atomics.compareExchange(words, owner, 0, id) === 0
  }

  /** @param {number} box */
  owns(box) {
    return this.words[box + this.#owner] === this.id
  }

  /** @param {number} box */
  release(box) {
    if (this.id > 0) Atomics.compareExchange(this.words, box + this.#owner, this.id, 0)
  }

  /**
   * The slot to fill, 0 to 2; 3 if the record is damaged.
   * @param {number} box
   */
  privateSlot(box) {
    return this.words[box + this.#writer] & SLOT
  }

  /**
   * The slot that was published last. Nobody writes it before it has come back to this writer, so it may be read.
   * @param {number} box
   */
  publishedSlot(box) {
    return (this.words[box + this.#writer] >> 2) & SLOT
  }

  /**
   * Hands the filled private slot over. The exchange is the one moment at which the reader gets the whole record.
   * @param {number} box
   * @param {number} mine the private slot
   */
  publish(box, mine) {
    const { words } = this
    const middle = Atomics.exchange(words, box + this.#state, mine | FRESH)
    words[box + this.#writer] = (middle & SLOT) | (mine << 2)
    this.bumpVersion(box)
  }

  /**
   * Counts a change of the record: the version is the truth of which the dirty bit is the hint. A plain store (an
   * atomic one costs a tenth of a write): only this writer stores it, and the atomic `or` of the dirty bit, which
   * comes next, keeps it in front of the bit.
   * @param {number} box
   */
  bumpVersion(box) {
    this.words[box + this.#version]++
  }

  /**
   * Marks a record as changed, after its data was published. Stores nothing in the record.
   * @param {number} row 0 the ticker, 1 + i the i-th interval
   * @param {number} symbol slot
   */
  mark(row, symbol) {
    const { words } = this
    const bit = 1 << (symbol & 31)
    const word = this.#dirty + row * this.#rowWords + (symbol >>> 5)
    // Plain, so it may be an epoch that is over: then the second look says so (the model's first look is any epoch).
    const epoch = words[this.#epoch]
    Atomics.or(words, word + (epoch & 1) * this.#bufferWords, bit)
    const epochAfter = Atomics.load(words, this.#epoch)
    if (epochAfter !== epoch) Atomics.or(words, word + (epochAfter & 1) * this.#bufferWords, bit)
    if (words[this.#debugEnabled] !== 0) this.#trace(row, symbol)
    words[this.#updates] = (words[this.#updates] + 1) | 0
    // A plain look: the atomic load of the epoch, which comes after the `or`, keeps it behind both.
    if (words[this.#idle] === 1) this.#wake()
    // Plain: whoever misses it sees it at the next write, and until then its records are copied for it.
    if (words[this.#retired] >= SUCCEEDED) this.follow()
  }

  /** Only whoever takes the 1 away notifies, so that a burst wakes the engine once. */
  #wake() {
    if (Atomics.exchange(this.words, this.#idle, 0) !== 1) return
    Atomics.notify(this.words, this.#idle)
    this.#onWake()
  }

  /**
   * Enters the update into the debug ring, for a person who looks for it there.
   * @param {number} row
   * @param {number} symbol
   */
  #trace(row, symbol) {
    const { debugNext, debugEntries, debugEntryBytes, debugCapacity } = this.layout
    const entry = (Atomics.add(this.words, debugNext / 4, 1) >>> 0) % debugCapacity
    const at = (debugEntries + entry * debugEntryBytes) / 4
    this.words[at] = row
    this.words[at + 1] = symbol
    this.words[at + 2] = Date.now() | 0
    this.words[at + 3] = this.id
  }

  countRejected() {
    this.words[this.#rejected] = (this.words[this.#rejected] + 1) | 0
  }

  /** How many updates this writer has marked and refused, as 32-bit counters. */
  get counters() {
    return { updates: this.words[this.#updates] >>> 0, rejected: this.words[this.#rejected] >>> 0 }
  }
}
