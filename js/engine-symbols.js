/**
 * The commands that add and remove symbols, on the engine's side. Runs in the engine worker, between cycles.
 *
 * A symbol comes in two commands, so that its history can be loaded in between by whoever has it, while everything
 * else goes on: ADD_SYMBOL gives it a slot, START_SYMBOL lets it take part.
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
  /** Commands that were carried out by the engine before come again if their answers were lost. */
  #again = false

  /** @param {SymbolsHost} host */
  constructor(host) {
    this.#host = host
  }

  /**
   * @param {{ symbol: string, key: number }[]} symbols of the start
   * @param {boolean} again taken over from another engine
   */
  fill(symbols, again) {
    this.#again = again
    for (const { symbol, key } of symbols) this.#names.set(key, symbol)
  }

  /** @param {Record<string, any>} fields */
  add({ symbol, intervals, thresholdSeconds = Number.NaN }) {
    const known = this.#again && [...this.#names].find(([, name]) => name === symbol)
    // A client asks for no symbol that it has, so this is the command that made it, with the answer lost.
    if (known) return { key: known[0] }
    const { key } = this.#host.call('addSymbol', { symbol, intervals, threshold: thresholdSeconds })
    this.#names.set(key, symbol)
    this.#event(key, 'loading')
    return { key }
  }

  /**
   * @param {Record<string, any>} fields
   * @param {number} seq
   */
  start({ key, now }, seq) {
    this.#host.call('startSymbol', key)
    this.#event(key, 'ready')
    this.#host.cycle(seq, now)
    return {}
  }

  /**
   * @param {Record<string, any>} fields
   * @param {number} seq
   */
  remove({ key, now }, seq) {
    // It was removed before the engine died.
    if (this.#again && !this.#names.has(key)) return {}
    this.#host.call('removeSymbol', key)
    this.#host.cycle(seq, now)
    this.#event(key, 'removed')
    this.#names.delete(key)
    return {}
  }

  /**
   * @param {number} key
   * @param {'loading' | 'ready' | 'removed'} state
   */
  #event(key, state) {
    this.#host.event('SYMBOL', { symbol: this.#names.get(key), key, state })
  }
}
