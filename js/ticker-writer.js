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
   * @param {number} key of a slot below maxSymbols
   * @param {Ticker} ticker
   * @returns {number} WRITTEN, or why not
   */
  write(key, ticker) {
    const { last, bid, ask, open24h, high24h, low24h, volume24h, quoteVolume24h, change24h, time } = ticker
    // Spelled out: helpers for ten fields are more than V8 inlines, and a call of one allocates its number.
    if (
      (last !== undefined && !Number.isFinite(last)) ||
      (bid !== undefined && !Number.isFinite(bid)) ||
      (ask !== undefined && !Number.isFinite(ask)) ||
      (open24h !== undefined && !Number.isFinite(open24h)) ||
      (high24h !== undefined && !Number.isFinite(high24h)) ||
      (low24h !== undefined && !Number.isFinite(low24h)) ||
      (volume24h !== undefined && !(Number.isFinite(volume24h) && volume24h >= 0)) ||
      (quoteVolume24h !== undefined && !(Number.isFinite(quoteVolume24h) && quoteVolume24h >= 0)) ||
      (change24h !== undefined && !Number.isFinite(change24h)) ||
      (time !== undefined && !Number.isFinite(time)) ||
      (high24h !== undefined && low24h !== undefined && high24h < low24h) ||
      (last === undefined &&
        bid === undefined &&
        ask === undefined &&
        open24h === undefined &&
        high24h === undefined &&
        low24h === undefined &&
        volume24h === undefined &&
        quoteVolume24h === undefined &&
        change24h === undefined)
    ) {
      return INVALID
    }

    // Every field has been read: from here to `leave` nothing of the caller's runs, and nothing throws.
    const memory = this.#memory
    const symbol = key % KEY_SLOTS
    if (!memory.enter(symbol, key)) return REMOVED
    const box = this.#base + symbol * this.#stride
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
    memory.mark(0, symbol)
    memory.leaveMarked()
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
