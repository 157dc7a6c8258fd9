/**
 * The deltas as an async iterator, one stream per consumer. Client's thread.
 *
 * A consumer that keeps up gets every delta as it came. For one that does not:
 * 1. From FOLD_SHARE of the limit on, a 'tick' delta is folded into the trader's newest one that still waits; what
 *    entered and left in between is no longer seen, the matches are the same. 'close' deltas are never folded.
 * 2. Over the limit the queue is dropped: next() rejects once with E_BACKPRESSURE, and goes on with snapshots of
 *    what matches then. (`for await` ends at the error, as always; calling deltas() again starts with snapshots.)
 *
 * So folding what next() gives, from the first delta on, always ends at scanner.matches().
 */

import { TickscanError } from './errors.js'

/** @import { Delta } from './match-table.js' */

/** Deltas that a stream keeps for its consumer unless told otherwise. */
export const STREAM_LIMIT = 1024

const FOLD_SHARE = 0.25

/** @typedef {{ delta: Delta, foldable: boolean }} Entry */

/** All streams of one scanner. */
export class DeltaStreams {
  #snapshots
  /** @type {Set<DeltaStream>} */
  #open = new Set()

  /** @param {(withEmpty: boolean) => Delta[]} snapshots of every trader's matches now */
  constructor(snapshots) {
    this.#snapshots = snapshots
  }

  get size() {
    return this.#open.size
  }

  /** Deltas that wait in the stream that is farthest behind. */
  get unread() {
    let most = 0
    for (const { unread } of this.#open) most = Math.max(most, unread)
    return most
  }

  /**
   * @param {{ limit: number, signal: AbortSignal | undefined }} options
   * @returns {DeltaStream}
   */
  open({ limit, signal }) {
    const onAbort = () => void stream.return()
    const stream = new DeltaStream({
      limit,
      snapshots: this.#snapshots,
      onReturn: () => {
        this.#open.delete(stream)
        signal?.removeEventListener('abort', onAbort)
      },
    })
    this.#open.add(stream)
    signal?.addEventListener('abort', onAbort, { once: true })
    if (signal?.aborted) onAbort()
    return stream
  }

  /**
   * @param {Delta} delta
   * @param {boolean} foldable a 'tick' delta
   */
  push(delta, foldable) {
    for (const stream of this.#open) stream.push(delta, foldable)
  }

  /** @param {TickscanError} [error] thrown before the end */
  end(error) {
    for (const stream of this.#open) stream.end(error)
    this.#open.clear()
  }
}

/** @implements {AsyncIterableIterator<Delta>} */
export class DeltaStream {
  #limit
  #snapshots
  #onReturn
  /** @type {Entry[]} */
  #queue = []
  /** @type {{ resolve: (result: IteratorResult<Delta>) => void, reject: (error: Error) => void }[]} */
  #readers = []
  /** The consumer has missed something and gets snapshots next. */
  #overrun = false
  #ended = false
  /** @type {TickscanError | undefined} to be thrown once before the end */
  #error

  /**
   * @param {object} options
   * @param {number} options.limit
   * @param {(withEmpty: boolean) => Delta[]} options.snapshots of every trader's matches now; `withEmpty`: also of
   *   traders without any
   * @param {() => void} options.onReturn the consumer has left
   */
  constructor({ limit, snapshots, onReturn }) {
    this.#limit = limit
    this.#snapshots = snapshots
    this.#onReturn = onReturn
    this.#queue = snapshotEntries(snapshots(false))
  }

  /** Deltas that wait for their reader. */
  get unread() {
    return this.#queue.length
  }

  /**
   * @param {Delta} delta
   * @param {boolean} foldable a 'tick' delta
   */
  push(delta, foldable) {
    // After an overrun the next read takes a snapshot, which will include this.
    if (this.#ended || this.#overrun) return
    const reader = this.#readers.shift()
    if (reader) {
      reader.resolve({ value: delta, done: false })
      return
    }
    if (foldable && this.#queue.length >= this.#limit * FOLD_SHARE && this.#fold(delta)) return
    if (this.#queue.length >= this.#limit) {
      this.#queue = []
      this.#overrun = true
      this.#error = new TickscanError('E_BACKPRESSURE', `more than ${this.#limit} deltas waited to be read`, {
        hint: 'read faster, or ask deltas({ limit }) for more room; snapshots follow',
        details: { limit: this.#limit },
      })
      return
    }
    this.#queue.push({ delta, foldable })
  }

  /**
   * Ends the stream once what waits has been read.
   * @param {TickscanError} [error] thrown before the end
   */
  end(error) {
    if (this.#ended) return
    this.#ended = true
    this.#error = error ?? this.#error
    for (const reader of this.#readers.splice(0)) {
      if (this.#error) reader.reject(this.#takeError())
      else reader.resolve({ value: undefined, done: true })
    }
  }

  /** @returns {Promise<IteratorResult<Delta>>} */
  next() {
    const entry = this.#queue.shift()
    if (entry) return Promise.resolve({ value: entry.delta, done: false })
    if (this.#error) return Promise.reject(this.#takeError())
    if (this.#overrun) {
      this.#overrun = false
      // Also the empty ones: what the consumer believes may have left in what it missed.
      this.#queue = snapshotEntries(this.#snapshots(true))
      return this.next()
    }
    if (this.#ended) return Promise.resolve({ value: undefined, done: true })
    return new Promise((resolve, reject) => this.#readers.push({ resolve, reject }))
  }

  /** @returns {Promise<IteratorResult<Delta>>} */
  return() {
    this.#queue = []
    this.#overrun = false
    this.#error = undefined
    this.end()
    this.#onReturn()
    return Promise.resolve({ value: undefined, done: true })
  }

  [Symbol.asyncIterator]() {
    return this
  }

  #takeError() {
    const error = /** @type {TickscanError} */ (this.#error)
    this.#error = undefined
    return error
  }

  /**
   * Folds into the trader's newest waiting delta, if that may be changed.
   * @param {Delta} delta
   */
  #fold(delta) {
    for (let i = this.#queue.length - 1; i >= 0; i--) {
      const entry = this.#queue[i]
      if (entry.delta.traderId !== delta.traderId) continue
      if (!entry.foldable) return false
      entry.delta = foldDeltas(entry.delta, delta)
      return true
    }
    return false
  }
}

/** @param {Delta[]} deltas */
function snapshotEntries(deltas) {
  return deltas.map((delta) => ({ delta, foldable: true }))
}

/**
 * One delta that does what two of the same trader do one after the other.
 * @param {Delta} first
 * @param {Delta} second
 * @returns {Delta}
 */
export function foldDeltas(first, second) {
  if (second.snapshot && !second.matches) return second
  const entered = new Map(first.entered.map((entry) => [entry.symbol, entry]))
  const left = new Set(first.left)
  for (const symbol of second.left) {
    // Entered and left again: the consumer never knew it.
    if (!entered.delete(symbol) && !first.snapshot) left.add(symbol)
  }
  for (const entry of second.entered) {
    if (!left.delete(entry.symbol)) entered.set(entry.symbol, entry)
  }
  const folded = {
    ...second,
    snapshot: first.snapshot || second.snapshot,
    entered: [...entered.values()],
    left: [...left],
  }
  const matches = second.matches ?? (first.matches && matchesAfter(first.matches, second))
  return matches ? { ...folded, matches } : folded
}

/**
 * @param {NonNullable<Delta['matches']>} matches
 * @param {Delta} delta no snapshot
 */
function matchesAfter(matches, { entered, left }) {
  const after = new Map(matches.map((entry) => [entry.symbol, entry]))
  for (const symbol of left) after.delete(symbol)
  for (const entry of entered) after.set(entry.symbol, entry)
  return [...after.values()]
}
