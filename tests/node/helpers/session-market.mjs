/** A scanner whose clock is a variable, and feeds of closed 1m klines: for tests of symbols and sessions. */

import { createScanner } from 'tickscan'

export const MINUTE = 60_000
/** A noon. */
export const NOON = Date.UTC(2024, 4, 6, 12)

/**
 * @param {import('node:test').TestContext} t
 * @param {Record<string, any>} options of createScanner
 */
export async function setUp(t, { now = NOON, ...options }) {
  const time = { now }
  const scanner = await createScanner({ threads: 1, intervals: ['1m'], clock: () => time.now, ...options })
  t.after(() => scanner.close())
  return { scanner, time, market: new SessionMarket(scanner, time) }
}

export class SessionMarket {
  constructor(scanner, time) {
    this.scanner = scanner
    this.time = time
  }

  /** Writes a closed kline that ends at `closeTime`, without a cycle. */
  close(symbol, closeTime, price = 1, interval = '1m', ms = MINUTE) {
    const kline = {
      openTime: closeTime - ms,
      open: price,
      high: price,
      low: price,
      close: price,
      volume: 1,
      closed: true,
    }
    return this.scanner.writer.updateKline(symbol, interval, kline)
  }

  /** One cycle at the clock's time. */
  cycle(options) {
    return this.scanner.processUpdates(options)
  }
}

/** Everything that the API reads about a symbol and a trader, as the outside sees it. */
export async function readAll(scanner, symbol, traderId, options = {}) {
  const evaluated = await scanner.evaluate('close', options)
  return {
    matches: scanner.matches(traderId, options),
    ticker: scanner.ticker(symbol, options),
    klines: scanner.klines(symbol, '1m', options),
    evaluated: evaluated.get(symbol),
    size: evaluated.size,
    series: Array.from(await scanner.series('close', symbol, '1m', options)),
  }
}

export const NOTHING = {
  matches: [],
  ticker: undefined,
  klines: [],
  evaluated: undefined,
  size: 0,
  series: [],
}
