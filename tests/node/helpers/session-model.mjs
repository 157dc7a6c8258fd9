/** What sessions must do, in a few lines over Maps: section 8 of the design, read once more. */

export const FILTER_LEVEL = 100

export class SessionModel {
  now
  settings = {
    catchupThresholdSeconds: 60,
    catchupCheckInterval: 3,
    stalledAfterSeconds: 180,
    scope: 'session',
  }
  /** name → { counter, threshold, lagging, stalled, heard, newest, price }, in the order of adding */
  symbols = new Map()
  /** Symbols that got something since the last cycle, and their klines that were not judged yet. */
  fresh = new Map()
  active = true
  restarts = 0

  constructor(now) {
    this.now = now
  }

  add(symbol, threshold) {
    this.symbols.set(symbol, {
      counter: 0,
      threshold,
      lagging: false,
      stalled: false,
      newest: 0,
      price: undefined,
    })
  }

  remove(symbol) {
    this.symbols.delete(symbol)
    this.fresh.delete(symbol)
  }

  kline(symbol, closeTime, price) {
    const one = this.symbols.get(symbol)
    one.newest = closeTime
    one.price = price
    this.touch(symbol).push(closeTime)
  }

  touch(symbol) {
    if (!this.fresh.has(symbol)) this.fresh.set(symbol, [])
    return this.fresh.get(symbol)
  }

  cycle() {
    for (const [symbol, one] of this.symbols) {
      for (const closeTime of this.fresh.get(symbol) ?? []) {
        if (one.counter++ % this.settings.catchupCheckInterval === 0) this.#check(one, closeTime)
      }
      if (this.fresh.has(symbol)) one.heard = this.now
      if (!one.lagging) continue
      one.heard = Math.min(one.heard, this.now)
      if (this.now - one.heard > this.settings.stalledAfterSeconds * 1000) one.stalled = true
    }
    this.fresh.clear()
    const holds = [...this.symbols.values()].some(({ lagging, stalled }) => lagging && !stalled)
    this.active = this.settings.scope === 'symbol' || !holds
  }

  #check(one, closeTime) {
    const limit = one.threshold ?? this.settings.catchupThresholdSeconds
    one.lagging = this.now - closeTime > limit * 1000
    one.stalled = false
  }

  shows(one) {
    return this.active && !(this.settings.scope === 'symbol' ? one.lagging : one.stalled)
  }

  names(which) {
    return [...this.symbols].filter(([, one]) => which(one)).map(([symbol]) => symbol)
  }
}
