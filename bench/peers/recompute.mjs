/**
 * A filter recomputed from its klines whenever it is asked, which is what indicator libraries without a forming kline
 * leave one to do, and what tickscan's forerunner did. Each trader computes its own indicators, from left to right, and
 * stops where the answer is no. That takes seconds, so a share of the symbols is scanned, and the time counted in full.
 */

/**
 * @typedef {object} Library
 * @property {string} name
 * @property {number} rsiRounding half a unit of the last digit that its RSI keeps
 * @property {(values: Float64Array | number[], period: number) => number} rsi the last value
 * @property {(values: Float64Array | number[], period: number) => number} ema
 * @property {(values: Float64Array | number[], periods: { fast: number, slow: number, signal: number }) => number} histogram
 */

export class Recomputing {
  /**
   * @param {Library} library
   * @param {import('../lib/market.mjs').Market} market
   * @param {import('../lib/traders.mjs').Trader[]} traders
   * @param {number} share of the symbols
   */
  constructor(library, market, traders, share, macd) {
    this.library = library
    this.name = library.name
    this.rsiRounding = library.rsiRounding
    this.market = market
    this.traders = traders
    this.macd = macd
    this.symbols = Math.max(1, Math.round(market.symbols.length * share))
    this.matching = traders.map(() => new Set())
    /** Every indicator is computed over the closed klines and the live one. */
    this.closes = market.history.slice(0, this.symbols).map(({ close }) => [...close, 0])
  }

  /** Scans its share of the symbols at a round's live prices. */
  live(round) {
    for (let symbol = 0; symbol < this.symbols; symbol++) {
      const values = this.closes[symbol]
      values[values.length - 1] = this.market.price(symbol, round)
    }
    for (const [i, trader] of this.traders.entries()) {
      this.matching[i].clear()
      for (let symbol = 0; symbol < this.symbols; symbol++) {
        if (this.#holds(trader, this.closes[symbol])) this.matching[i].add(symbol)
      }
    }
  }

  matches(trader) {
    return this.matching[trader]
  }

  #holds({ rsi, level, ema }, values) {
    const { library } = this
    return (
      library.rsi(values, rsi) < level &&
      values[values.length - 1] > library.ema(values, ema) &&
      library.histogram(values, this.macd) > 0
    )
  }
}

/** One trader computed once over all of the market's history: what adding it costs. */
export function recomputeOnce(library, market, { rsi, level, ema, macd }) {
  const found = new Set()
  for (let symbol = 0; symbol < market.symbols.length; symbol++) {
    const values = [...market.history[symbol].close]
    // All three, as what comes next will need them.
    const [a, b, c] = [library.rsi(values, rsi), library.ema(values, ema), library.histogram(values, macd)]
    if (a < level && values[values.length - 1] > b && c > 0) found.add(symbol)
  }
  return found
}
