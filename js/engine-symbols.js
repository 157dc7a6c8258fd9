/**
 * The commands that add and remove symbols, on the engine's side. Runs in the engine worker, between cycles.
 *
 * A symbol comes in two commands, so that its history can be loaded in between by whoever has it, while everything
 * else goes on: ADD_SYMBOL gives it a slot, START_SYMBOL lets it take part. Each answers { symbol, key }, which says what its
 * SYMBOL event says, should that be lost.
 */

/**
 * @typedef {object} SymbolsHost
 * @property {(name: string, argument: any) => any} call a function of the core; throws its errors
 * @property {(seq: number, now: number) => any} cycle
 * @property {(type: string, fields: Record<string, any>) => void} event
 */

export class EngineSymbols {
  #host
  /** @type {Map<number, string>} key → name */
  #names = new Map()
  /** @type {Map<number, number>} key → the client's number for its adding, where it gave one */
  #orders = new Map()
  /** Commands that were carried out by the engine before come again if their answers were lost. */
  #again = false

  /** @param {SymbolsHost} host */
  constructor(host) {
    this.#host = host
  }

  /**
   * @param {{ symbol: string, key: number, order?: number }[]} symbols of the start
   * @param {boolean} again taken over from another engine
   */
  fill(symbols, again) {
    this.#again = again
    for (const { symbol, key, order } of symbols) this.#note(symbol, key, order)
  }

  /** @param {Record<string, any>} fields */
  add({ symbol, intervals, thresholdSeconds = Number.NaN, order }) {
    const known = this.#again ? this.#keyOf(symbol) : undefined
    // A client asks for no symbol that it has, so this is the command that made it, with the answer lost.
    if (known !== undefined) return { symbol, key: known }
    const { key } = this.#host.call('addSymbol', { symbol, intervals, threshold: thresholdSeconds })
    this.#note(symbol, key, order)
    this.#event(key, 'loading')
    return { symbol, key }
  }

  /**
   * @param {Record<string, any>} fields
   * @param {number} seq
   */
  start({ key, now }, seq) {
    this.#host.call('startSymbol', key)
    this.#event(key, 'ready')
    this.#host.cycle(seq, now)
    return { symbol: this.#names.get(key), key }
  }

  /**
   * @param {Record<string, any>} fields
   * @param {number} seq
   */
  remove({ symbol, order, key = this.#keyOf(symbol, order) ?? -1, now }, seq) {
    const name = this.#names.get(key)
    // It was removed before the engine died; or nobody knew whether it had been added, and it had not.
    if (name === undefined && (this.#again || symbol !== undefined)) return { symbol, key }
    this.#host.call('removeSymbol', key)
    this.#names.delete(key)
    this.#orders.delete(key)
    try {
      this.#host.cycle(seq, now)
    } finally {
      // Also if the deltas could not be sent: the symbol is gone.
      this.#event(key, 'removed', name)
    }
    return { symbol: name, key }
  }

  /**
   * @param {string} symbol
   * @param {number} key
   * @param {number | undefined} order
   */
  #note(symbol, key, order) {
    this.#names.set(key, symbol)
    if (order !== undefined) this.#orders.set(key, order)
  }

  /**
   * @param {string} symbol
   * @param {number} [order] none that was added later
   */
  #keyOf(symbol, order = Number.POSITIVE_INFINITY) {
    const isIt = (/** @type {[number, string]} */ [key, name]) =>
      name === symbol && (this.#orders.get(key) ?? 0) <= order
    return [...this.#names].find(isIt)?.[0]
  }

  /**
   * @param {number} key
   * @param {'loading' | 'ready' | 'removed'} state
   * @param {string} [symbol]
   */
  #event(key, state, symbol = this.#names.get(key)) {
    this.#host.event('SYMBOL', { symbol, key, state })
  }
}
