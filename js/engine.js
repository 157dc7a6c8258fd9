/**
 * The engine behind the commands: one method per message, each a few calls into the core. Runs in the engine
 * worker; the core is only ever called from here, from one thread, between messages.
 *
 * 1. Deltas go out (SIGNALS) before the ack of the command that ran the cycle.
 * 2. A large change set is scanned in slices. Between the slices of the engine's own cycles every message is handled,
 *    so none waits for longer than a slice. Between those of a command's cycle messages are received (queued, answered
 *    again, refused), but commands wait for its end: they are applied in order, and whatever follows a PROCESS_UPDATES
 *    may rely on all of it.
 * 3. Anything thrown by the core is a trap, after which its memory cannot be trusted: the engine is dead, says
 *    so once (ERROR, fatal) and refuses everything from then on.
 */

import { Cadence, checkCadence } from './cadence.js'
import { cycleResult } from './cycle-result.js'
import { bootCore } from './engine-boot.js'
import { EngineControl } from './engine-control.js'
import { EngineCycles } from './engine-cycles.js'
import { coreFailed } from './engine-errors.js'
import { EngineLanguage } from './engine-language.js'
import { Succession } from './engine-restore.js'
import { checkStatusEvery, EngineStatus } from './engine-status.js'
import { EngineSymbols } from './engine-symbols.js'
import { EngineTraders, paramLists } from './engine-traders.js'
import { fromErrorData, TickscanError, toErrorData } from './errors.js'
import { loadHistoryFile } from './history-job.js'
import { COMMANDS, PROTOCOL_VERSION } from './protocol.js'
import { checkSession } from './session-options.js'

/** @import { EngineHost } from './engine-host.js' */

/** Between signs of life: several in each tick of who waits for them (pulse.js). */
const SIGN_OF_LIFE_MS = 250

export class Engine {
  #host
  /** @type {any} */
  #core
  /** Of the core's memory, which never grows; asking the memory for it takes long. @type {ArrayBufferLike} */
  #buffer = new ArrayBuffer(0)
  /** @type {Record<string, number>} */
  #sizes = {}
  #threads = 0
  /** @type {Cadence | undefined} */
  #cadence
  /** @type {TickscanError | undefined} why the engine is dead */
  #dead
  #symbols = new EngineSymbols({
    call: (name, argument) => this.#call(name, argument),
    cycle: (seq, now) => this.#cycles.run(seq, now),
    event: (type, fields) => this.#event(type, { ...fields, signals: this.#cycles.posted.signals }),
  })
  /** @type {EngineControl | undefined} */
  #control
  /** @type {Succession | undefined} what this engine takes over from a dead one */
  #succession
  #language
  #traders = new EngineTraders((name, ...args) => this.#call(name, ...args))
  #cycles
  #status
  /** @type {Record<string, (fields: any, seq: number, again: boolean) => any>} */
  #commands

  /** @param {EngineHost} host */
  constructor(host) {
    this.#host = host
    this.#language = new EngineLanguage(host)
    this.#cycles = new EngineCycles({
      thread: host,
      guard: (run) => this.#guard(() => run(this.#core)),
      buffer: () => this.#buffer,
      whyDead: () => this.#dead,
      event: (type, fields, transfer) => this.#event(type, fields, transfer),
      traders: this.#traders,
      onCycle: () => this.#cadence?.noteCycle(),
    })
    this.#status = new EngineStatus({
      ...host,
      read: () => this.#readStatus(),
      post: (fields) => this.#event('STATUS', fields),
    })
    this.#commands = {
      INIT: (fields, seq) => this.#init(fields, seq),
      ADD_TRADER: (fields, seq) => this.#addTrader(fields, seq),
      UPDATE_TRADER: (fields, seq) => this.#updateTrader(fields, seq),
      REMOVE_TRADER: ({ ref }) => {
        this.#traders.remove(ref)
        return {}
      },
      ADD_SYMBOL: (fields) => this.#symbols.add(fields),
      START_SYMBOL: (fields, seq) => this.#symbols.start(fields, seq),
      REMOVE_SYMBOL: (fields, seq) => this.#symbols.remove(fields, seq),
      SNAPSHOT: (fields, seq) => this.#snapshot(fields, seq),
      CHECKPOINT: () => this.#traders.checkpoint(this.#buffer, this.#cycles.posted.signals),
      RECOPY: ({ last }) => ({ waiting: this.#succession?.copyAgain(last) ?? 0 }),
      PROCESS_UPDATES: (fields, seq) => this.#processUpdates(fields, seq),
      EVALUATE: (fields, seq, again) => this.#evaluate(fields, seq, again),
      VALIDATE_FILTER: (fields) => this.#language.validate(fields),
      DESCRIBE_FILTERS: ({ core }) => this.#language.describe(core),
      LOAD_HISTORY: (fields, command) =>
        loadHistoryFile(fields, {
          openUrl: host.openUrl,
          onProgress: (progress) => this.#event('PROGRESS', { command, ...progress }),
        }),
      GET_STATUS: () => this.#readStatus(),
      SET_CONFIG: (fields, seq) => this.#setConfig(fields, seq),
      SHUTDOWN: () => this.#shutdown(),
    }
  }

  /**
   * Runs one command. Throws TickscanErrors.
   * @param {string} type
   * @param {Record<string, any>} fields checked against the protocol's row, and nobody else's
   * @param {number} seq
   * @param {boolean} [again] it was applied before and its answer is wanted once more, perhaps while another command runs
   */
  apply(type, fields, seq, again = false) {
    if (this.#dead) {
      this.#sayDead()
      throw this.#dead
    }
    if (!this.#core && type !== 'INIT' && type !== 'SHUTDOWN' && !COMMANDS[type].alone) {
      throw new TickscanError('E_PROTOCOL', `${type} came before INIT`, {
        expected: 'INIT as the first command',
      })
    }
    if (typeof fields.now === 'number' && !again) fields.now = this.#cycles.timeOf(fields.now)
    const control = this.#control
    const before = control?.running(seq) ?? 0
    const done = () => {
      // What killed the engine stays noted.
      if (!this.#dead) control?.running(again ? before : 0)
    }
    let result
    try {
      result = this.#commands[type](fields, seq, again)
    } finally {
      // One that comes again leaves the note to the command between whose slices it may have come.
      if (again || !(result instanceof Promise)) done()
    }
    return result instanceof Promise && !again ? result.finally(done) : result
  }

  /**
   * Takes a message that is never acknowledged.
   * @param {string} type
   * @returns {boolean} false if it is none
   */
  signal(type) {
    if (type === 'WAKE') this.#cadence?.wake()
    else if (type === 'PING') this.#beat()
    else return false
    return true
  }

  /** Cycles of what was posted last: every ack says them. */
  get posted() {
    return this.#cycles.posted
  }

  #beat() {
    this.#sayDead()
    this.#control?.beat()
    this.#event('HEARTBEAT', { cycle: this.#cycles.posted.signals })
  }

  /**
   * @param {Record<string, any>} fields
   * @param {number} seq
   */
  async #init(fields, seq) {
    if (this.#core) throw new TickscanError('E_PROTOCOL', 'INIT came twice')
    // Held before READY: whoever gets it after that concludes that the worker has ended.
    const held = fields.lock && this.#host.holdLock(fields.lock)
    const [booted] = await Promise.all([bootCore(this.#host, fields, (cause) => this.#die(cause)), held])
    const { core, memory, layout, sizes } = booted
    this.#core = core
    this.#buffer = memory.buffer
    this.#sizes = sizes
    this.#threads = fields.threads
    this.#symbols.fill(booted.symbols, Boolean(fields.carried))
    this.#cadence = new Cadence({
      runCycle: () => this.#cycles.own(),
      setIdle: () => core.setIdle(),
      words: new Int32Array(memory.buffer),
      idle: layout.idle / 4,
      now: this.#host.steadyNow,
      setTimer: this.#host.setTimer,
      clearTimer: this.#host.clearTimer,
      waitAsync: this.#host.waitAsync,
    })
    const features = { waitAsync: this.#host.waitAsync !== undefined, threads: fields.threads }
    this.#control = new EngineControl(memory, layout)
    const failed = fields.carried ? this.#succeed(fields.carried, { memory, layout }) : []
    const ready = { memory, layout, intervals: booted.intervals, symbols: booted.symbols, features }
    this.#event('READY', ready)
    if (fields.carried) this.#cycles.run(seq, this.#cycles.timeOf(fields.carried.now))
    return { ...ready, failed }
  }

  /**
   * Takes over from a dead engine: its market, its traders, where they stood.
   * @param {Record<string, any>} carried
   * @param {{ memory: WebAssembly.Memory, layout: import('./layout.js').Layout }} own
   * @returns {{ ref: number, error: import('./errors.js').ErrorData }[]} traders that could not be added again
   */
  #succeed(carried, own) {
    this.#cycles.resume(carried.cycle)
    this.#succession = new Succession(carried, own)
    const alive = this.#signsOfLife()
    this.#succession.copyAll(alive)
    this.#setConfig(carried.config, 0)
    this.#succession.resumeSession((...args) => this.#call(...args))
    return this.#succession.addTraders(
      (ref, spec) => {
        this.#newTrader(ref, spec)
        return this.#traders.handleOf(ref)
      },
      (...args) => this.#call('restoreTrader', ...args),
      alive,
    )
  }

  /** For long steps, within which no PING is answered and nobody knows the heartbeat word yet. */
  #signsOfLife() {
    let last = this.#host.steadyNow()
    return () => {
      const now = this.#host.steadyNow()
      if (now - last < SIGN_OF_LIFE_MS) return
      last = now
      this.#event('HEARTBEAT', { cycle: this.#cycles.posted.signals })
    }
  }

  /**
   * @param {Record<string, any>} fields
   * @param {number} seq
   */
  #addTrader({ ref, traderId, now, ...spec }, seq) {
    const info = this.#newTrader(ref, { id: traderId, ...spec })
    this.#cycles.run(seq, now)
    return info
  }

  /**
   * @param {number} ref
   * @param {Record<string, any>} spec
   */
  #newTrader(ref, spec) {
    const info = this.#traders.add(ref, spec)
    this.#control?.name(this.#traders.handleOf(ref), ref)
    return info
  }

  /**
   * @param {Record<string, any>} fields
   * @param {number} seq
   */
  #snapshot({ ref, now }, seq) {
    this.#traders.wantSnapshots(ref)
    if (ref === undefined) this.#cycles.wantSession()
    this.#cycles.run(seq, now)
    return {}
  }

  /**
   * @param {Record<string, any>} fields
   * @param {number} seq
   */
  #updateTrader({ ref, as, now, ...changes }, seq) {
    const info = this.#traders.update(ref, as, changes)
    this.#cycles.run(seq, now)
    return info
  }

  /**
   * @param {Record<string, any>} fields
   * @param {number} seq
   */
  async #processUpdates({ now, snapshot }, seq) {
    const handle = snapshot === undefined ? undefined : this.#traders.handleOf(snapshot)
    const total = await this.#cycles.whole(seq, now)
    if (handle !== undefined) {
      // After everything was scanned, so that the snapshot has it all.
      this.#call('requestSnapshot', handle)
      total.cycle = this.#cycles.run(seq, now).cycle
    }
    return cycleResult(total)
  }

  /**
   * @param {Record<string, any>} fields
   * @param {number} seq
   * @param {boolean} again
   */
  async #evaluate({ filter, interval, params, slot, now }, seq, again) {
    // What the caller wrote before is to be seen, and only a cycle takes it in: once.
    if (!again) await this.#cycles.whole(seq, now)
    const found =
      slot === undefined
        ? this.#call('evaluate', { filter, interval, ...paramLists(params) })
        : this.#call('series', { filter, interval, slot, ...paramLists(params) })
    return { values: new Float64Array(this.#buffer, found.offset, found.count).slice() }
  }

  #readStatus() {
    const core = this.#guard(() => this.#core.status())
    const session = this.#guard(() => this.#core.session())
    core.cycle += this.#cycles.before
    const cadence = this.#cadence?.options ?? null
    // What grows when something leaks: the wasm memory never does, the JavaScript heap only until it is collected.
    const wasmBytes = this.#buffer.byteLength
    const memory = { ...this.#sizes, wasmBytes, heapBytes: this.#host.heapBytes() }
    return { core, memory, cadence, threads: this.#threads, session }
  }

  /**
   * @param {Record<string, any>} fields
   * @param {number} seq
   */
  #setConfig({ cadence, clockOffset, updateTracking, batchSymbols, session, statusEveryMs, now }, seq) {
    if (cadence) checkCadence(cadence)
    // The core takes it apart without a look at what it is.
    const settings = session && checkSession(session)
    if (statusEveryMs !== undefined) checkStatusEvery(statusEveryMs)
    if (batchSymbols !== undefined) this.#call('setBatchSymbols', batchSymbols)
    if (updateTracking !== undefined) this.#guard(() => this.#core.setTracking(updateTracking))
    if (settings) this.#call('configureSession', settings)
    if (session && now !== undefined) this.#cycles.run(seq, now)
    if (clockOffset !== undefined) this.#cycles.clockOffset = clockOffset
    if (cadence === null) this.#cadence?.stop()
    else if (cadence !== undefined) this.#cadence?.start(cadence)
    if (statusEveryMs !== undefined) this.#status.start(statusEveryMs)
    return {}
  }

  #shutdown() {
    const core = this.#core
    this.#cadence?.stop()
    this.#status.stop()
    this.#dead = new TickscanError('E_CLOSED', 'the engine was shut down')
    this.#core = undefined
    // After the ack, which is posted when this returns. The pool's threads have been joined and their workers end
    // with this one: terminating them first leaves threads behind in Chromium, now and then.
    this.#host.setTimer(() => this.#host.close(), 0)
    core?.destroy()
    return {}
  }

  /**
   * Calls a function of the core that answers { ok, … }.
   * @param {string} name
   * @param {any[]} args
   */
  #call(name, ...args) {
    const result = this.#guard(() => this.#core[name](...args))
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
    this.#dead = coreFailed(cause)
    this.#cadence?.stop()
    this.#status.stop()
    this.#sayDead()
    return this.#dead
  }

  /** Again with every command that comes: the first time may not have been heard, and nothing else tells of a trap. */
  #sayDead() {
    if (this.#dead?.code === 'E_WASM') this.#event('ERROR', { error: toErrorData(this.#dead), fatal: true })
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
