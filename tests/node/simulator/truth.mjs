/**
 * What every trader must match, computed the plain way: the newest ticker and the klines of each symbol in arrays, and
 * each filter as a few lines of JavaScript over them. It shares nothing with the engine.
 */

export const INTERVALS = Object.freeze({ '1m': 60_000, '5m': 300_000 })

/** Three truth values: undefined is unknown. */
const known = (test, ...values) => (values.includes(undefined) ? undefined : test(...values))
const more = (a, b) => known((x, y) => x > y, a, b)
const not = (a) => (a === undefined ? undefined : !a)
const and = (a, b) => (a === false || b === false ? false : a && b)
const or = (a, b) =>
  a === true || b === true ? true : a === undefined || b === undefined ? undefined : false

function sma(klines, n) {
  if (klines.length < n) return undefined
  return klines.slice(-n).reduce((sum, { close }) => sum + close, 0) / n
}

/** `at` sees a symbol: { last, klines(interval), closed(interval) }, and a level that its trader was given. */
export const FILTERS = Object.freeze([
  {
    filter: (level) => `last > ${level} or close < ${10 - level}`,
    at: ({ last, klines }, level) => or(more(last, level), more(10 - level, klines('1m').at(-1)?.close)),
  },
  {
    filter: () => 'close > sma(close, 3)',
    at: ({ klines }) => more(klines('1m').at(-1)?.close, sma(klines('1m'), 3)),
  },
  {
    filter: (level) => `close > close[1] and not (last > ${level})`,
    at: ({ last, klines }, level) =>
      and(more(klines('1m').at(-1)?.close, klines('1m').at(-2)?.close), not(more(last, level))),
  },
  {
    filter: (level) => `close@5m > open@5m and last < ${level}`,
    at: ({ last, klines }, level) => {
      const kline = klines('5m').at(-1)
      return and(more(kline?.close, kline?.open), more(level, last))
    },
  },
  {
    on: 'close',
    filter: () => 'close > open',
    at: ({ closed }) => more(closed('1m').at(-1)?.close, closed('1m').at(-1)?.open),
  },
  {
    on: 'close',
    filter: () => 'close > sma(close, 4)',
    at: ({ closed }) => more(closed('1m').at(-1)?.close, sma(closed('1m'), 4)),
  },
  {
    on: 'close',
    interval: '5m',
    filter: (level) => `close < open or close > ${level}`,
    at: ({ closed }, level) => {
      const kline = closed('5m').at(-1)
      return or(more(kline?.open, kline?.close), more(kline?.close, level))
    },
  },
])

/** What the market holds, and which symbols there are, by name, in the order in which they were asked for. */
export class Truth {
  #maxKlines
  /** @type {Map<string, { last?: number, series: Record<string, { closed: any[], live?: any }> }>} */
  #symbols = new Map()

  /** @param {string[]} names @param {number} maxKlines */
  constructor(names, maxKlines) {
    this.#maxKlines = maxKlines
    for (const name of names) this.add(name)
  }

  get names() {
    return [...this.#symbols.keys()]
  }

  has(name) {
    return this.#symbols.has(name)
  }

  add(name) {
    const series = Object.keys(INTERVALS).map((interval) => [interval, { closed: [], live: undefined }])
    this.#symbols.set(name, { last: undefined, series: Object.fromEntries(series) })
  }

  remove(name) {
    this.#symbols.delete(name)
  }

  ticker(name, last) {
    this.#symbols.get(name).last = last
  }

  last(name) {
    return this.#symbols.get(name).last
  }

  kline(name, interval, kline) {
    const series = this.#symbols.get(name).series[interval]
    if (!kline.closed) {
      series.live = kline
      return
    }
    series.closed = [...series.closed, kline].slice(-this.#maxKlines)
    if (series.live && series.live.openTime <= kline.openTime) series.live = undefined
  }

  closed(name, interval) {
    return this.#symbols.get(name).series[interval].closed
  }

  /** Symbols that match a trader made of a row of FILTERS. */
  matches({ row, level, enabled = true }) {
    const names = []
    for (const [name, { last, series }] of enabled ? this.#symbols : []) {
      const closed = (interval) => series[interval].closed
      const klines = (interval) => {
        const { closed, live } = series[interval]
        return live ? [...closed, live] : closed
      }
      if (row.at({ last, closed, klines }, level) === true) names.push(name)
    }
    return names
  }
}
