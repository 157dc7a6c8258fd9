/**
 * Scanner: what a user of the package holds. It sends commands to the engine worker, folds what comes back into
 * matches, and hands deltas on as events and as async iterators. Lives on the thread that made it (a page's main
 * thread, usually) and never scans there.
 *
 * 1. Every method that talks to the engine ends: by its answer, its deadline (E_DEADLINE), its signal (E_ABORTED),
 *    close() (E_CLOSED) or the worker's end (E_WORKER_DIED).
 * 2. A delta changes matches() first, then goes to events and streams, then the call that caused it resolves.
 * 3. Time is read from the `clock` option alone.
 */

import { availableThreads, compileCore, createEngineWorker } from '#platform'
import { checkCall, checkGatedCall, checkRead, checkStream } from './call-options.js'
import { realHost } from './client-host.js'
import { DeltaFlow } from './delta-flow.js'
import { withoutCycle } from './delta-rows.js'
import { fromErrorData, TickscanError, wrapError } from './errors.js'
import { HistoryLoader } from './history-loader.js'
import { MarketReader } from './market-reader.js'
import { MarketWriter } from './market-writer.js'
import { own, takeFields } from './message-check.js'
import { describe } from './names.js'
import { completeOptions, configError } from './options.js'
import { EVENTS } from './protocol.js'
import { ScannerSymbols } from './scanner-symbols.js'
import { Settings } from './settings.js'
import { checkIsolation, initFields } from './start-up.js'
import { Supervisor } from './supervisor.js'
import { checkTrader } from './trader.js'
import { TraderCommands } from './trader-commands.js'
import { TraderRegistry } from './trader-registry.js'
import { untilAborted } from './until-aborted.js'

/** @import { CallOptions, CycleResult, ReadOptions, StartOptions, Status, StreamOptions } from './call-options.js' */
/** @import { Delta } from './match-table.js' */
/** @import { CompleteOptions, ScannerOptions } from './options.js' */
/** @import { TraderChanges, TraderInfo, TraderSpec } from './trader.js' */

/** How long close() waits for the engine to end its threads before it is terminated. */
const SHUTDOWN_MS = 2000

/**
 * Scans symbols against traders. Made by `createScanner`. Events: scanner-events.js; 'signals' (`detail` is a Delta),
 * 'session' (a SessionChange) and 'error' (a TickscanError) are those that most programs need.
 */
export class Scanner extends ScannerSymbols {
  #options
  /** @type {Supervisor} */
  #client
  #traders
  #traderCommands
  #settings
  /** @type {MarketWriter | undefined} */
  #writer
  #flow
  #loader
  /** @type {Status['state']} */
  #state = 'running'
  /** @type {Promise<void> | undefined} */
  #closing
  /** @type {unknown} why READY could not be used */
  #startError

  /**
   * Use `createScanner`.
   * @param {CompleteOptions} options
   * @param {() => import('./platform-web.js').Port} openPort a new engine worker
   * @param {import('./client-host.js').ClientHost} host
   */
  constructor(options, openPort, host) {
    super()
    this.#options = options
    this.#traders = new TraderRegistry(options.maxSymbols, this.symbolList, this.gate)
    this.#loader = new HistoryLoader({
      ...options,
      places: options,
      writer: () => this.writer,
      onProgress: (progress) => this.emit('progress', progress),
    })
    this.#flow = new DeltaFlow({
      traders: this.#traders,
      emit: (delta) => this.emit('signals', delta),
      emitInternal: (delta) => this.emitInternal(delta),
      heard: () => this.hearsSignals,
      onError: (error) => this.#state !== 'closed' && this.emit('error', error),
      askSnapshots: () => this.#client.call('SNAPSHOT', { now: this.#now() }),
      pause: (attempt) => this.#client.pause(attempt),
    })
    this.#client = new Supervisor({
      openPort,
      host,
      deadlineMs: options.deadlineMs,
      onEvent: (type, message) => this.#onEvent(type, message),
      onFault: (error) => this.emit('error', error),
      onPosted: ({ signals, session }) => {
        this.#flow.fold.expect(signals)
        // One that has not come: snapshots come with a SESSION.
        if (this.gate.isNews(session)) this.#flow.fold.lostSession()
      },
      onCheckpoint: (checkpoint) => this.#traders.checkpoint(checkpoint),
      onRestart: (info) => this.#onRestart(info),
      onDisabled: (ref, error) => this.#onDisabled(ref, error),
      onChanged: (as) => this.#traders.made(as),
      onDeath: (error) => this.#onDeath(error),
      carry: (known) => {
        const { fold } = this.#flow
        for (const lost of this.#traders.repeat(known)) this.#flow.lost(lost)
        fold.restart()
        this.gate.restart()
        const trader = (/** @type {number} */ ref) => this.#traders.start(ref)
        const matches = (/** @type {number} */ slot) => this.#traders.isMatched(slot)
        return { cycle: fold.cycle, now: this.#now(), trader, ...this.carriedSymbols(matches) }
      },
    })
    this.#traderCommands = new TraderCommands(
      this.#client,
      this.#traders,
      () => this.#now(),
      (deltas) => this.#flow.lost(deltas),
    )
    this.#settings = new Settings(
      (fields) => this.#configure(fields),
      () => this.#now(),
    )
    this.attachSymbols({
      client: this.#client,
      intervals: options.intervals,
      session: options.session,
      configure: (settings) => this.#settings.set(settings),
      writer: () => this.writer,
      onSymbol: (event) => this.#onSymbol(event),
      loadHistory: (...load) => this.#loader.load(...load),
      now: () => this.#now(),
    })
  }

  /**
   * @param {ScannerOptions} given
   * @param {import('./client-host.js').ClientHost} [host] time and chance, for tests that drive them
   * @returns {Promise<Scanner>}
   */
  static async create(given, host = realHost) {
    const options = completeOptions(given, availableThreads())
    const traders = options.traders.map(checkTrader)
    checkIsolation()
    const compiled = compileCore(options).catch((error) => {
      throw wrapError(error, 'E_WASM')
    })
    const core = await untilAborted(compiled, options.signal, 'createScanner')
    const scanner = new Scanner(options, () => createEngineWorker(options), host)
    try {
      await scanner.#start(core, traders)
      return scanner
    } catch (error) {
      // Not a shutdown in order: an engine that did not start may not answer.
      await scanner.#end(scanner.#writer ? 'SHUTDOWN' : undefined)
      throw error
    }
  }

  /** Writes market data into the engine's memory. */
  get writer() {
    return /** @type {MarketWriter} */ (this.#writer)
  }

  /**
   * The traders in the order in which they were added, as they stand: copies. One with an `error` was disabled because the
   * engine could not run it; any updateTrader() of it tries again.
   */
  get traders() {
    return this.#traders.list()
  }

  /**
   * Adds a trader; a cycle decides it at once on what is there, and its deltas come before this resolves.
   * @param {TraderSpec} spec
   * @param {CallOptions} [options]
   * @returns {Promise<TraderInfo>}
   * @throws {TickscanError} E_CONFIG E_DUPLICATE E_UNSUPPORTED; for its filters E_SYNTAX E_NAME E_TYPE E_ARGUMENT
   *   E_RANGE E_LIMIT E_INTERVAL E_HISTORY (with `position`); E_MEMORY
   */
  async addTrader(spec, options) {
    return this.#traderCommands.add(checkTrader(spec), options)
  }

  /**
   * Changes a trader, all or nothing: what is not named stays. It keeps its place and its matches; a cycle decides it
   * anew, and the delta with what entered and left against the matches until now comes before this resolves. Columns of
   * what entered before a change of columns, parameters or interval are empty until snapshot() asks for them. One that was
   * disabled with an error is put into the engine again, as if it were added with the changes.
   * @param {string} id
   * @param {TraderChanges} changes
   * @param {CallOptions} [options]
   * @returns {Promise<TraderInfo>}
   * @throws {TickscanError} E_TRADER; as addTrader
   */
  async updateTrader(id, changes, options) {
    return this.#traderCommands.update(id, changes, options)
  }

  /**
   * Removes a trader. Its matches are gone at once; no delta says so.
   * @param {string} id
   * @param {CallOptions} [options]
   * @returns {Promise<void>}
   * @throws {TickscanError} E_TRADER
   */
  async removeTrader(id, options) {
    return this.#traderCommands.remove(id, options)
  }

  /**
   * The symbols that match a trader now, in the order in which they were added; none while the session is inactive.
   * @param {string} id
   * @param {ReadOptions} [options]
   * @returns {string[]}
   * @throws {TickscanError} E_TRADER E_CLOSED
   */
  matches(id, options) {
    this.checkOpen()
    return this.#traders.matchesOf(id, checkRead('matches', options))
  }

  /**
   * Deltas as they come, starting with snapshots of what matches already. None come while the session is inactive.
   * Ends at close().
   * @param {StreamOptions} [options]
   * @returns {AsyncIterableIterator<Delta>}
   */
  deltas(options = {}) {
    this.checkOpen()
    return this.#flow.open(checkStream(options))
  }

  /**
   * Runs one cycle now, over every earlier write of this thread. Its `deltas` are those that the session lets through.
   * @param {CallOptions & ReadOptions} [options]
   * @returns {Promise<CycleResult>}
   */
  async processUpdates(options) {
    const { internal, call } = checkGatedCall(options)
    const { result, deltas } = await this.#process({}, call, internal)
    return { ...result, deltas: deltas.map(withoutCycle) }
  }

  /**
   * Everything that a trader matches, with its columns as they are now, over every earlier write of this thread. The
   * delta also goes to events and streams, behind those of the cycle that was run for it. Empty while the session is
   * inactive.
   * @param {string} id
   * @param {CallOptions & ReadOptions} [options]
   * @returns {Promise<Delta>} with `snapshot: true`
   * @throws {TickscanError} E_TRADER
   */
  async snapshot(id, options) {
    const { internal, call } = checkGatedCall(options)
    const { trader, error } = this.#traders.get(id)
    const fields = error ? {} : { snapshot: trader.ref }
    const { deltas, result } = await this.#process(fields, call, internal)
    const found = deltas.filter((delta) => delta.traderId === id && delta.snapshot).pop()
    if (found) return found
    this.#traders.get(id)
    const { cycle } = result
    return { cycle, traderId: id, time: this.#now(), snapshot: true, late: false, entered: [], left: [] }
  }

  /**
   * Lets the engine run cycles by itself. Its time is Date.now() plus the offset that `clock` has now: a clock that
   * does not go like real time is for processUpdates().
   * @param {StartOptions} [options]
   * @returns {Promise<void>} need not be awaited
   * @throws {TickscanError} E_CONFIG, at once
   */
  start(options = {}) {
    return this.#settings.start(options)
  }

  /**
   * Ends the engine's own cycles.
   * @returns {Promise<void>} need not be awaited
   */
  stop() {
    return this.#settings.stop()
  }

  /**
   * @param {CallOptions} [options]
   * @returns {Promise<Status>}
   */
  async status(options) {
    const answer = await this.#client.call('GET_STATUS', {}, checkCall(options))
    return this.#statusOf(answer)
  }

  /**
   * @param {Record<string, any>} said by the engine
   * @returns {Status}
   */
  #statusOf({ core, memory, cadence, threads, session }) {
    return {
      state: this.#state,
      symbols: this.symbolList.size,
      traders: this.#traders.size,
      disabledTraders: this.traders.filter(({ error }) => error).map(({ id }) => id),
      intervals: [...this.#options.intervals],
      cycle: core.cycle,
      epoch: core.epoch,
      threads,
      cadence,
      memory,
      core,
      writer: this.writer.counters,
      updates: this.updates,
      session: this.sessionStatus(session),
      sweepFound: core.sweepFound,
      client: { pending: this.#client.pending, streams: this.#flow.size, unread: this.#flow.unread },
      restarts: this.#client.status.restarts,
      recoveredMs: this.#client.status.recoveredMs,
      clock: this.#now(),
    }
  }

  /**
   * Loads closed klines of a symbol from arrays, CSV or Parquet, read and checked in a worker of its own; 'progress' events tell
   * how far it is. Klines that the series has already are kept, and replaced where the open times are equal.
   * @param {string} symbol
   * @param {string} interval
   * @param {import('./history-loader.js').HistorySource} source
   * @param {import('./history-loader.js').LoadHistoryOptions} [options]
   * @returns {Promise<import('./history-loader.js').HistoryReport>}
   * @throws {TickscanError} E_VALUE with the line of the first bad kline; E_CONFIG E_SYMBOL E_INTERVAL E_OWNED;
   *   E_UNSUPPORTED for Parquet without hyparquet; nothing is stored then
   */
  loadHistory(symbol, interval, source, options) {
    return this.#loader.load(symbol, interval, source, options)
  }

  /**
   * Ends the engine and its threads; pending calls reject with E_CLOSED, streams end. Idempotent.
   * @returns {Promise<void>}
   */
  close() {
    this.#closing ??= this.#end('SHUTDOWN')
    return this.#closing
  }

  async [Symbol.asyncDispose]() {
    await this.close()
  }

  /** @param {string | undefined} lastCommand */
  async #end(lastCommand) {
    this.#state = 'closed'
    this.#writer?.close()
    this.#flow.end()
    const closed = new TickscanError('E_CLOSED', 'the scanner is closed')
    this.#loader.end(closed)
    await this.#client.end(closed, lastCommand, SHUTDOWN_MS)
  }

  /**
   * Sends INIT and the first traders without waiting in between: the worker keeps them in order.
   * @param {WebAssembly.Module} core
   * @param {ReturnType<typeof checkTrader>[]} traders
   */
  async #start(core, traders) {
    const { signal } = this.#options
    const ready = this.#client.call('INIT', { core, ...initFields(this.#options) }, { signal })
    const added = traders.map((trader) => this.#traderCommands.add(trader, { signal }))
    // Whichever fails first is the error; the others must not count as unhandled.
    for (const one of added) one.catch(nothing)
    const answer = await ready
    // READY itself may have been lost.
    if (!this.#writer && !this.#startError) this.#onEvent('READY', answer)
    if (this.#startError) throw wrapError(this.#startError, 'E_LAYOUT')
    await Promise.all(added)
  }

  /**
   * Runs a cycle and collects the deltas that it causes.
   * @param {{ snapshot?: number }} fields
   * @param {CallOptions} call
   * @param {boolean} internal also those that the session hides
   */
  async #process(fields, call, internal) {
    const now = this.#now()
    const before = this.#client.lastSeq
    const answer = this.#client.call('PROCESS_UPDATES', { ...fields, now }, call)
    const seq = this.#client.lastSeq
    const deltas = seq === before ? [] : this.#flow.collect(seq, internal)
    try {
      return { result: await answer, deltas }
    } finally {
      if (seq !== before) this.#flow.release(seq)
    }
  }

  /** @param {Record<string, any>} fields of SET_CONFIG */
  #configure(fields) {
    const answer = this.#client.call('SET_CONFIG', fields).then(nothing)
    // Whoever does not await it hears of a failure through the 'error' event, not as an unhandled rejection.
    answer.catch((error) => this.#state === 'running' && this.emit('error', error))
    return answer
  }

  /**
   * @param {string} type
   * @param {any} message
   */
  #onEvent(type, message) {
    try {
      if (type === 'READY') this.#onReady(takeFields(type, EVENTS.READY.fields, message))
      else if (type === 'SIGNALS') this.#flow.fold.take(takeFields(type, EVENTS.SIGNALS.fields, message))
      else if (type === 'SESSION') {
        const { fold } = this.#flow
        if (this.onSession(message, fold.cycle)) fold.lostSession()
        for (const delta of this.#traders.reopened()) this.#flow.late(delta)
      } else if (type === 'SYMBOL') this.#onSymbol(message)
      else if (type === 'STATUS')
        this.emit('status', this.#statusOf(takeFields(type, EVENTS.STATUS.fields, message)))
      else if (type === 'ERROR') this.emit('error', fromErrorData(own(message, 'error')))
    } catch (error) {
      if (type === 'SIGNALS') this.#flow.fold.lost()
      if (type === 'READY') this.#startError = error
      else this.emit('error', wrapError(error, 'E_PROTOCOL'))
    }
  }

  /** @param {Record<string, any>} fields of READY */
  #onReady({ memory, layout, intervals, symbols, features }) {
    this.fillSymbols(symbols)
    // Where the engine cannot wait for a word of memory, the writer's wake-up travels as a message.
    const onWake = own(features, 'waitAsync') === true ? nothing : () => this.#client.signal('WAKE')
    const { derive } = this.#options
    const kind = /** @type {const} */ ('tickscan-market')
    const handle = this.#client.attach({ kind, memory, layout, intervals, derive })
    if (this.#writer) this.#writer.moveTo(handle)
    else this.#writer = new MarketWriter(handle, { onWake })
    this.#client.attached()
    this.attachMarket({
      reader: new MarketReader(handle),
      symbols: this.symbolList,
      gate: this.gate,
      intervals: this.#options.intervals,
      now: () => this.#now(),
    })
  }

  /** @param {any} message */
  #onSymbol(message) {
    const signals = own(message, 'signals')
    // Deltas that it has overtaken would name its slot after another symbol.
    if (Number.isSafeInteger(signals)) this.#flow.fold.expect(signals)
    const removed = this.onSymbol(message)
    if (!removed) return
    for (const left of this.#traders.forget(removed.slot, removed.symbol)) this.#flow.lost(left)
  }

  /** @param {import('./supervisor.js').RestartInfo} info */
  #onRestart(info) {
    if (info.phase === 'died') this.#state = 'restarting'
    if (info.phase === 'restored') this.#state = 'running'
    this.emit('restart', info)
  }

  /**
   * @param {number} ref
   * @param {TickscanError} error why no engine has the trader any more
   */
  #onDisabled(ref, error) {
    const disabled = this.#traders.disable(ref, error)
    if (!disabled) return undefined
    this.#flow.lost(disabled)
    this.emit('error', disabled.error)
    return disabled.inside.traderId
  }

  /** @param {TickscanError} error */
  #onDeath(error) {
    this.#state = 'failed'
    this.#flow.end(error)
    this.emit('error', error)
  }

  /** @protected */
  checkOpen() {
    if (this.#state === 'closed') throw new TickscanError('E_CLOSED', 'the scanner is closed')
  }

  #now() {
    const now = this.#options.clock()
    if (Number.isFinite(now)) return now
    throw configError('clock', `a function that gave ${describe(now)}`, 'a function that gives ms')
  }
}

function nothing() {}
