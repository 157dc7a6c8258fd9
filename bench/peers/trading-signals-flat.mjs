/**
 * trading-signals again, with everything around it tuned by hand for exactly these traders: results kept in a typed
 * array, traders that are numbers and no functions, matches in byte arrays. It can do no other filter than this one; it
 * stands here so that nobody need wonder how much of the time is the library's.
 */

import { EMA, RSI } from 'trading-signals'
import { EMA_PERIODS, MACD as MACD_PERIODS, RSI_PERIODS } from '../lib/traders.mjs'
import { makeMacd } from './trading-signals.mjs'

export const name = 'trading-signals, tuned by hand'

const HISTOGRAM = RSI_PERIODS.length + EMA_PERIODS.length
const WIDTH = HISTOGRAM + 1

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
    const count = market.symbols.length
    this.rules = traders.map(({ rsi, level, ema }) => ({
      rsi: RSI_PERIODS.indexOf(rsi),
      level,
      ema: RSI_PERIODS.length + EMA_PERIODS.indexOf(ema),
    }))
    this.indicators = Array.from({ length: count }, makeIndicators)
    this.values = new Float64Array(WIDTH)
    this.forming = new Uint8Array(count)
    this.matching = this.rules.map(() => new Uint8Array(count))
    for (let symbol = 0; symbol < count; symbol++) {
      for (const price of market.history[symbol].close) this.#update(symbol, price, false)
      this.#decide(symbol, market.history[symbol].close[market.klines - 1])
    }
  }

  live(dirty, round) {
    for (const symbol of dirty) {
      const price = this.market.price(symbol, round)
      this.#update(symbol, price, this.forming[symbol] === 1)
      this.forming[symbol] = 1
      this.#decide(symbol, price)
    }
  }

  close(dirty, round) {
    this.live(dirty, round)
    for (const symbol of dirty) this.forming[symbol] = 0
  }

  matches(trader) {
    const found = new Set()
    for (const [symbol, matches] of this.matching[trader].entries()) if (matches) found.add(symbol)
    return found
  }

  #update(symbol, price, replace) {
    const { values } = this
    const own = this.indicators[symbol]
    for (let i = 0; i < HISTOGRAM; i++) values[i] = own[i].update(price, replace) ?? Number.NaN
    values[HISTOGRAM] = own[HISTOGRAM].update(price, replace)?.histogram ?? Number.NaN
  }

  /** On the values of the last #update. */
  #decide(symbol, price) {
    const { values, rules, matching } = this
    const rising = values[HISTOGRAM] > 0
    for (let i = 0; i < rules.length; i++) {
      const { rsi, level, ema } = rules[i]
      const now = rising && values[rsi] < level && price > values[ema] ? 1 : 0
      if (now !== matching[i][symbol]) {
        matching[i][symbol] = now
        this.changes++
      }
    }
  }
}

function makeIndicators() {
  return [
    ...RSI_PERIODS.map((period) => new RSI(period)),
    ...EMA_PERIODS.map((period) => new EMA(period)),
    makeMacd(MACD_PERIODS),
  ]
}
