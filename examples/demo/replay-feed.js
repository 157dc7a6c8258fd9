// Feeds the scanner from kline files that the server offers under /replay/ (`npm start -- --replay DIR`). The
// files' first day becomes history, so that indicators and the day's change are known from the start; what
// follows is written closed, moment by moment. Nothing is invented between two closes.

import { intervalMs } from '../lib/intervals.mjs'
import { parseKlines } from '../lib/kline-csv.mjs'
import { mergeByCloseTime } from '../lib/merge.mjs'
import { DayWindow } from './day-window.js'
import { klineColumns, newestKlines } from './history.js'

const DAY_MS = 86_400_000
/** A longer wait for the next close is a hole in the data: the clock jumps over it. */
const MAX_WAIT_MS = 300_000

/** @typedef {import('../lib/kline-csv.mjs').Kline} Kline */
/** @typedef {{ symbol: string, interval: string, file: string }} ReplayFile */
/** @typedef {{ time: number, klines: { symbol: string, interval: string, kline: Kline }[] }} Moment */

export class ReplayFeed {
  /**
   * @param {{ writer: any, moments: AsyncGenerator<Moment>, days: Map<string, DayWindow>, next: Moment, base: string }} parts
   */
  constructor({ writer, moments, days, next, base }) {
    this.writer = writer
    this.moments = moments
    this.days = days
    this.base = base
    /** @type {Moment | undefined} */
    this.next = next
    /** The time that the scanner is told: the last close, so that the session sees no lag. */
    this.now = next.time
    this.wanted = next.time
  }

  /**
   * Reads the first day of every file as history.
   * @param {{ writer: any, files: ReplayFile[], base: string, maxKlines: number }} options
   */
  static async open({ writer, files, base, maxKlines }) {
    const moments = mergeByCloseTime(files.map((file) => ({ ...file, batches: klinesOf(file) })))
    /** @type {Map<string, Kline[]>} */
    const past = new Map(files.map(({ symbol, interval }) => [`${symbol} ${interval}`, []]))
    /** @type {Map<string, DayWindow>} */
    const days = new Map(files.map(({ symbol }) => [symbol, new DayWindow()]))
    let until = Number.NEGATIVE_INFINITY
    let next = await moments.next()
    // The day counts from where the last of the base files begins: files need not start together.
    const begun = new Set()
    const baseFiles = files.filter(({ interval }) => interval === base).length
    while (!next.done && (begun.size < baseFiles || next.value.time <= until)) {
      for (const { symbol, interval, kline } of next.value.klines) {
        past.get(`${symbol} ${interval}`)?.push(kline)
        if (interval !== base) continue
        days.get(symbol)?.push(kline)
        if (!begun.has(symbol)) until = next.value.time + DAY_MS
        begun.add(symbol)
      }
      next = await moments.next()
    }
    if (next.done) throw new Error('the kline files hold no more than a day: there is nothing left to replay')
    for (const { symbol, interval } of files) {
      const klines = past.get(`${symbol} ${interval}`) ?? []
      if (klines.length === 0) continue
      writer.loadHistory(symbol, interval, newestKlines(columnsOf(klines), maxKlines))
      if (interval === base) writer.updateTicker(symbol, tickerOf(days, symbol, klines[klines.length - 1]))
    }
    return new ReplayFeed({ writer, moments, days, next: next.value, base })
  }

  /**
   * Lets time pass and writes all that closed meanwhile.
   * @param {number} milliseconds
   * @returns {Promise<number>} how many updates were written; -1 when the files are at their end
   */
  async advance(milliseconds) {
    if (this.next === undefined) return -1
    this.wanted += milliseconds
    if (this.next.time - this.wanted > MAX_WAIT_MS) this.wanted = this.next.time
    let updates = 0
    while (this.next !== undefined && this.next.time <= this.wanted) {
      updates += this.write(this.next)
      const following = await this.moments.next()
      this.next = following.done ? undefined : following.value
    }
    return updates
  }

  /** @param {Moment} moment */
  write({ time, klines }) {
    let updates = 0
    for (const { symbol, interval, kline } of klines) {
      this.writer.updateKline(symbol, interval, kline)
      updates += 1
      if (interval !== this.base) continue
      this.days.get(symbol)?.push(kline)
      this.writer.updateTicker(symbol, tickerOf(this.days, symbol, kline))
      updates += 1
    }
    this.now = time
    return updates
  }
}

/** Bid and ask are not in kline files and stay unknown. @param {Map<string, DayWindow>} days @param {string} symbol @param {Kline} kline */
function tickerOf(days, symbol, kline) {
  const { bid, ask, ...known } = /** @type {DayWindow} */ (days.get(symbol)).ticker(kline.close, 0)
  return known
}

/** @param {ReplayFile} file @returns {AsyncGenerator<Kline[]>} */
async function* klinesOf({ file, interval }) {
  const response = await fetch(new URL(`/replay/${encodeURIComponent(file)}`, self.location.origin))
  if (!response.ok || !response.body) throw new Error(`${file}: the server answered ${response.status}`)
  yield* parseKlines(chunksOf(response.body), { file, interval })
}

/** Not every browser iterates a stream by itself. @param {ReadableStream<Uint8Array>} body */
async function* chunksOf(body) {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    yield decoder.decode(part.value, { stream: true })
  }
}

/** @param {Kline[]} klines */
function columnsOf(klines) {
  const columns = klineColumns(klines.length)
  klines.forEach((kline, row) => {
    for (const name of /** @type {const} */ (['openTime', 'open', 'high', 'low', 'close', 'volume'])) {
      columns[name][row] = kline[name]
    }
  })
  return columns
}

/** The shortest interval of the files. @param {ReplayFile[]} files */
export function baseInterval(files) {
  return sortedIntervals(files)[0]
}

/** @param {ReplayFile[]} files */
export function sortedIntervals(files) {
  const names = [...new Set(files.map(({ interval }) => interval))]
  return names.sort((a, b) => Number(intervalMs(a)) - Number(intervalMs(b)))
}
