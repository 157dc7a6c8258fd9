/**
 * Reads the market for the page: the engine's ingested tickers and live klines, and the rings of closed klines.
 * Never a mailbox: that has one reader, the engine. Called by any thread that has the handle; never blocks.
 *
 * 1. What is returned is a copy, and whole: a ticker is copied between two looks at its block's version (odd while
 *    the engine writes any of its 64), klines between two looks at the ring's count and revision. The second look is a
 *    read-modify-write of nothing, because a plain load could move before the copy.
 * 2. Tries are bounded: a writer that ended in the middle of a rewrite gives E_BUSY, not a page that hangs.
 * 3. It shows what the last cycle saw (tickers, live klines) or what is closed by now (rings).
 */

import { TickscanError } from './errors.js'
import { KlineView } from './kline-view.js'
import { TICKER_FIELDS } from './ticker-writer.js'

/** A rewrite or an ingest takes microseconds; this many looks outlast it many times over. */
const TRIES = 1000

/** In the order of a ring's columns, src/market/fields.def. */
const OPEN_TIME = 0

/**
 * What happened to one series so far, counted by its writer.
 * @typedef {object} SeriesCounters
 * @property {number} closed klines ever closed
 * @property {number} gaps klines that are missing between the closed ones that are kept
 * @property {number} late live klines for a closed or older open time, not published
 * @property {number} duplicates closed klines that were known with equal values
 * @property {number} dropped live klines that were superseded without being closed
 * @property {number} corrections closed klines that were known with other values
 */

/**
 * An entry of the debug ring.
 * @typedef {object} RecentUpdate
 * @property {number} symbol slot
 * @property {number} row 0 the ticker, 1 + i the i-th interval
 * @property {number} time ms since 1970
 * @property {number} writer id, from 1
 */

/** @typedef {import('./ticker-writer.js').Ticker} Ticker */
/** @typedef {import('./kline-writer.js').Kline} Kline */

export class MarketReader {
  #layout
  #words
  #doubles

  /** @param {import('./layout.js').MarketHandle} handle checked */
  constructor({ memory, layout }) {
    this.#layout = layout
    this.#words = new Int32Array(memory.buffer)
    this.#doubles = new Float64Array(memory.buffer)
  }

  /**
   * The ticker as the last cycle saw it, with the fields that are known; undefined if none is.
   * `change24h` is there as soon as `last` and `open24h` are.
   * @param {number} symbol slot
   * @returns {Ticker | undefined}
   */
  ticker(symbol) {
    const { lanesTicker, lanesTickerVersion, lanesTickerStride, lanesPerBlock } = this.#layout
    const lane = symbol % lanesPerBlock
    const block = ((symbol - lane) / lanesPerBlock) * lanesTickerStride
    const first = (lanesTicker + block) / 8 + lane
    const version = (lanesTickerVersion + block) / 4
    /** @type {Ticker | undefined} */
    let ticker
    this.#whole(version, () => {
      ticker = undefined
      for (let i = 0; i < TICKER_FIELDS.length; i++) {
        const value = this.#doubles[first + i * lanesPerBlock]
        if (Number.isFinite(value)) ticker = Object.assign(ticker ?? {}, { [TICKER_FIELDS[i]]: value })
      }
    })
    return ticker
  }

  /**
   * The newest klines, oldest first: closed ones, and at the end the live one if the last cycle saw one newer.
   * @param {number} symbol slot
   * @param {number} interval index of the configured interval
   * @param {number} last at most this many
   * @returns {Kline[]}
   */
  klines(symbol, interval, last) {
    const live = this.#live(symbol, interval)
    const klines = this.#closed(symbol, interval, last)
    const newest = klines.at(-1)
    if (live && (!newest || live.openTime > newest.openTime)) klines.push(live)
    return klines.slice(-last)
  }

  /**
   * @param {number} symbol slot
   * @param {number} interval index of the configured interval
   * @returns {SeriesCounters}
   */
  counters(symbol, interval) {
    const layout = this.#layout
    const record = layout.series + this.#series(symbol, interval) * layout.seriesStride
    const word = (/** @type {number} */ offset) => Atomics.load(this.#words, (record + offset) / 4)
    return {
      closed: word(layout.seriesClosedCount),
      gaps: word(layout.seriesGaps),
      late: word(layout.seriesLate),
      duplicates: word(layout.seriesDuplicates),
      dropped: word(layout.seriesDropped),
      corrections: word(layout.seriesCorrections),
    }
  }

  /**
   * When the engine last saw an update of the symbol: the time of that cycle, or undefined. Right for updates of
   * the last 49 days, which is what 32 bits of ms hold.
   * @param {number} symbol slot
   * @param {number} now ms
   */
  updatedAt(symbol, now) {
    const low = Atomics.load(this.#words, this.#layout.times / 4 + symbol)
    return low === 0 ? undefined : now - (((now | 0) - low) >>> 0)
  }

  /** Updates that all writers have marked so far (a 32-bit counter). */
  get updates() {
    const { writers, writerStride, writerUpdates, maxWriters } = this.#layout
    let sum = 0
    for (let i = 0; i < maxWriters; i++) {
      sum += Atomics.load(this.#words, (writers + i * writerStride + writerUpdates) / 4)
    }
    return sum >>> 0
  }

  /** Whether writers enter their updates into the debug ring; takes effect at each writer's next update. */
  get debugging() {
    return Atomics.load(this.#words, this.#layout.debugEnabled / 4) !== 0
  }

  set debugging(on) {
    Atomics.store(this.#words, this.#layout.debugEnabled / 4, on ? 1 : 0)
  }

  /**
   * The last updates while debugging was on, oldest first. An entry that is being written may be mixed.
   * @param {number} now ms
   * @returns {RecentUpdate[]}
   */
  recentUpdates(now) {
    const { debugNext, debugEntries, debugEntryBytes, debugCapacity } = this.#layout
    const end = Atomics.load(this.#words, debugNext / 4) >>> 0
    const updates = []
    for (let n = Math.max(0, end - debugCapacity); n < end; n++) {
      const at = (debugEntries + (n % debugCapacity) * debugEntryBytes) / 4
      const [row, symbol, time, writer] = this.#words.slice(at, at + 4)
      updates.push({ symbol, row, time: now - (((now | 0) - time) >>> 0), writer })
    }
    return updates
  }

  /**
   * @param {number} symbol slot
   * @param {number} interval index of the configured interval
   */
  view(symbol, interval) {
    return new KlineView(this.#words, this.#doubles.buffer, this.#layout, this.#series(symbol, interval))
  }

  /**
   * @param {number} symbol
   * @param {number} interval
   */
  #series(symbol, interval) {
    return symbol * this.#layout.intervalCount + interval
  }

  /**
   * @param {number} symbol
   * @param {number} interval
   * @returns {Kline | undefined}
   */
  #live(symbol, interval) {
    const { lanesNow, lanesNowVersion, lanesNowStride, lanesPerBlock, intervalCount } = this.#layout
    const lane = symbol % lanesPerBlock
    const lanes = (((symbol - lane) / lanesPerBlock) * intervalCount + interval) * lanesNowStride
    const first = (lanesNow + lanes) / 8 + lane
    /** @type {Kline | undefined} */
    let kline
    this.#whole((lanesNowVersion + lanes) / 4, () => {
      kline = this.#kline(first, lanesPerBlock, false)
    })
    return kline && Number.isFinite(kline.openTime) ? kline : undefined
  }

  /**
   * @param {number} symbol
   * @param {number} interval
   * @param {number} last
   */
  #closed(symbol, interval, last) {
    const { series, seriesStride, seriesClosedCount, seriesRevision, maxKlines, ringCapacity } = this.#layout
    const { rings, ringStride, ringColumnBytes } = this.#layout
    const index = this.#series(symbol, interval)
    const words = this.#words
    const countAt = (series + index * seriesStride + seriesClosedCount) / 4
    const revisionAt = (series + index * seriesStride + seriesRevision) / 4
    const ring = (rings + index * ringStride) / 8
    for (let tries = 0; tries < TRIES; tries++) {
      const revision = Atomics.load(words, revisionAt)
      if (revision & 1) continue
      const count = Atomics.load(words, countAt)
      const first = Math.max(0, count - Math.min(last, maxKlines))
      /** @type {Kline[]} */
      const klines = []
      for (let n = first; n < count; n++) {
        klines.push(this.#kline(ring + (n % ringCapacity), ringColumnBytes / 8, true))
      }
      const countAfter = Atomics.add(words, countAt, 0)
      if (Atomics.add(words, revisionAt, 0) !== revision) continue
      // The writer may have overtaken the oldest ones meanwhile: those are no longer what they were.
      const overtaken = Math.max(0, countAfter - maxKlines - first)
      return overtaken > 0 ? klines.slice(overtaken) : klines
    }
    throw busy()
  }

  /**
   * @param {number} at index of the first column's double
   * @param {number} stride doubles from one column to the next
   * @param {boolean} closed
   * @returns {Kline}
   */
  #kline(at, stride, closed) {
    const d = this.#doubles
    return {
      openTime: d[at + OPEN_TIME * stride],
      open: d[at + stride],
      high: d[at + 2 * stride],
      low: d[at + 3 * stride],
      close: d[at + 4 * stride],
      volume: d[at + 5 * stride],
      closed,
    }
  }

  /**
   * Runs `copy` until nothing was written meanwhile.
   * @param {number} version word index
   * @param {() => void} copy
   */
  #whole(version, copy) {
    for (let tries = 0; tries < TRIES; tries++) {
      const before = Atomics.load(this.#words, version)
      if (before & 1) continue
      copy()
      if (Atomics.add(this.#words, version, 0) === before) return
    }
    throw busy()
  }
}

function busy() {
  return new TickscanError('E_BUSY', 'the record was being written during every look', {
    expected: 'a writer that finishes; try again',
  })
}
