// A market model: enough like a real one that filters find something. Every price follows the common market
// by its own beta, keeps a momentum that fades over some forty minutes (so that there are trends), and now and
// then a coin breaks out with a multiple of its usual volume.

import { normal, uniform } from './random.js'

/** @typedef {import('./symbols.js').MarketSymbol} MarketSymbol */

const MOMENTUM_FADES_MINUTES = 40
const BURST_FADES_MINUTES = 6
const BURSTS_PER_MINUTE = 0.0006

export class Market {
  /**
   * @param {MarketSymbol[]} symbols
   * @param {number} seed
   */
  constructor(symbols, seed) {
    this.random = uniform(seed)
    this.normal = normal(this.random)
    const each = (/** @type {(symbol: MarketSymbol) => number} */ value) => Float64Array.from(symbols, value)
    this.price = each(({ price }) => price)
    this.scale = each(({ price }) => 10 ** Math.min(8, Math.max(1, Math.ceil(3.7 - Math.log10(price)))))
    this.sigma = each(({ rank }) => 0.0004 + 0.0009 * this.random() + 0.000003 * rank)
    this.beta = each(({ quoteBtc }) => (quoteBtc ? 0.1 : 0.6) + 0.7 * this.random())
    this.volumePerMinute = each(({ rank, price, quoteBtc }) => {
      const quotePerMinute = (quoteBtc ? 8 : 1_500_000) / (rank + 3) ** 1.1
      return (quotePerMinute / price) * (0.6 + 0.8 * this.random())
    })
    /** How likely a symbol trades in one step of the feed. */
    this.activity = each(({ rank }) => Math.min(0.95, 0.12 + 6 / (rank + 6)))
    this.momentum = each(() => 0.0001 * this.normal())
    this.burst = each(() => 0)
    this.market = 0
    this.marketSeen = each(() => 0)
    this.marketMomentum = 0
  }

  /** Moves what all symbols share. @param {number} minutes */
  moveMarket(minutes) {
    const root = Math.sqrt(minutes)
    this.marketMomentum += (-this.marketMomentum * minutes) / 90 + 0.000008 * root * this.normal()
    this.market += this.marketMomentum * minutes + 0.00025 * root * this.normal()
  }

  /**
   * Moves one symbol to the market's present state and returns its price, rounded to its tick size.
   * @param {number} index
   * @param {number} minutes since its last move
   * @param {number} [market] the market's level to move to
   */
  move(index, minutes, market = this.market) {
    const root = Math.sqrt(minutes)
    const sigma = this.sigma[index]
    this.momentum[index] +=
      (-this.momentum[index] * minutes) / MOMENTUM_FADES_MINUTES + sigma * 0.03 * root * this.normal()
    this.burst[index] -= (this.burst[index] * minutes) / BURST_FADES_MINUTES
    if (this.random() < BURSTS_PER_MINUTE * minutes)
      this.burst[index] = (this.random() < 0.55 ? 1 : -1) * (4 + 6 * this.random())
    const shared = this.beta[index] * (market - this.marketSeen[index])
    this.marketSeen[index] = market
    const drift = (this.momentum[index] + this.burst[index] * sigma * 0.2) * minutes
    this.price[index] *= Math.exp(shared + drift + sigma * root * this.normal())
    return Math.round(this.price[index] * this.scale[index]) / this.scale[index]
  }

  /** Volume traded in a span; more of it in a burst. @param {number} index @param {number} minutes */
  volume(index, minutes) {
    const excited = 1 + Math.abs(this.burst[index]) * 0.9
    return this.volumePerMinute[index] * minutes * excited * Math.exp(0.6 * this.normal() - 0.18)
  }

  /** Half of the distance of bid and ask: one tick. @param {number} index */
  halfSpread(index) {
    return 0.5 / this.scale[index]
  }
}
