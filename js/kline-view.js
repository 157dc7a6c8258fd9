/**
 * The ring of one series without a copy, for charts that draw thousands of klines in every frame.
 *
 * Staleness rules, which the reader keeps:
 * 1. Kline n (0 is the first one ever closed) lies at index n % capacity of every column. Readable are
 *    n = first … count - 1.
 * 2. The memory is live: while you read, the writer may close a kline or correct one. What you read counts only if
 *    afterwards `isCurrent(n, revision)` is true for the oldest n that you read, with the `revision` from before.
 *    A chart that draws a kline of the next moment by accident may leave the check out; a computation may not.
 * 3. Live klines are not in the ring: see `scanner.klines`.
 * 4. The view is not gated by sessions, and dies with the engine: take a new one after a restart.
 */

const COLUMNS = /** @type {const} */ (['openTime', 'open', 'high', 'low', 'close', 'volume'])

export class KlineView {
  #words
  #countAt
  #revisionAt
  #maxKlines
  /** Entries of every column. @readonly */ capacity
  /** Float64Arrays over shared memory, read only by agreement. @readonly @type {Record<typeof COLUMNS[number], Float64Array>} */
  columns

  /**
   * Use `scanner.klinesView`.
   * @param {Int32Array} words
   * @param {ArrayBufferLike} buffer
   * @param {import('./layout.js').Layout} layout
   * @param {number} index of the series
   */
  constructor(words, buffer, layout, index) {
    const record = layout.series + index * layout.seriesStride
    const ring = layout.rings + index * layout.ringStride
    this.#words = words
    this.#countAt = (record + layout.seriesClosedCount) / 4
    this.#revisionAt = (record + layout.seriesRevision) / 4
    this.#maxKlines = layout.maxKlines
    this.capacity = layout.ringCapacity
    this.columns = /** @type {any} */ (
      Object.fromEntries(
        COLUMNS.map((name, i) => [
          name,
          new Float64Array(buffer, ring + i * layout.ringColumnBytes, layout.ringCapacity),
        ]),
      )
    )
  }

  /** Klines ever closed. */
  get count() {
    return Atomics.load(this.#words, this.#countAt)
  }

  /** The oldest kline that may be read now. */
  get first() {
    return Math.max(0, this.count - this.#maxKlines)
  }

  /** Even; odd while the history is being rewritten. Changes with every correction and history load. */
  get revision() {
    return Atomics.load(this.#words, this.#revisionAt)
  }

  /**
   * Whether kline n, read since `revision` was looked at, is what it was.
   * @param {number} n
   * @param {number} revision
   */
  isCurrent(n, revision) {
    const count = Atomics.add(this.#words, this.#countAt, 0)
    const now = Atomics.add(this.#words, this.#revisionAt, 0)
    return (revision & 1) === 0 && now === revision && count - n <= this.#maxKlines
  }
}
