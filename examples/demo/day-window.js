// The 24-hour figures of a ticker, kept from 1m klines as an exchange keeps them: open, high, low, volume and
// quote volume of the last 1,440 minutes.

const MINUTES = 1440

export class DayWindow {
  constructor() {
    this.opens = new Float64Array(MINUTES)
    this.highs = new Float64Array(MINUTES)
    this.lows = new Float64Array(MINUTES)
    this.volumes = new Float64Array(MINUTES)
    this.quoteVolumes = new Float64Array(MINUTES)
    this.count = 0
    this.volume = 0
    this.quoteVolume = 0
    this.high = Number.NaN
    this.low = Number.NaN
    this.rangeKnown = false
  }

  /** @param {{ open: number, high: number, low: number, close: number, volume: number }} kline */
  push({ open, high, low, close, volume }) {
    const at = this.count % MINUTES
    const quoteVolume = volume * close
    // A slot not yet used holds 0, so that subtracting it is right in the first day, too.
    this.volume += volume - this.volumes[at]
    this.quoteVolume += quoteVolume - this.quoteVolumes[at]
    this.opens[at] = open
    this.highs[at] = high
    this.lows[at] = low
    this.volumes[at] = volume
    this.quoteVolumes[at] = quoteVolume
    this.count += 1
    this.rangeKnown = false
  }

  /** Looks for the highest and the lowest price again; once per minute at most, and not while loading. */
  findRange() {
    const filled = Math.min(this.count, MINUTES)
    this.high = Number.NEGATIVE_INFINITY
    this.low = Number.POSITIVE_INFINITY
    for (let slot = 0; slot < filled; slot += 1) {
      this.high = Math.max(this.high, this.highs[slot])
      this.low = Math.min(this.low, this.lows[slot])
    }
    this.rangeKnown = true
  }

  get open() {
    if (this.count === 0) return Number.NaN
    return this.opens[this.count < MINUTES ? 0 : this.count % MINUTES]
  }

  /**
   * Ticker fields for a price of now.
   * @param {number} last
   * @param {number} halfSpread
   */
  ticker(last, halfSpread) {
    if (!this.rangeKnown) this.findRange()
    return {
      last,
      bid: last - halfSpread,
      ask: last + halfSpread,
      open24h: this.open,
      high24h: Math.max(this.high, last),
      low24h: Math.min(this.low, last),
      volume24h: this.volume,
      quoteVolume24h: this.quoteVolume,
      change24h: (last / this.open - 1) * 100,
    }
  }
}
