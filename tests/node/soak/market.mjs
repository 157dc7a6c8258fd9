/**
 * A market of 5,000 symbols in simulated time, one update a second each, under the real client and the real engine: what the
 * soak looks at. No faults; the worker, its port and its timers are those of the simulator.
 *
 * Prices repeat themselves every PERIOD seconds, so that at times that far apart everything that depends on them is the same,
 * and a byte that is more is a byte that nobody lets go of. They are whole numbers, so that the naive evaluation of
 * the filters here needs no tolerance.
 */

import assert from 'node:assert/strict'
import { Scanner } from '../../../js/scanner.js'
import { wasmModule } from '../simulator/core.mjs'
import { Random } from '../simulator/random.mjs'
import { Schedule } from '../simulator/schedule.mjs'
import { SimulatedWorker } from '../simulator/worker.mjs'

export const SYMBOLS = 5000
export const SECOND = 1000
export const MINUTE = 60_000
/** Seconds after which prices repeat themselves: five minutes, so that five closed klines in a row differ. */
export const PERIOD = 300
/** Closed klines that a filter looks at, at most. */
export const LENGTH = 5
/** A whole minute. */
const START = 28_333_334 * MINUTE

/** Each with its naive evaluation over what was written last: { last, open, close, closes (the newest at the end) }. */
const FILTERS = [
  ...[20, 35, 50, 65, 80].map((level) => ({ filter: `last > ${level}`, holds: ({ last }) => last > level })),
  { filter: 'close > open', holds: ({ open, close }) => close > open },
  { filter: 'close > close[1]', on: 'close', holds: ({ closes }) => closes.at(-1) > closes.at(-2) },
  {
    filter: `close > sma(close, ${LENGTH})`,
    on: 'close',
    cooldown: 1,
    holds: ({ closes }) => closes.at(-1) * LENGTH > closes.reduce((sum, close) => sum + close),
  },
]
/** Without a naive evaluation. Short, so that their values soon repeat themselves like the prices. */
const OTHERS = [
  { filter: 'rsi(3) < 40', columns: { rsi: 'rsi(3)' } },
  { filter: 'close < bbands(4, 1, 1).lower or close > bbands(4, 1, 1).upper' },
]
export const TRADERS = [...FILTERS, ...OTHERS].map(({ holds, ...spec }, i) => ({ id: `t${i}`, ...spec }))

const ON_TIME = { copies: [{}] }

export class Market {
  schedule = new Schedule()
  random = new Random(1)
  config = { waitAsync: true }
  faults = { fate: () => ON_TIME }
  /** @type {SimulatedWorker | undefined} */
  worker
  /** @type {Scanner} */
  scanner
  names = Array.from({ length: SYMBOLS }, (_, i) => `S${i}`)
  updates = 0
  deltas = 0
  /** Simulated ms that the engine takes for a symbol of a cycle's change set: none, or an engine that is too slow. */
  msPerSymbol = 0
  /** What is called after every cycle. @type {() => void} */
  onCycle = () => {}
  #keys
  /** The newest of each symbol as it was written. */
  #last = new Float64Array(SYMBOLS)
  #open = new Float64Array(SYMBOLS)
  #close = new Float64Array(SYMBOLS)
  #closes = Array.from({ length: LENGTH }, () => new Float64Array(SYMBOLS))
  /** Of the feed so far. */
  seconds = 0
  #ticker = { last: 0 }
  #kline = { openTime: START, open: 0, high: 0, low: 0, close: 0, volume: 1, closed: false }

  // ---- what the simulated worker asks of its world

  wall = () => START + this.schedule.now
  note() {}
  count() {}
  writes = { beforeCycle() {} }
  afterCycle({ updatedSymbols }) {
    this.onCycle()
    if (this.msPerSymbol > 0) this.worker?.stall(updatedSymbols * this.msPerSymbol)
  }
  fail(text) {
    throw new Error(text)
  }

  // ---- life

  async start() {
    Date.now = this.wall
    const host = {
      now: () => this.schedule.now,
      setTimer: (run, ms) => this.schedule.after(Math.max(1, ms), run),
      clearTimer: (task) => this.schedule.cancel(task),
      random: () => this.random.next(),
    }
    const options = {
      symbols: this.names,
      // Room for those that come and go.
      maxSymbols: SYMBOLS + 8,
      maxKlines: 50,
      threads: 1,
      traders: TRADERS,
      wasmModule,
      clock: this.wall,
      createWorker: () => {
        this.worker = new SimulatedWorker(this)
        return this.worker
      },
    }
    this.scanner = await this.wait(Scanner.create(options, host))
    this.scanner.addEventListener('signals', () => this.deltas++)
    this.scanner.addEventListener('error', ({ detail }) => this.fail(detail.stack))
    this.#keys = this.scanner.symbols.map(({ index }) => index)
    void this.#consume()
    await this.wait(this.scanner.start({ everyMs: SECOND }))
  }

  async #consume() {
    for await (const _ of this.scanner.deltas()) this.deltas++
  }

  /** Lets simulated time pass until a promise is settled. */
  async wait(promise) {
    let settled = false
    const done = () => {
      settled = true
    }
    promise.then(done, done)
    assert.ok(await this.schedule.until(() => settled, 10 * MINUTE), 'it never ends')
    return await promise
  }

  /** The next second of the feed: `times` updates of each symbol, tickers, live klines, and at its time the closed one. */
  async second(times = 1) {
    this.seconds++
    const closes = this.seconds % 60 === 0
    for (let n = 0; n < times; n++) {
      const isLast = n === times - 1
      if (closes && isLast) this.#klines(true)
      else if ((this.seconds + n) % 2 === 0) this.#klines(false)
      else this.#tickers(n)
      await this.schedule.pass((this.seconds * SECOND - this.schedule.now) / (times - n))
    }
    this.updates += times * SYMBOLS
  }

  #tickers(n) {
    const { writer } = this.scanner
    for (let slot = 0; slot < SYMBOLS; slot++) {
      this.#last[slot] = this.#price(slot, n)
      this.#ticker.last = this.#last[slot]
      writer.updateTicker(this.#keys[slot], this.#ticker)
    }
  }

  /** @param {boolean} closed */
  #klines(closed) {
    const kline = this.#kline
    kline.openTime = START + Math.floor((this.seconds - 1) / 60) * MINUTE
    kline.closed = closed
    const newest = closed ? this.#closes.shift() : undefined
    for (let slot = 0; slot < SYMBOLS; slot++) {
      const close = this.#price(slot, 0)
      this.#open[slot] = kline.open = this.#price(slot, 7)
      this.#close[slot] = kline.close = close
      kline.high = Math.max(kline.open, close)
      kline.low = Math.min(kline.open, close)
      if (newest) newest[slot] = close
      this.scanner.writer.updateKline(this.#keys[slot], '1m', kline)
    }
    if (newest) this.#closes.push(newest)
  }

  /** From 1 to 100, by symbol and second; `n` makes several a second. */
  #price(slot, n) {
    let hash =
      Math.imul(slot + 1, 0x9e3779b1) ^ Math.imul((this.seconds % PERIOD) + n * PERIOD + 1, 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
    return 1 + (((hash ^ (hash >>> 12)) >>> 0) % 100)
  }

  // ---- what must be so

  /**
   * What differs from what was written last, and from its naive evaluation; undefined if nothing does. There must have
   * been LENGTH closed klines.
   */
  difference() {
    const { scanner, names } = this
    for (const [i, { filter, holds }] of FILTERS.entries()) {
      const expected = names.filter((_, slot) => holds(this.#newest(slot)))
      if (scanner.matches(`t${i}`).join() !== expected.join()) return `the matches of ${filter}`
    }
    for (const [slot, symbol] of names.entries()) {
      const { last, open, close, closes } = this.#newest(slot)
      if (scanner.ticker(symbol)?.last !== last) return `the ticker of ${symbol}`
      const klines = scanner.klines(symbol, '1m', { last: LENGTH + 1 })
      const live = klines.at(-1)?.closed ? undefined : klines.pop()
      if (live && (live.open !== open || live.close !== close)) return `the live kline of ${symbol}`
      if (
        klines
          .slice(-LENGTH)
          .map((kline) => kline.close)
          .join() !== closes.join()
      )
        return `the closed klines of ${symbol}`
    }
    return undefined
  }

  #newest(slot) {
    const closes = this.#closes.map((column) => column[slot])
    return { last: this.#last[slot], open: this.#open[slot], close: this.#close[slot], closes }
  }
}
