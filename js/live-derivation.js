/**
 * Makes the klines of longer intervals while those of the shortest are written: `derive: ['5m', '1h']` over 1m. The
 * live kline of each is written with every live one below it, the closed one when its last part has closed. Called by
 * the thread of its MarketWriter, after a write that changed something.
 *
 * 1. What a longer kline is made of lies in the ring of the shortest interval; the aggregators only save reading it
 *    anew. Whenever a part did not come in order (a correction, a gap that was filled, a first look), the kline is made
 *    again from the ring.
 * 2. A kline that lacks a part is not written, neither live nor closed.
 * 3. An aggregator belongs to one generation of its slot: the parts of a removed symbol never reach the next one.
 */

import { KlineAggregator, openTimeOf } from './kline-aggregator.js'

/** @typedef {{ generation: number, aggregator: KlineAggregator }} Entry */

/** What of a kline is written; `closed` is always given. */
const kline = { openTime: 0, open: 0, high: 0, low: 0, close: 0, volume: 0, closed: false }

export class LiveDerivation {
  #klines
  #generationOf
  #source
  #sourceMs
  /** @type {{ row: number, ms: number, symbols: (Entry | undefined)[] }[]} */
  #targets

  /**
   * @param {import('./kline-writer.js').KlineWriter} klines
   * @param {readonly import('./layout.js').Interval[]} intervals
   * @param {readonly string[]} derive names of the intervals to make
   * @param {(symbol: number) => number} generationOf a slot
   */
  constructor(klines, intervals, derive, generationOf) {
    this.#klines = klines
    this.#generationOf = generationOf
    this.#source = shortest(intervals)
    this.#sourceMs = intervals[this.#source].ms
    this.#targets = derive.map((name) => {
      const row = intervals.findIndex((interval) => interval.name === name)
      return { row, ms: intervals[row].ms, symbols: [] }
    })
  }

  /** Row of the interval that the others are made from. */
  get source() {
    return this.#source
  }

  /** Rows of the intervals that are made. */
  get rows() {
    return this.#targets.map(({ row }) => row)
  }

  /**
   * Whether an interval's klines are made here, so that nobody else may write them.
   * @param {number} row
   */
  makes(row) {
    return this.#targets.some((target) => target.row === row)
  }

  /**
   * Takes all series that are made of a symbol; false if another writer owns one.
   * @param {number} symbol slot
   */
  claim(symbol) {
    return this.#targets.every(({ row }) => this.#klines.claim(symbol, row))
  }

  /**
   * @param {number} symbol slot
   * @param {import('./kline-writer.js').Kline} part that was written
   */
  wrote(symbol, part) {
    for (const target of this.#targets) {
      const aggregator = this.#aggregator(target, symbol)
      if (part.closed === true) this.#closed(symbol, target.row, aggregator, part)
      else this.#live(symbol, target.row, aggregator, part)
    }
  }

  /**
   * Another history lies in the ring now.
   * @param {number} symbol slot
   */
  forget(symbol) {
    for (const target of this.#targets) target.symbols[symbol] = undefined
  }

  /**
   * The longer klines of a history, each of all its parts.
   * @param {readonly ArrayLike<number>[]} columns in KLINE_FIELDS order
   * @returns {{ row: number, columns: number[][] }[]}
   */
  derive([openTime, open, high, low, close, volume]) {
    return this.#targets.map(({ row, ms }) => {
      const aggregator = new KlineAggregator(this.#sourceMs, ms)
      /** @type {number[][]} */
      const made = [[], [], [], [], [], []]
      for (let i = 0; i < openTime.length; i++) {
        if (!aggregator.add(openTime[i], open[i], high[i], low[i], close[i], volume[i])) continue
        const { openTime: t, open: o, high: h, low: l, close: c, volume: v } = aggregator
        for (const [at, value] of [t, o, h, l, c, v].entries()) made[at].push(value)
      }
      return { row, columns: made }
    })
  }

  /**
   * @param {{ ms: number, symbols: (Entry | undefined)[] }} target
   * @param {number} symbol
   */
  #aggregator(target, symbol) {
    const generation = this.#generationOf(symbol)
    let entry = target.symbols[symbol]
    if (entry?.generation !== generation) {
      entry = { generation, aggregator: new KlineAggregator(this.#sourceMs, target.ms) }
      target.symbols[symbol] = entry
    }
    return entry.aggregator
  }

  /**
   * @param {number} symbol
   * @param {number} row
   * @param {KlineAggregator} aggregator
   * @param {import('./kline-writer.js').Kline} part
   */
  #closed(symbol, row, aggregator, part) {
    const whole = openTimeOf(part.openTime, aggregator.intervalMs)
    if (whole === aggregator.openTime && part.openTime === aggregator.nextPart && !aggregator.broken) {
      aggregator.add(part.openTime, part.open, part.high, part.low, part.close, part.volume)
      this.#write(row, aggregator)
    } else if (whole < aggregator.openTime) {
      // A correction of the past: that kline is made again, the one under way stays.
      const past = new KlineAggregator(this.#sourceMs, aggregator.intervalMs)
      this.#remake(symbol, past, whole)
      if (past.complete) this.#write(row, past)
    } else {
      this.#remake(symbol, aggregator, whole)
      this.#write(row, aggregator)
    }
  }

  /**
   * @param {number} symbol
   * @param {number} row
   * @param {KlineAggregator} aggregator
   * @param {import('./kline-writer.js').Kline} part
   */
  #live(symbol, row, aggregator, part) {
    const whole = openTimeOf(part.openTime, aggregator.intervalMs)
    if (whole !== aggregator.openTime) this.#remake(symbol, aggregator, whole)
    if (part.openTime !== aggregator.nextPart || aggregator.broken) return
    const first = aggregator.count === 0
    kline.openTime = whole
    kline.open = first ? part.open : aggregator.open
    kline.high = first ? part.high : Math.max(aggregator.high, part.high)
    kline.low = first ? part.low : Math.min(aggregator.low, part.low)
    kline.close = part.close
    kline.volume = aggregator.volume + part.volume
    kline.closed = false
    this.#klines.writeMade(row, kline)
  }

  /**
   * Makes the kline of an open time from the parts that the ring has.
   * @param {number} symbol
   * @param {KlineAggregator} aggregator
   * @param {number} openTime
   */
  #remake(symbol, aggregator, openTime) {
    aggregator.begin(openTime)
    const end = openTime + aggregator.intervalMs
    this.#klines.forEachFrom(symbol, this.#source, openTime, (time, open, high, low, close, volume) => {
      if (time < end) aggregator.add(time, open, high, low, close, volume)
    })
  }

  /**
   * @param {number} row
   * @param {KlineAggregator} aggregator with parts that all have closed
   */
  #write(row, aggregator) {
    if (aggregator.count === 0 || aggregator.broken) return
    kline.openTime = aggregator.openTime
    kline.open = aggregator.open
    kline.high = aggregator.high
    kline.low = aggregator.low
    kline.close = aggregator.close
    kline.volume = aggregator.volume
    kline.closed = aggregator.complete
    this.#klines.writeMade(row, kline)
  }
}

/** @param {readonly import('./layout.js').Interval[]} intervals */
export function shortest(intervals) {
  let row = 0
  for (let i = 1; i < intervals.length; i++) if (intervals[i].ms < intervals[row].ms) row = i
  return row
}
