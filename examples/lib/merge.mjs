// Merges the klines of many files into one sequence of moments. A moment is one close time and every kline
// that closes then, shorter intervals first and symbols in the order given: what a trader would have known at
// that time, and nothing from after it.

import { intervalMs } from './intervals.mjs'

/** @typedef {import('./kline-csv.mjs').Kline} Kline */
/** @typedef {{ symbol: string, interval: string, batches: AsyncIterable<Kline[]> }} KlineSource */
/** @typedef {{ symbol: string, interval: string, kline: Kline }} ClosedKline */

/**
 * @param {KlineSource[]} sources each ascending by open time
 * @returns {AsyncGenerator<{ time: number, klines: ClosedKline[] }, void, undefined>}
 */
export async function* mergeByCloseTime(sources) {
  let cursors = sources.map((source) => new Cursor(source))
  // Stable, so that equal intervals keep the order in which symbols were given.
  cursors.sort((a, b) => a.stepMs - b.stepMs)
  try {
    await Promise.all(cursors.map((cursor) => cursor.fill()))
    cursors = cursors.filter((cursor) => !cursor.done)
    while (cursors.length > 0) {
      let time = Number.POSITIVE_INFINITY
      for (const cursor of cursors) time = Math.min(time, cursor.closeTime)
      const klines = []
      for (const cursor of cursors) {
        if (cursor.closeTime !== time) continue
        klines.push({ symbol: cursor.symbol, interval: cursor.interval, kline: cursor.take() })
        if (cursor.empty) await cursor.fill()
      }
      cursors = cursors.filter((cursor) => !cursor.done)
      yield { time, klines }
    }
  } finally {
    await Promise.all(cursors.map((cursor) => cursor.close()))
  }
}

/** One source with its next kline in hand. */
class Cursor {
  /** @param {KlineSource} source */
  constructor({ symbol, interval, batches }) {
    this.symbol = symbol
    this.interval = interval
    this.stepMs = Number(intervalMs(interval))
    this.batches = batches[Symbol.asyncIterator]()
    /** @type {Kline[]} */
    this.batch = []
    this.at = 0
    this.closeTime = Number.POSITIVE_INFINITY
    this.done = false
  }

  get empty() {
    return this.at >= this.batch.length
  }

  /** Makes the next kline known, reading the next batch when this one is used up. */
  async fill() {
    while (!this.done && this.empty) {
      const { value, done } = await this.batches.next()
      this.batch = value ?? []
      this.at = 0
      this.done = done === true
    }
    this.closeTime = this.done ? Number.POSITIVE_INFINITY : this.batch[0].openTime + this.stepMs
  }

  take() {
    const kline = this.batch[this.at]
    this.at += 1
    if (!this.empty) this.closeTime = this.batch[this.at].openTime + this.stepMs
    return kline
  }

  async close() {
    await this.batches.return?.()
  }
}
