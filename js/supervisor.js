/**
 * Keeps an engine running behind the Scanner: notices that a worker has died or hangs, starts the next one on fresh
 * memory, and tells it what it must know (journal.js) to stand where the dead one stood. The Scanner calls commands and
 * hears events as if there were one engine for ever. Client's thread.
 *
 * 1. A death is an error or exit event, a fatal ERROR, a Web Lock that was released, or silence (pulse.js; of an engine that
 *    takes another's place also before it stands, start-pulse.js).
 * 2. The old memory outlives its engine: it is marked RETIRED, its data is copied, then it is marked SUCCEEDED, and
 *    writers in every thread move on by themselves. It is let go when none is left in it.
 * 3. Calls without an answer go to the next engine; what was running at two deaths does not (E_POISON).
 * 4. Deaths are counted (restart-budget.js): with all threads, then without a pool, then not at all.
 */

import { watchLock } from '#platform'
import { newIncarnation } from './client-host.js'
import { EngineClient } from './engine-client.js'
import { sameLayout } from './engine-restore.js'
import { fromErrorData, TickscanError, wrapError } from './errors.js'
import { Journal } from './journal.js'
import { own } from './message-check.js'
import { Pulse } from './pulse.js'
import { RestartBudget } from './restart-budget.js'
import { RESTART, retryDelay } from './retry.js'
import { StartPulse } from './start-pulse.js'
import { RETIRED, SUCCEEDED } from './successor.js'
import { symbolEvent } from './symbol-list.js'
import { poisonous, TraderBlame } from './trader-blame.js'

/** Commands after which the next engine could not go on from the checkpoint before; snapshots are among them. */
const MOVES_DECISIONS = new Set(['ADD_TRADER', 'UPDATE_TRADER', 'START_SYMBOL', 'REMOVE_SYMBOL', 'SNAPSHOT'])
/** Ticks between two checkpoints while there is something to check. */
const CHECKPOINT_TICKS = 30
/** Ticks until writers that have not moved are held for gone. */
const WRITER_TICKS = 120

/**
 * @typedef {object} RestartInfo
 * @property {'suspect' | 'died' | 'restored'} phase
 * @property {number} restarts so far
 * @property {number} threads of the engine that runs, or is started
 * @property {TickscanError} [cause] of the death
 * @property {string[]} [disabled] traders that are not run any more, E_POISON
 * @property {number} [elapsedMs] restored: from the death's discovery to the first deltas of the new engine
 */

/**
 * @typedef {object} SupervisorOptions
 * @property {() => import('./platform-web.js').Port} openPort a new worker
 * @property {import('./client-host.js').ClientHost} host
 * @property {number} deadlineMs
 * @property {(type: string, message: any) => void} onEvent
 * @property {(info: RestartInfo) => void} onRestart
 * @property {(error: TickscanError) => void} onFault something failed outside any call
 * @property {(error: TickscanError) => void} onDeath no engine follows any more
 * @property {(traders: Map<number, Record<string, any>>) => CarriedState} carry what the client knows and a new engine
 *   must, of these traders (by ref)
 * @property {(ref: number, error: TickscanError) => string | undefined} onDisabled no engine runs the trader any more;
 *   gives its id
 * @property {(as: number) => void} onChanged the change of a trader with this number is made, whoever waits for it
 * @property {(cycles: { signals: number, session: number }) => void} onPosted of every ack
 * @property {(checkpoint: import('./trader-registry.js').Checkpoint) => void} onCheckpoint
 */

/**
 * @typedef {object} CarriedState
 * @property {number} cycle
 * @property {number} now the client's clock, ms
 * @property {Record<string, any>[]} symbols that the engine has said to be there, in the order of adding
 * @property {Record<string, any>[]} lagging what is late and so not shown
 * @property {(ref: number) => Record<string, any> | undefined} trader its specification as the client reads its deltas, and
 *   where it stands: `matches`, `entered`, `decided`, `told` of engine-restore.js
 */

export class Supervisor {
  #options
  #host
  #client
  #journal = new Journal()
  #budget = new RestartBudget()
  /** @type {Pulse | undefined} */
  #pulse
  /** @type {StartPulse | undefined} while an engine starts in another's place */
  #startPulse
  /** What the first start took. */
  #firstMs = 0
  #stopWatch = () => {}
  #lock = ''
  /** @type {import('./layout.js').MarketHandle | undefined} of the engine that runs */
  #market
  /** @type {import('./layout.js').MarketHandle[]} of the engines before, newest first, while writers may be in them */
  #oldMarkets = []
  #waitedTicks = 0
  #recopying = false
  #checkpointTicks = 0
  #checkpointWanted = false
  #blame = new TraderBlame()
  #restarts = 0
  /** Tells an answer to a start that has failed since. */
  #attempt = 0
  #threads = 0
  #diedAt = 0
  /** @type {number | undefined} */
  #recoveredMs
  #closed = false
  /** @type {any} */
  #restartTimer
  /** @type {any} of the one who waits to ask again */
  #pauseTimer

  /** @param {SupervisorOptions} options */
  constructor(options) {
    this.#options = options
    this.#host = options.host
    const incarnation = newIncarnation(options.host)
    this.#lock = lockName(incarnation)
    this.#client = new EngineClient({
      port: options.openPort(),
      incarnation,
      deadlineMs: options.deadlineMs,
      host: options.host,
      onEvent: (type, message) => this.#event(type, message),
      onFault: options.onFault,
      onPosted: options.onPosted,
      onOutcome: (type, fields, ok, result) => this.#note(type, fields, ok, result),
      onDeath: (error) => this.#ended(error),
      revive: (error) => this.#died(error),
    })
  }

  get pending() {
    return this.#client.pending
  }

  get lastSeq() {
    return this.#client.lastSeq
  }

  /** What status() says about it. */
  get status() {
    return { restarts: this.#restarts, recoveredMs: this.#recoveredMs, threads: this.#threads }
  }

  /**
   * @param {string} type
   * @param {Record<string, any>} fields
   * @param {import('./engine-client.js').CallOptions & import('./engine-client.js').Insistence} [options]
   */
  call(type, fields, options) {
    if (type !== 'INIT') return this.#client.call(type, fields, options)
    this.#firstMs = -this.#host.now()
    return this.#client.call(type, { ...fields, lock: this.#lock }, options)
  }

  /**
   * A wait that grows with every attempt.
   * @param {number} attempt
   * @returns {Promise<void>}
   */
  pause(attempt) {
    const ms = retryDelay(RESTART, attempt, this.#host.random())
    return new Promise((resolve) => {
      this.#pauseTimer = this.#host.setTimer(() => resolve(), ms)
    })
  }

  /** @param {string} type */
  signal(type) {
    this.#client.signal(type)
  }

  /**
   * @param {TickscanError} error
   * @param {string} [lastCommand]
   * @param {number} [deadlineMs]
   */
  async end(error, lastCommand, deadlineMs) {
    this.#closed = true
    this.#stop()
    this.#host.clearTimer(this.#restartTimer)
    this.#host.clearTimer(this.#pauseTimer)
    await this.#client.end(error, lastCommand, deadlineMs)
  }

  /**
   * The market of the engine that has just come up.
   * @param {import('./layout.js').MarketHandle} handle
   * @returns {import('./layout.js').MarketHandle} with the memories that other threads know as the next ones
   */
  attach(handle) {
    const [, ...spares] = this.#oldMarkets[0]?.spares ?? []
    // Without any that others know already, whoever asks for the handle makes new ones.
    if (spares.length > 0) handle.spares = spares
    this.#market = handle
    this.#watch()
    return handle
  }

  /** This thread's writer has moved: the others may. */
  attached() {
    const [old] = this.#oldMarkets
    const handle = this.#market
    if (!old || !handle) return
    if (sameLayout(old.layout, handle.layout)) {
      const words = new Int32Array(old.memory.buffer)
      Atomics.store(words, old.layout.retired / 4, SUCCEEDED)
    } else {
      this.#options.onFault(new TickscanError('E_LAYOUT', "the new engine's memory is laid out differently"))
    }
  }

  /**
   * @param {string} type
   * @param {any} message
   */
  #event(type, message) {
    this.#pulse?.heard()
    this.#startPulse?.heard()
    // It came twice, or after the answer that says the same.
    if (type === 'READY' && this.#market) return
    if (type !== 'HEARTBEAT') this.#options.onEvent(type, message)
    // Snapshots follow.
    if (type === 'SESSION' && own(message, 'resync') === true) this.#wantCheckpoint()
  }

  /**
   * @param {string} type
   * @param {Record<string, any>} fields
   * @param {boolean} ok
   * @param {any} [result]
   */
  #note(type, fields, ok, result) {
    this.#pulse?.heard()
    if (type === 'INIT' && this.#journal.init) return
    this.#journal.note(type, fields, ok)
    if (!ok) return
    if (type === 'UPDATE_TRADER') this.#options.onChanged(fields.as)
    if (type === 'INIT') {
      this.#firstMs += this.#host.now()
      this.#threads = fields.threads
      this.#watch()
    }
    if (MOVES_DECISIONS.has(type) || fields.snapshot !== undefined) this.#wantCheckpoint()
    const said = symbolEvent(type, result)
    if (said) this.#options.onEvent('SYMBOL', said)
  }

  /** From when an engine stands and its memory is known, whichever comes last: READY may be lost or late. */
  #watch() {
    const market = this.#market
    if (!market || this.#pulse || !this.#journal.init) return
    this.#startPulse?.stop()
    this.#startPulse = undefined
    const words = new Int32Array(market.memory.buffer)
    const heartbeat = market.layout.heartbeat / 4
    this.#pulse = new Pulse({
      host: this.#host,
      beat: () => Atomics.load(words, heartbeat),
      ping: () => this.#client.signal('PING'),
      onSuspect: () => this.#tell('suspect'),
      onDead: () => this.#client.fail(dead('the engine worker gave no sign of life for three seconds')),
      onTick: () => this.#tick(),
    })
    this.#stopWatch = watchLock(this.#lock, () => this.#client.fail(dead('the engine worker has ended')))
  }

  #stop() {
    this.#pulse?.stop()
    this.#pulse = undefined
    this.#startPulse?.stop()
    this.#startPulse = undefined
    this.#stopWatch()
  }

  #tick() {
    if (this.#oldMarkets.length > 0 && !this.#recopying) this.#recopy()
    if (++this.#checkpointTicks >= CHECKPOINT_TICKS) this.#wantCheckpoint()
  }

  /** Takes over what writers still put into old memories, until the last one has moved. */
  #recopy() {
    this.#recopying = true
    const last = ++this.#waitedTicks >= WRITER_TICKS
    const attempt = this.#attempt
    this.#client
      .call('RECOPY', { last })
      .then(({ waiting }) => {
        // An engine that has died since has taken nothing over.
        if (attempt === this.#attempt && (waiting === 0 || last)) this.#oldMarkets = []
      }, nothing)
      .finally(() => {
        this.#recopying = false
      })
  }

  #wantCheckpoint() {
    this.#checkpointTicks = 0
    if (this.#checkpointWanted || !this.#journal.traders.some(({ on }) => on === 'close')) return
    this.#checkpointWanted = true
    // Once for all traders that are added in one go.
    this.#host.setTimer(() => {
      this.#checkpointWanted = false
      if (this.#closed) return
      this.#client
        .call('CHECKPOINT', {})
        .then((checkpoint) => this.#options.onCheckpoint(checkpoint), nothing)
    }, 0)
  }

  /**
   * @param {RestartInfo['phase']} phase
   * @param {Partial<RestartInfo>} [more]
   */
  #tell(phase, more) {
    this.#options.onRestart({ phase, restarts: this.#restarts, threads: this.#threads, ...more })
  }

  /**
   * @param {TickscanError} cause
   * @returns {TickscanError | undefined} undefined: another engine is started; else why not
   */
  #died(cause) {
    this.#stop()
    this.#attempt++
    const first = this.#journal.init
    // An engine that never stood has nothing to go on from: its start has failed.
    if (!first || this.#closed) return cause
    const verdict = this.#budget.note(this.#host.now())
    if (verdict === 'stop') {
      const message = `the engine died ${this.#budget.count} times within five minutes and is not started again`
      return new TickscanError('E_WORKER_DIED', `${message}: ${cause.message}`, { cause })
    }
    if (this.#budget.count === 1 || this.#recoveredMs !== undefined) this.#diedAt = this.#host.now()
    this.#recoveredMs = undefined
    this.#threads = verdict === 'single' ? 1 : first.threads
    this.#restarts++
    const disabled = this.#disablePoisonous(cause)
    this.#retire()
    this.#tell('died', { cause, disabled })
    const wait =
      this.#budget.count === 1 ? 0 : retryDelay(RESTART, this.#budget.count - 2, this.#host.random())
    this.#restartTimer = this.#host.setTimer(() => this.#restart(), wait)
    return undefined
  }

  /**
   * Looks into the dead engine's memory for what it was doing.
   * @param {TickscanError} cause of the death
   * @returns {string[]} ids of traders that are disabled for it
   */
  #disablePoisonous(cause) {
    const market = this.#market
    if (!market) {
      this.#client.blame(undefined)
      return []
    }
    const { layout, memory } = market
    const running = this.#client.blame(Atomics.load(new Int32Array(memory.buffer), layout.running / 4))
    const refs = new Set(this.#journal.traders.map(({ ref }) => ref))
    // Its change is to blame, which comes again; not what it was before.
    if (running?.type === 'UPDATE_TRADER') refs.delete(running.fields.ref)
    const ids = this.#blame.note(market, refs).map((ref) => this.#disable(ref, poisonous(cause)))
    return ids.filter((id) => id !== undefined)
  }

  /**
   * Takes a trader out: the next engine is not told of it.
   * @param {number} ref
   * @param {TickscanError} error
   */
  #disable(ref, error) {
    this.#journal.forget(ref)
    this.#client.forget(ref, error)
    return this.#options.onDisabled(ref, error)
  }

  /** Writers may write on; what they write will be copied. */
  #retire() {
    const market = this.#market
    if (!market) return
    const words = new Int32Array(market.memory.buffer)
    Atomics.store(words, market.layout.retired / 4, RETIRED)
    this.#oldMarkets.unshift(market)
    this.#market = undefined
    this.#waitedTicks = 0
  }

  #restart() {
    if (this.#closed) return
    const { carry } = this.#options
    const { trader, ...known } = carry(new Map(this.#journal.traders.map((fields) => [fields.ref, fields])))
    const [old, ...older] = this.#oldMarkets
    const traders = this.#journal.traders.map((fields) => ({ ...fields, ...trader(fields.ref) }))
    const [memory] = old.spares ?? []
    const from = { memory: old.memory, layout: old.layout }
    const before = older.map(({ memory, layout }) => ({ memory, layout }))
    const { config } = this.#journal
    const carried = { ...known, from, before, memory, config, traders }
    const incarnation = newIncarnation(this.#host)
    this.#lock = lockName(incarnation)
    const fields = { ...this.#journal.init, threads: this.#threads, lock: this.#lock, carried }
    const attempt = ++this.#attempt
    this.#startPulse = new StartPulse({
      host: this.#host,
      firstMs: this.#firstMs,
      ping: () => this.#client.signal('PING'),
      onDead: (ticks) =>
        this.#client.fail(dead(`the engine worker that starts gave no sign of life ${ticks} times`)),
    })
    void this.#reopen(incarnation, fields).then(
      (ready) => attempt === this.#attempt && this.#restored(ready),
      // A start that is refused is one more death; one that died was counted already.
      (error) => attempt === this.#attempt && this.#client.fail(wrapError(error, 'E_WORKER_LOAD')),
    )
  }

  /**
   * @param {string} incarnation
   * @param {Record<string, any>} fields of INIT
   */
  async #reopen(incarnation, fields) {
    const { openPort, deadlineMs } = this.#options
    return await this.#client.reopen(openPort(), incarnation, 'INIT', fields, deadlineMs)
  }

  /** @param {any} ready the result of INIT */
  #restored(ready) {
    this.#recoveredMs = this.#host.now() - this.#diedAt
    this.#event('READY', ready)
    for (const { ref, error } of ready.failed) {
      this.#disable(ref, fromErrorData(error))
    }
    this.#wantCheckpoint()
    this.#recopy()
    this.#tell('restored', { elapsedMs: this.#recoveredMs })
  }

  /** @param {TickscanError} error */
  #ended(error) {
    this.#stop()
    this.#options.onDeath(error)
  }
}

/** @param {string} incarnation */
function lockName(incarnation) {
  return `tickscan:${incarnation}`
}

/** @param {string} message */
function dead(message) {
  return new TickscanError('E_WORKER_DIED', message)
}

function nothing() {}
