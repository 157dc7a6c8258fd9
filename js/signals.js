/**
 * The packed deltas of a cycle: how they leave the wasm memory (worker) and become objects (client).
 *
 * The core leaves, per delta item, 32-bit words and doubles:
 *
 *   words    trader · flags · entered · left · columns · changed blocks · of each of these its changes …
 *   values   time · entered × columns values, row by row (NaN is unknown)
 *
 * A block is 64 slots; its changes are its number, then a bit for each slot that entered, and for each that left:
 *
 *   block · entered, slots 0 to 31 · entered, 32 to 63 · left, 0 to 31 · left, 32 to 63
 *
 * A snapshot of more than 1,024 symbols comes as several items in a row, its pages; all but the last say that more
 * follows. One SIGNALS message holds the items of a cycle, up to and with the next page that more follows, in one
 * buffer, doubles first so that both views are aligned:
 *
 *   │ valueCount × 8 bytes │ wordCount × 4 bytes │
 *
 * In the buffer `trader` is no longer the core's handle, which may be used again, but the client's ref.
 */

import { TickscanError } from './errors.js'

const HEAD_WORDS = 6
const CHANGE_WORDS = 5
const BLOCK_SLOTS = 64
const FLAG_SNAPSHOT = 1
const FLAG_LATE = 2
const FLAG_MORE = 4

/** Of an item without columns. */
const NO_VALUES = new Float64Array()

/**
 * Where the core says that a cycle's deltas lie.
 * @typedef {object} PackedPlace
 * @property {number} wordsOffset bytes
 * @property {number} wordsCount
 * @property {number} valuesOffset bytes
 * @property {number} valuesCount
 */

/**
 * Copies a cycle's deltas out of shared memory, with refs in place of handles.
 * @param {ArrayBufferLike} memory
 * @param {PackedPlace} place
 * @param {ReadonlyMap<number, number>} refs handle → ref
 * @returns {{ buffer: ArrayBuffer, wordCount: number, valueCount: number }[]} one per message
 */
export function packSignals(memory, { wordsOffset, wordsCount, valuesOffset, valuesCount }, refs) {
  const words = new Int32Array(memory, wordsOffset, wordsCount)
  const messages = []
  let firstWord = 0
  let firstValue = 0
  let value = 0
  for (let at = 0; at < wordsCount; ) {
    const flags = words[at + 1]
    const entered = words[at + 2]
    const columns = words[at + 4]
    const changes = words[at + 5]
    if (!(entered >= 0 && columns >= 0 && changes >= 0)) throw damaged('the counts of an item')
    at += HEAD_WORDS + changes * CHANGE_WORDS
    value += 1 + entered * columns
    if ((flags & FLAG_MORE) === 0 && at < wordsCount) continue
    if (at > wordsCount || value > valuesCount) throw damaged('the end of an item')
    const fromWords = firstWord === 0 && at === wordsCount ? words : words.subarray(firstWord, at)
    const fromValues = new Float64Array(memory, valuesOffset + firstValue * 8, value - firstValue)
    messages.push(pack(fromWords, fromValues, refs))
    firstWord = at
    firstValue = value
  }
  return messages
}

/**
 * @param {Int32Array} fromWords whole items
 * @param {Float64Array} fromValues
 * @param {ReadonlyMap<number, number>} refs
 */
function pack(fromWords, fromValues, refs) {
  const valueCount = fromValues.length
  const wordCount = fromWords.length
  const buffer = new ArrayBuffer(valueCount * 8 + wordCount * 4)
  new Float64Array(buffer, 0, valueCount).set(fromValues)
  const words = new Int32Array(buffer, valueCount * 8, wordCount)
  words.set(fromWords)
  for (let at = 0; at < wordCount; ) {
    const ref = refs.get(words[at])
    if (ref === undefined) throw damaged(`an item of trader handle ${words[at]}`)
    words[at] = ref
    at += HEAD_WORDS + words[at + 5] * CHANGE_WORDS
  }
  return { buffer, wordCount, valueCount }
}

/**
 * One item as the client unpacks it; slots, not yet symbols. The slots are plain arrays: most items have a few, and a
 * view of a few words costs more than the words.
 * @typedef {object} PackedDelta
 * @property {number} ref
 * @property {number} time
 * @property {boolean} snapshot
 * @property {boolean} late
 * @property {boolean} more a page of a snapshot, whose next page follows
 * @property {readonly number[]} entered slots
 * @property {readonly number[]} left slots
 * @property {number} columns
 * @property {Float64Array} values entered × columns
 */

/**
 * @param {{ buffer: ArrayBuffer, wordCount: number, valueCount: number }} message fields of SIGNALS
 * @param {number} maxSymbols every slot is below it
 * @returns {PackedDelta[]}
 * @throws {TickscanError} E_PROTOCOL if the counts do not add up
 */
export function unpackSignals({ buffer, wordCount, valueCount }, maxSymbols) {
  if (!(buffer instanceof ArrayBuffer) || buffer.byteLength !== valueCount * 8 + wordCount * 4) {
    throw damaged('the buffer')
  }
  const values = new Float64Array(buffer, 0, valueCount)
  const words = new Int32Array(buffer, valueCount * 8, wordCount)
  /** @type {PackedDelta[]} */
  const deltas = []
  let word = 0
  let value = 0
  while (word < wordCount) {
    const flags = words[word + 1]
    const entered = words[word + 2]
    const left = words[word + 3]
    const columns = words[word + 4]
    const changes = words[word + 5]
    const first = word + HEAD_WORDS
    const wordEnd = first + changes * CHANGE_WORDS
    const valueEnd = value + 1 + entered * columns
    const counts = entered >= 0 && left >= 0 && columns >= 0 && changes >= 0
    // A slot that was given to another symbol may have left and entered.
    const most = changes * BLOCK_SLOTS
    if (!(counts && entered <= most && left <= most && wordEnd <= wordCount && valueEnd <= valueCount)) {
      throw damaged(`the item at word ${word}`)
    }
    deltas.push({
      ref: words[word],
      time: values[value],
      snapshot: (flags & FLAG_SNAPSHOT) !== 0,
      late: (flags & FLAG_LATE) !== 0,
      more: (flags & FLAG_MORE) !== 0,
      entered: slotsIn(words, first, wordEnd, 1, entered, maxSymbols),
      left: slotsIn(words, first, wordEnd, 3, left, maxSymbols),
      columns,
      values: valueEnd > value + 1 ? values.subarray(value + 1, valueEnd) : NO_VALUES,
    })
    word = wordEnd
    value = valueEnd
  }
  if (value !== valueCount) throw damaged('the number of values')
  return deltas
}

/**
 * A snapshot from its pages.
 * @param {PackedDelta[]} pages
 * @returns {PackedDelta}
 */
export function joinPages(pages) {
  const last = pages[pages.length - 1]
  if (pages.length === 1) return last
  const entered = pages.flatMap((page) => page.entered)
  const left = pages.flatMap((page) => page.left)
  const values = Float64Array.from(pages.flatMap((page) => [...page.values]))
  return { ...last, entered, left, values }
}

/**
 * Slots whose bit is set, block by block.
 * @param {Int32Array} words
 * @param {number} from where the first block's changes begin
 * @param {number} end
 * @param {1 | 3} at where in a block's changes the bits are
 * @param {number} count how many there should be
 * @param {number} maxSymbols
 */
function slotsIn(words, from, end, at, count, maxSymbols) {
  /** @type {number[]} */
  const slots = new Array(count)
  let found = 0
  for (let change = from; change < end; change += CHANGE_WORDS) {
    for (let half = 0; half < 2; half++) {
      const first = words[change] * BLOCK_SLOTS + half * 32
      for (let bits = words[change + at + half]; bits !== 0; bits &= bits - 1) {
        const slot = first + 31 - Math.clz32(bits & -bits)
        if (slot < 0 || slot >= maxSymbols || found === count) throw damaged('a symbol slot')
        slots[found++] = slot
      }
    }
  }
  if (found < count) throw damaged('the number of slots')
  return slots
}

/** @param {string} what */
function damaged(what) {
  return new TickscanError('E_PROTOCOL', `SIGNALS: ${what} does not add up`)
}
