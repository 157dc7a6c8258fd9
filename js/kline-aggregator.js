/**
 * Makes klines of a longer interval out of those of a shorter one, one after another: five of 1m are one of 5m. Used by
 * history loads (in the worker that reads the file) and by writers (live-derivation.js).
 *
 * 1. A kline is made only of all its parts. One that lacks some, as in an exchange's outage, is left out and
 *    counted: nothing is invented.
 * 2. A volume is the number that the exchange itself would say. Volumes are decimals that doubles only come near, so
 *    their sum is taken with Neumaier's compensation (Rundungsfehleranalyse einiger Verfahren zur Summation endlicher
 *    Summen, 1974) and rounded to 15 significant digits: as many as any decimal keeps through a double.
 */

/** Weeks open on Mondays, and 1970 began on a Thursday. */
const FIRST_MONDAY_MS = 4 * 86_400_000
const WEEK_MS = 7 * 86_400_000
/** Longer than this only the week is a fixed length that all exchanges cut alike. */
const DAY_MS = 86_400_000

/**
 * Whether klines of `from` make up klines of `to`.
 * @param {number} fromMs
 * @param {number} toMs
 */
export function canDerive(fromMs, toMs) {
  return toMs > fromMs && toMs % fromMs === 0 && (toMs <= DAY_MS || toMs === WEEK_MS)
}

/**
 * The open time of the kline that contains a time.
 * @param {number} time ms since 1970
 * @param {number} intervalMs
 */
export function openTimeOf(time, intervalMs) {
  const offset = intervalMs === WEEK_MS ? FIRST_MONDAY_MS : 0
  return Math.floor((time - offset) / intervalMs) * intervalMs + offset
}

export class KlineAggregator {
  #partMs
  #parts
  /** Parts that were added of the kline under way. */
  count = 0
  /** Klines before the one under way that lack parts, those at the edges of the data included. */
  incomplete = 0
  /** A part came that does not follow on the one before: the kline under way will never be complete. */
  broken = false
  /** The kline under way; NaN before the first. */
  openTime = Number.NaN
  open = Number.NaN
  high = Number.NaN
  low = Number.NaN
  close = Number.NaN
  #volume = 0
  #lost = 0

  /**
   * @param {number} partMs
   * @param {number} intervalMs a multiple, see canDerive
   */
  constructor(partMs, intervalMs) {
    this.#partMs = partMs
    this.#parts = intervalMs / partMs
    this.intervalMs = intervalMs
  }

  get volume() {
    return Number((this.#volume + this.#lost).toPrecision(15))
  }

  /** The open time of the part that comes next, if none is missing. */
  get nextPart() {
    return this.openTime + this.count * this.#partMs
  }

  /** Whether the kline under way has some parts, but not all. */
  get lacking() {
    return (this.count > 0 || this.broken) && !this.complete
  }

  /** Whether the kline under way has all its parts. */
  get complete() {
    return this.count === this.#parts
  }

  /**
   * Begins the kline of an open time, which has no parts yet.
   * @param {number} openTime
   */
  begin(openTime) {
    if (this.lacking) this.incomplete++
    this.openTime = openTime
    this.count = 0
    this.broken = false
    this.#volume = 0
    this.#lost = 0
  }

  /**
   * Adds a closed part. Parts come in order of time; one that does not follow on the last is left out, and so is
   * then the kline that it belongs to.
   * @param {number} openTime of the part, a multiple of its length
   * @param {number} open
   * @param {number} high
   * @param {number} low
   * @param {number} close
   * @param {number} volume
   * @returns {boolean} true: the kline under way is complete now
   */
  add(openTime, open, high, low, close, volume) {
    const whole = openTimeOf(openTime, this.intervalMs)
    if (whole !== this.openTime) this.begin(whole)
    if (openTime !== this.nextPart || this.broken || this.complete) {
      this.broken = true
      return false
    }
    if (this.count === 0) {
      this.open = open
      this.high = high
      this.low = low
    } else {
      this.high = Math.max(this.high, high)
      this.low = Math.min(this.low, low)
    }
    this.close = close
    this.#addVolume(volume)
    this.count++
    return this.complete
  }

  /** @param {number} volume at least 0, as all are: the larger one is known without looking at signs */
  #addVolume(volume) {
    const sum = this.#volume + volume
    this.#lost += this.#volume >= volume ? this.#volume - sum + volume : volume - sum + this.#volume
    this.#volume = sum
  }
}
