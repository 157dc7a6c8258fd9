/**
 * The part of the Scanner that knows its symbols and its session: which there are, who is late, the settings, and what an
 * expression comes to for them.
 * Lives on the client's thread.
 */

import { checkCall, checkConfig, checkEvaluate, checkSeries, checkTexts } from './call-options.js'
import { known } from './match-table.js'
import { takeFields } from './message-check.js'
import { EVENTS } from './protocol.js'
import { ScannerReads } from './scanner-reads.js'
import { SessionGate } from './session-gate.js'
import { SESSION_DEFAULTS } from './session-options.js'
import { SymbolCommands } from './symbol-commands.js'
import { SymbolList } from './symbol-list.js'

/** @import { EvaluateOptions } from './call-options.js' */
/** @import { CallOptions } from './engine-client.js' */
/** @import { SessionOptions } from './session-options.js' */
/** @import { SymbolInfo } from './symbol-list.js' */
/** @import { SymbolOptions, SymbolsHost } from './symbol-commands.js' */

export class ScannerSymbols extends ScannerReads {
  /** @protected */
  symbolList = new SymbolList()
  /** @protected */
  gate = new SessionGate()
  /** @type {SymbolCommands | undefined} */
  #commands
  /** @type {Pick<import('./engine-client.js').EngineClient, 'call' | 'lastSeq'> | undefined} */
  #client
  /** @type {() => number} */
  #now = Date.now
  /** @type {(settings: import('./call-options.js').EngineSettings) => Promise<void>} */
  #configure = async () => {}
  /** @type {Required<SessionOptions>} */
  #settings = SESSION_DEFAULTS

  /**
   * For the Scanner itself, once.
   * @protected
   * @param {Omit<SymbolsHost, 'symbols'> & { session: SessionOptions,
   *   configure: (settings: import('./call-options.js').EngineSettings) => Promise<void> }} host
   */
  attachSymbols({ session, configure, ...host }) {
    this.#configure = configure
    this.#client = host.client
    this.#now = host.now
    this.#commands = new SymbolCommands({ ...host, symbols: this.symbolList })
    this.#settings = { ...SESSION_DEFAULTS, ...session }
  }

  /** The symbols in the order in which they were added; `index` is their key for the writer. A copy. */
  get symbols() {
    return this.symbolList.list()
  }

  /** Who is late, what is shown, and the settings: a copy. */
  get session() {
    const { prioritySymbols, ...settings } = this.#settings
    return { ...this.gate.state(), settings: { ...settings, prioritySymbols: [...prioritySymbols] } }
  }

  /**
   * Adds a symbol while everything goes on: it can be written at once, its history is loaded, then it is scanned and
   * decided by a cycle, whose deltas come before this resolves.
   * @param {string} symbol
   * @param {SymbolOptions} [options]
   * @returns {Promise<SymbolInfo>}
   * @throws {TickscanError} E_DUPLICATE; E_LIMIT if all maxSymbols slots are in use; E_SYMBOL E_CONFIG E_INTERVAL E_VALUE
   */
  async addSymbol(symbol, options = {}) {
    return this.#open().add(symbol, options)
  }

  /**
   * Removes a symbol: deltas say what it left, its klines and its keys are gone, its slot goes to another one.
   * A removal that is given up is still carried out, and one that has killed two engines (E_POISON) is done as well: the next
   * one is not told of the symbol.
   * @param {string} symbol
   * @param {CallOptions} [options]
   * @returns {Promise<void>}
   * @throws {TickscanError} E_SYMBOL
   */
  async removeSymbol(symbol, options) {
    return this.#open().remove(symbol, checkCall(options))
  }

  /**
   * Changes settings while everything runs; what is not named stays. `debugUpdates: true` makes every writer enter its updates into a ring of
   * the last 100, which `recentUpdates()` reads; it is off at first. `session`: those of its settings that are given;
   * thresholds count from each symbol's next check on.
   * @param {import('./call-options.js').ScannerSettings} config
   * @returns {Promise<void>}
   * @throws {TickscanError} E_CONFIG E_CLOSED
   */
  async setConfig(config) {
    this.#open()
    const { debugUpdates, session, ...settings } = checkConfig(config)
    if (debugUpdates !== undefined) this.setDebugging(debugUpdates)
    await this.#configure(settings)
    if (session === undefined || !this.#client) return
    await this.#client.call('SET_CONFIG', { session, now: this.#now() })
    this.#settings = { ...this.#settings, ...session }
  }

  /**
   * The value of an expression for each symbol, on all that was written before: numbers, or 1 and 0 for a condition;
   * undefined where it is unknown. Symbols that the session hides are left out.
   * @param {string} filter
   * @param {EvaluateOptions} [options]
   * @returns {Promise<Map<string, number | undefined>>}
   * @throws {TickscanError} as addTrader for filters; E_SYMBOL
   */
  async evaluate(filter, options = {}) {
    const { symbols, interval, params, internal, call } = checkEvaluate(filter, options)
    const named = symbols?.map((symbol) => ({ symbol, slot: this.symbolList.slotOf(symbol) }))
    const fields = { filter, interval, params, now: this.#now() }
    const { values } = await this.#engine().call('EVALUATE', fields, call)
    const all = () => this.symbolList.slots().map((slot) => ({ symbol: this.symbolList.nameAt(slot), slot }))
    const shown = (named ?? all()).filter(({ slot }) => internal || this.gate.shows(slot))
    return new Map(shown.map(({ symbol, slot }) => [symbol, known(values[slot])]))
  }

  /**
   * The values of an expression along a symbol's closed klines, oldest first, each as of its kline's close; NaN until
   * it is ready. Empty where the session hides the symbol.
   * @param {string} filter
   * @param {string} symbol
   * @param {string} [interval] default: the scanner's first
   * @param {import('./call-options.js').SeriesOptions} [options]
   * @returns {Promise<Float64Array>}
   * @throws {TickscanError} as addTrader for filters; E_SYMBOL
   */
  async series(filter, symbol, interval = '', options = undefined) {
    checkTexts(filter, interval)
    const { params, internal, call } = checkSeries(options)
    const slot = this.symbolList.slotOf(symbol)
    const fields = { filter, interval, params, slot, now: this.#now() }
    const { values } = await this.#engine().call('EVALUATE', fields, call)
    return internal || this.gate.shows(slot) ? values : new Float64Array(0)
  }

  /**
   * Comes with a later version.
   * @returns {Promise<never>}
   * @throws {TickscanError} E_UNSUPPORTED
   */
  async backtest() {
    return /** @type {never} */ (await this.#engine().call('BACKTEST', {}))
  }

  /**
   * @protected
   * @param {any} symbols of READY
   */
  fillSymbols(symbols) {
    this.symbolList.fill(symbols)
  }

  /**
   * What an engine that takes another's place is told of them.
   * @protected
   * @param {(slot: number) => boolean} matches whether a symbol matches some trader
   */
  carriedSymbols(matches) {
    return { symbols: this.symbolList.carried(matches), lagging: this.gate.carried() }
  }

  /**
   * @protected
   * @param {any} message
   * @param {number} folded cycle of the SIGNALS that were folded last
   * @returns {boolean} whether only snapshots can tell the outside what it may know now: a SESSION before this one is
   *   missing, which may have brought symbols back, or the snapshots of this one came before it and met a closed gate
   */
  onSession(message, folded) {
    const fields = takeFields('SESSION', EVENTS.SESSION.fields, message)
    const missing = this.gate.misses(fields.baseCycle)
    if (!this.gate.isNews(fields.cycle)) return false
    this.emit('session', this.gate.apply(fields, this.symbolList))
    return missing || (fields.resync && folded >= fields.cycle)
  }

  /**
   * @protected
   * @param {any} message
   * @returns {{ slot: number, symbol: string } | undefined} what was removed
   */
  onSymbol(message) {
    const fields = takeFields('SYMBOL', EVENTS.SYMBOL.fields, message)
    const removed = this.#commands?.onEvent(/** @type {any} */ (fields))
    if (removed) this.gate.forget(removed.slot)
    return removed
  }

  /**
   * The session's part of the status.
   * @protected
   * @param {any} core what the engine says
   * @returns {import('./call-options.js').SessionStatus}
   */
  sessionStatus({ active, scope, inactiveMs, activations, lagging, lags }) {
    const named = (/** @type {any} */ { slot }) => this.symbolList.has(slot)
    const name = (/** @type {number} */ slot) => this.symbolList.nameAt(slot)
    const sorted = lags
      .map((/** @type {any} */ { lagMs }) => lagMs / 1000)
      .sort((/** @type {number} */ a, /** @type {number} */ b) => a - b)
    return {
      active,
      scope,
      inactiveSeconds: inactiveMs / 1000,
      activations,
      lagging: lagging.filter(named).map((/** @type {any} */ { slot, lagMs, stalled }) => ({
        symbol: name(slot),
        lagSeconds: lagMs / 1000,
        stalled,
      })),
      lagSeconds:
        sorted.length === 0
          ? null
          : { worst: sorted[sorted.length - 1], p50: sorted[(sorted.length - 1) >> 1] },
      symbols: lags.filter(named).map((/** @type {any} */ { slot, lagMs, lagMsMax }) => ({
        symbol: name(slot),
        lagSeconds: lagMs / 1000,
        lagSecondsMax: lagMsMax / 1000,
      })),
    }
  }

  #engine() {
    return /** @type {Pick<import('./engine-client.js').EngineClient, 'call'>} */ (this.#client)
  }

  #open() {
    this.checkOpen()
    return /** @type {SymbolCommands} */ (this.#commands)
  }
}
