/**
 * The engine behind the commands: one method per message, each a few calls into the core. Runs in the engine
 * worker; the core is only ever called from here, from one thread, between messages.
 *
 * 1. Deltas go out (SIGNALS) before the ack of the command that ran the cycle.
 * 2. The core's traders are named by handles, which it uses again; the client's by refs, which are never used
 *    again. The translation happens here.
 * 3. Anything thrown by the core is a trap, after which its memory cannot be trusted: the engine is dead, says
 *    so once (ERROR, fatal) and refuses everything from then on.
 */

import { Cadence } from './cadence.js'
import { bootCore, loadBare } from './engine-boot.js'
import { fromErrorData, TickscanError, toErrorData, wrapError } from './errors.js'
import { loadHistoryFile } from './history-job.js'
import { COMMANDS, PROTOCOL_VERSION } from './protocol.js'
import { packSignals } from './signals.js'

/** Most cycles that one PROCESS_UPDATES runs while work is pending; what is left comes with the next. */
const ROUND_LIMIT = 1000

/**
 * What the engine needs from the thread it lives in; tests give their own.
 * @typedef {object} EngineHost
 * @property {(message: any, transfer?: any[]) => void} post
 * @property {(options: { memory: WebAssembly.Memory, wasmModule: WebAssembly.Module, poolSize: number,
 *   onPoolError?: (error: Error) => void }) => Promise<any>} loadCore
 * @property {(core: any) => void} terminateCore
 * @property {() => void} close ends the worker
 * @property {(url: string) => Promise<Blob>} openUrl reads a file or fetches
 * @property {number} minPages the least memory that the core starts in
 * @property {() => number} now wall clock, ms
 * @property {() => number} steadyNow ms from any start, never backwards
 * @property {(run: () => void, ms: number) => any} setTimer
 * @property {(timer: any) => void} clearTimer
 * @property {import('./cadence.js').CadenceHost['waitAsync']} waitAsync
 */

export class Engine {
  #host
  /** @type {any} */
  #core
  /** @type {WebAssembly.Memory | undefined} */
  #memory
  /** @type {Record<string, number>} */
  #sizes = {}
  #threads = 0
  /** @type {Cadence | undefined} */
  #cadence
  /** @type {TickscanError | undefined} why the engine is dead */
  #dead
  /** Client's clock − this thread's clock, ms. */
  #clockOffset = 0
  #lastSignalsCycle = 0
  /** @type {Promise<any> | undefined} a core without an engine, for questions about the language */
  #language
  /** @type {Map<number, number>} handle → ref */
  #refs = new Map()
  /** @type {Map<number, number>} ref → handle */
  #handles = new Map()
  /** @type {Record<string, (fields: any, seq: number) => any>} */
  #commands

  /** @param {EngineHost} host */
  constructor(host) {
    this.#host = host
    this.#commands = {
      INIT: (fields) => this.#init(fields),
      ADD_TRADER: (fields, seq) => this.#addTrader(fields, seq),
      REMOVE_TRADER: (fields) => this.#removeTrader(fields),
      PROCESS_UPDATES: (fields, seq) => this.#processUpdates(fields, seq),
      EVALUATE: (fields, seq) => this.#evaluate(fields, seq),
      VALIDATE_FILTER: (fields) => this.#validateFilter(fields),
      DESCRIBE_FILTERS: ({ core }) => this.#askLanguage(core, (bare) => bare.describeFilters()),
      LOAD_HISTORY: (fields, command) =>
        loadHistoryFile(fields, {
          openUrl: host.openUrl,
          onProgress: (progress) => this.#event('PROGRESS', { command, ...progress }),
        }),
      GET_STATUS: () => this.#status(),
      SET_CONFIG: (fields) => this.#setConfig(fields),
      SHUTDOWN: () => this.#shutdown(),
    }
  }

  /**
   * Runs one command. Throws TickscanErrors.
   * @param {string} type
   * @param {Record<string, any>} fields checked against the protocol's row
   * @param {number} seq
   */
  apply(type, fields, seq) {
    if (this.#dead) throw this.#dead
    if (!this.#core && type !== 'INIT' && type !== 'SHUTDOWN' && !COMMANDS[type].alone) {
      throw new TickscanError('E_PROTOCOL', `${type} came before INIT`, {
        expected: 'INIT as the first command',
      })
    }
    return this.#commands[type](fields, seq)
  }

  /** The client's hint that something was marked. */
  wake() {
    this.#cadence?.wake()
  }

  /** @param {Record<string, any>} fields */
  async #init(fields) {
    if (this.#core) throw new TickscanError('E_PROTOCOL', 'INIT came twice')
    const booted = await bootCore(this.#host, fields, (cause) => this.#die(cause))
    const { core, memory, layout, sizes } = booted
    this.#core = core
    this.#memory = memory
    this.#sizes = sizes
    this.#threads = fields.threads
    this.#cadence = new Cadence({
      runCycle: () => this.#ownCycle(),
      setIdle: () => core.setIdle(),
      words: new Int32Array(memory.buffer),
      idle: layout.idle / 4,
      now: this.#host.steadyNow,
      setTimer: this.#host.setTimer,
      clearTimer: this.#host.clearTimer,
      waitAsync: this.#host.waitAsync,
    })
    const features = { waitAsync: this.#host.waitAsync !== undefined, threads: fields.threads }
    this.#event('READY', { memory, layout, intervals: booted.intervals, symbols: booted.symbols, features })
    return {}
  }

  /**
   * @param {Record<string, any>} fields
   * @param {number} seq
   */
  #addTrader({ ref, traderId, filter, interval, on, columns, columnFilters, params, now }, seq) {
    if (this.#handles.has(ref)) throw new TickscanError('E_PROTOCOL', `the ref ${ref} was used before`)
    const spec = { id: traderId, filter, interval, on, columns, columnFilters, ...paramLists(params) }
    const added = this.#call('addTrader', spec)
    this.#refs.set(added.trader, ref)
    this.#handles.set(ref, added.trader)
    this.#cycle(seq, now)
    const { cost, warmup, replayable, missing } = added
    return { cost, warmup, replayable, missing }
  }

  /** @param {Record<string, any>} fields */
  #removeTrader({ ref }) {
    const handle = this.#handles.get(ref)
    if (handle === undefined) throw new TickscanError('E_TRADER', `there is no trader with the ref ${ref}`)
    this.#call('removeTrader', handle)
    this.#handles.delete(ref)
    this.#refs.delete(handle)
    return {}
  }

  /**
   * @param {Record<string, any>} fields
   * @param {number} seq
   */
  #processUpdates({ now }, seq) {
    const total = this.#cycle(seq, now)
    for (let round = 1; total.pending && round < ROUND_LIMIT; round++) {
      const next = this.#cycle(seq, now)
      total.cycle = next.cycle
      total.epoch = next.epoch
      total.pending = next.pending
      total.updatedSymbols += next.updatedSymbols
      total.filtersRun += next.filtersRun
      total.elapsedUs += next.elapsedUs
    }
    const { cycle, epoch, updatedSymbols, skippedSymbols, filtersRun, filtersSkipped, elapsedUs } = total
    return { cycle, epoch, updatedSymbols, skippedSymbols, filtersRun, filtersSkipped, elapsedUs }
  }

  /**
   * @param {Record<string, any>} fields
   * @param {number} seq
   */
  #evaluate({ filter, interval, params, slot, now }, seq) {
    // What the caller wrote before is to be seen, and only a cycle takes it in.
    this.#cycle(seq, now)
    const found =
      slot === undefined
        ? this.#call('evaluate', { filter, interval, ...paramLists(params) })
        : this.#call('series', { filter, interval, slot, ...paramLists(params) })
    const memory = /** @type {WebAssembly.Memory} */ (this.#memory)
    return { values: new Float64Array(memory.buffer, found.offset, found.count).slice() }
  }

  /** @param {Record<string, any>} fields */
  #validateFilter({ core, filter, intervals, base, params, expression }) {
    if (!intervals.every((/** @type {unknown} */ name) => typeof name === 'string') || !intervals[base]) {
      throw new TickscanError('E_INTERVAL', 'the intervals are unsuitable', {
        expected: 'names, and one at `base`',
      })
    }
    const question = { filter, intervals, base, expression, ...paramLists(params) }
    return this.#askLanguage(core, (bare) => bare.validateFilter(question))
  }

  /**
   * @param {WebAssembly.Module} module
   * @param {(core: any) => any} ask
   */
  async #askLanguage(module, ask) {
    this.#language ??= loadBare(this.#host, module)
    try {
      const { ok, error, ...answer } = ask(await this.#language)
      if (ok === false) throw fromErrorData(error)
      return answer
    } catch (error) {
      // A trap leaves an instance behind that cannot be asked again.
      if (!(error instanceof TickscanError) || error.code === 'E_WASM') this.#language = undefined
      throw wrapError(error, 'E_WASM')
    }
  }

  #status() {
    const core = this.#guard(() => this.#core.status())
    return { core, memory: this.#sizes, cadence: this.#cadence?.options ?? null, threads: this.#threads }
  }

  /** @param {Record<string, any>} fields */
  #setConfig({ cadence, clockOffset }) {
    this.#clockOffset = clockOffset
    if (cadence === null) this.#cadence?.stop()
    else {
      const { everyMs, minGapMs, eventDriven } = cadence
      if (!(everyMs > 0 && minGapMs >= 0 && typeof eventDriven === 'boolean')) {
        throw new TickscanError('E_CONFIG', 'the cadence is unsuitable', {
          expected: '{ everyMs > 0, minGapMs ≥ 0, eventDriven: true or false }',
        })
      }
      this.#cadence?.start({ everyMs, minGapMs, eventDriven })
    }
    return {}
  }

  #shutdown() {
    const core = this.#core
    this.#cadence?.stop()
    this.#dead = new TickscanError('E_CLOSED', 'the engine was shut down')
    this.#core = undefined
    // After the ack, which is posted when this returns. The pool's threads have been joined and their workers end
    // with this one: terminating them first leaves threads behind in Chromium, now and then.
    this.#host.setTimer(() => this.#host.close(), 0)
    core?.destroy()
    return {}
  }

  /** A cycle of the engine's own cadence; its errors have no command to answer. */
  #ownCycle() {
    try {
      return this.#cycle(0, this.#host.now() + this.#clockOffset).pending
    } catch (error) {
      if (!this.#dead) this.#event('ERROR', { error: toErrorData(error), fatal: false })
      return false
    }
  }

  /**
   * Runs one cycle and sends its deltas.
   * @param {number} command seq of the command that asked for it, 0 for the engine's own
   * @param {number} now the client's clock, ms
   */
  #cycle(command, now) {
    const result = this.#guard(() => this.#core.cycle(now))
    if (result.ok === false) throw fromErrorData(result.error)
    this.#cadence?.noteCycle()
    if (result.wordsCount > 0) this.#sendSignals(result, command)
    if (result.damaged > 0) this.#reportDamage()
    return result
  }

  /**
   * @param {any} result of core.cycle
   * @param {number} command
   */
  #sendSignals(result, command) {
    const memory = /** @type {WebAssembly.Memory} */ (this.#memory)
    const { buffer, wordCount, valueCount } = packSignals(memory.buffer, result, this.#refs)
    const { cycle } = result
    const baseCycle = this.#lastSignalsCycle
    this.#event('SIGNALS', { cycle, baseCycle, command, valueCount, wordCount, buffer }, [buffer])
    this.#lastSignalsCycle = cycle
  }

  /** Some writer ended in the middle of a rewrite: says which series are left alone until one comes back. */
  #reportDamage() {
    const series = this.#guard(() => this.#core.damaged())
    const message = `${series.length} series stay half rewritten, because their writer ended in the middle`
    const expected = 'a new writer that loads their history again'
    const error = new TickscanError('E_SERIES_DAMAGED', message, { expected, details: { series } })
    this.#event('ERROR', { error: toErrorData(error), fatal: false })
  }

  /**
   * Calls a function of the core that answers { ok, … }.
   * @param {string} name
   * @param {any} argument
   */
  #call(name, argument) {
    const result = this.#guard(() => this.#core[name](argument))
    if (result.ok === false) throw fromErrorData(result.error)
    return result
  }

  /**
   * @template T
   * @param {() => T} run
   * @returns {T}
   */
  #guard(run) {
    try {
      return run()
    } catch (cause) {
      throw this.#die(cause)
    }
  }

  /**
   * The core has trapped, or a thread of its pool has died.
   * @param {unknown} cause
   */
  #die(cause) {
    if (this.#dead) return this.#dead
    this.#dead = new TickscanError(
      'E_WASM',
      `the core failed: ${cause instanceof Error ? cause.message : cause}`,
    )
    this.#cadence?.stop()
    this.#event('ERROR', { error: toErrorData(wrapError(this.#dead, 'E_WASM')), fatal: true })
    return this.#dead
  }

  /**
   * @param {string} type
   * @param {Record<string, any>} fields
   * @param {any[]} [transfer]
   */
  #event(type, fields, transfer) {
    this.#host.post({ v: PROTOCOL_VERSION, type, ...fields }, transfer)
  }
}

/**
 * A filter's parameters as the core takes them. What is no number is one that the core refuses.
 * @param {Record<string, any>} [params]
 */
function paramLists(params = {}) {
  const paramValues = Object.values(params).map((value) => (typeof value === 'number' ? value : Number.NaN))
  return { paramNames: Object.keys(params), paramValues }
}
