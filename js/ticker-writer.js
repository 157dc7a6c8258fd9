/**
 * Writes tickers into their mailboxes. Called by the thread of its MarketWriter, once per update: no allocation,
 * no closure, no loop.
 *
 * A partial update keeps the other fields: it copies them from the slot that was published last. Nothing that
 * is wrong gets past the checks, which come before the record is claimed; a refused update leaves no trace.
 */

import { KEY_SLOTS } from './layout.js'
import { DAMAGED, INVALID, OWNED, REMOVED, WRITTEN } from './market-memory.js'

/**
 * Fields of a ticker, all optional, at least one given. A field never given is unknown to filters.
 * `spread` is not written: it is always ask − bid.
 * @typedef {object} Ticker
 * @property {number} [last] price of the last trade
 * @property {number} [bid] best bid price
 * @property {number} [ask] best ask price
 * @property {number} [open24h] price 24 hours ago
 * @property {number} [high24h]
 * @property {number} [low24h]
 * @property {number} [volume24h] in the base asset, ≥ 0
 * @property {number} [quoteVolume24h] in the quote asset, ≥ 0
 * @property {number} [change24h] percent
 * @property {number} [time] ms since 1970 at the exchange
 */

/** In the order of a slot's doubles, src/market/fields.def. */
export const TICKER_FIELDS = Object.freeze([
  'last',
  'bid',
  'ask',
  'open24h',
  'high24h',
  'low24h',
  'volume24h',
  'quoteVolume24h',
  'change24h',
  'time',
])

/** Far below the number of fields, so that one bad field outweighs all good ones. */
const BAD = -100

export class TickerWriter {
  #memory
  #base
  #stride
  #slots8
  #slotDoubles

  /** @param {import('./market-memory.js').MarketMemory} memory */
  constructor(memory) {
    const { layout } = memory
    this.#memory = memory
    this.#base = layout.tickers / 4
    this.#stride = layout.tickerStride / 4
    this.#slots8 = layout.boxSlots / 8
    this.#slotDoubles = layout.tickerSlotBytes / 8
  }

  /**
   * @param {number} key
   * @param {Ticker} ticker
   * @returns {number} WRITTEN, or why not
   */
  write(key, ticker) {
    const { last, bid, ask, open24h, high24h, low24h, volume24h, quoteVolume24h, change24h, time } = ticker
    const given =
      weigh(last) +
      weigh(bid) +
      weigh(ask) +
      weigh(open24h) +
      weigh(high24h) +
      weigh(low24h) +
      weighAmount(volume24h) +
      weighAmount(quoteVolume24h) +
      weigh(change24h)
    const timed = weigh(time)
    if (given <= 0 || timed < 0 || /** @type {number} */ (high24h) < /** @type {number} */ (low24h))
      return INVALID

    // Every field has been read: from here to `leave` nothing of the caller's runs, and nothing throws.
    const memory = this.#memory
    const symbol = key % KEY_SLOTS
    if (!memory.enter(symbol, key)) return REMOVED
    const box = this.box(symbol)
    const mine = memory.privateSlot(box)
    const published = memory.publishedSlot(box)
    const refusal = !memory.claim(box) ? OWNED : mine > 2 || published > 2 ? DAMAGED : WRITTEN
    if (refusal !== WRITTEN) {
      memory.leave()
      return refusal
    }
    const { doubles } = memory
    const slots = box / 2 + this.#slots8
    const to = slots + mine * this.#slotDoubles
    const from = slots + published * this.#slotDoubles
    doubles[to] = last === undefined ? doubles[from] : last
    doubles[to + 1] = bid === undefined ? doubles[from + 1] : bid
    doubles[to + 2] = ask === undefined ? doubles[from + 2] : ask
    doubles[to + 3] = open24h === undefined ? doubles[from + 3] : open24h
    doubles[to + 4] = high24h === undefined ? doubles[from + 4] : high24h
    doubles[to + 5] = low24h === undefined ? doubles[from + 5] : low24h
    doubles[to + 6] = volume24h === undefined ? doubles[from + 6] : volume24h
    doubles[to + 7] = quoteVolume24h === undefined ? doubles[from + 7] : quoteVolume24h
    doubles[to + 8] = change24h === undefined ? doubles[from + 8] : change24h
    doubles[to + 9] = time === undefined ? doubles[from + 9] : time
    memory.publish(box, mine)
    memory.mark(0, symbol, box)
    memory.leave()
    return WRITTEN
  }

  /**
   * Word index of a symbol's mailbox.
   * @param {number} symbol
   */
  box(symbol) {
    return this.#base + symbol * this.#stride
  }
}

/**
 * @param {number | undefined} value
 * @returns {number} 0 not given, 1 a finite number
 */
function weigh(value) {
  return value === undefined ? 0 : Number.isFinite(value) ? 1 : BAD
}

/** @param {number | undefined} value */
function weighAmount(value) {
  return value === undefined ? 0 : Number.isFinite(value) && value >= 0 ? 1 : BAD
}
