/**
 * trading-signals, streaming, as one would write it with care: one object per symbol and indicator, shared by all
 * traders; a forming kline is `add`ed once and then `replace`d; a trader is a function over the shared objects; only
 * what enters or leaves is kept track of.
 */

import { EMA, MACD, RSI } from 'trading-signals'
import { EMA_PERIODS, MACD as MACD_PERIODS, RSI_PERIODS } from '../lib/traders.mjs'

export const name = 'trading-signals'

/** @param {import('../lib/market.mjs').Market} market @param {import('../lib/traders.mjs').Trader[]} traders */
export function open(market, traders) {
  return new Streaming(market, traders)
}

class Streaming {
  name = name
  /** Entered or left so far: what a page would have been told. */
  changes = 0

  constructor(market, traders) {
    this.market = market
    this.books = market.symbols.map(makeBook)
    this.conditions = traders.map(conditionOf)
    this.matching = traders.map(() => new Set())
    for (const [symbol, book] of this.books.entries()) {
      for (const price of market.history[symbol].close) for (const one of book.all) one.add(price)
      book.close = market.history[symbol].close[market.klines - 1]
      this.#decide(symbol, book)
    }
  }

  live(dirty, round) {
    for (const symbol of dirty) {
      const book = this.books[symbol]
      const price = this.market.price(symbol, round)
      if (book.forming) for (const one of book.all) one.replace(price)
      else for (const one of book.all) one.add(price)
      book.forming = true
      book.close = price
      this.#decide(symbol, book)
    }
  }

  close(dirty, round) {
    this.live(dirty, round)
    for (const symbol of dirty) this.books[symbol].forming = false
  }

  matches(trader) {
    return this.matching[trader]
  }

  #decide(symbol, book) {
    const { conditions, matching } = this
    for (let i = 0; i < conditions.length; i++) {
      const now = conditions[i](book)
      if (now === matching[i].has(symbol)) continue
      if (now) matching[i].add(symbol)
      else matching[i].delete(symbol)
      this.changes++
    }
  }
}

function makeBook() {
  const rsi = Object.fromEntries(RSI_PERIODS.map((period) => [`rsi${period}`, new RSI(period)]))
  const ema = Object.fromEntries(EMA_PERIODS.map((period) => [`ema${period}`, new EMA(period)]))
  const macd = makeMacd(MACD_PERIODS)
  return { ...rsi, ...ema, macd, close: 0, forming: false, all: [...Object.values({ ...rsi, ...ema }), macd] }
}

/** All histories are long enough for every indicator, so none gives null. */
function conditionOf({ rsi, level, ema }) {
  const [a, b] = [`rsi${rsi}`, `ema${ema}`]
  return (book) =>
    book[a].getResult() < level && book.close > book[b].getResult() && book.macd.getResult().histogram > 0
}

export function makeMacd({ fast, slow, signal }) {
  return new MACD(new EMA(fast), new EMA(slow), new EMA(signal))
}

/** One trader over all of the market's history: what adding it costs. @returns {Set<number>} what it matches */
export function warmUp(market, { rsi, level, ema, macd }) {
  const found = new Set()
  for (let symbol = 0; symbol < market.symbols.length; symbol++) {
    const { close } = market.history[symbol]
    const [a, b, c] = [new RSI(rsi), new EMA(ema), makeMacd(macd)]
    for (const price of close) {
      a.add(price)
      b.add(price)
      c.add(price)
    }
    const last = close[close.length - 1]
    if (a.getResult() < level && last > b.getResult() && c.getResult().histogram > 0) found.add(symbol)
  }
  return found
}
