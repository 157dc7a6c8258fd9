/**
 * Runs the engine's cycles, slice by slice, and sends what they find. Runs in the engine worker.
 *
 * 1. Between the slices of the engine's own cycles every message is handled, so none waits for longer than a slice. Between
 *    those of a command's cycle messages are received, but commands wait for its end (engine.js).
 * 2. The client sees one sequence of cycles, whoever ran them.
 * 3. Errors that are no traps are reported; too many, and the state is built anew from what the rings keep.
 */

import { addSlice } from './cycle-result.js'
import { CycleSender } from './cycle-sender.js'
import { EngineClock } from './engine-clock.js'
import { damagedSeries, rebuiltState, repairedWords } from './engine-errors.js'
import { ErrorBudget } from './error-budget.js'
import { fromErrorData, toErrorData } from './errors.js'

/** @import { EngineHost } from './engine-host.js' */

/**
 * @typedef {object} CyclesHost
 * @property {EngineHost} thread
 * @property {<T>(run: (core: any) => T) => T} guard what the core throws is its end
 * @property {() => ArrayBufferLike} buffer of the core's memory
 * @property {() => import('./errors.js').TickscanError | undefined} whyDead
 * @property {(type: string, fields: Record<string, any>, transfer?: any[]) => void} event
 * @property {import('./engine-traders.js').EngineTraders} traders
 * @property {() => void} onCycle
 */

export class EngineCycles {
  #host
  #sender
  #errors = new ErrorBudget()
  /** Cycles of the engines before this one. */
  #before = 0
  #clock = new EngineClock()
  /** A command's cycle is between two slices. */
  #slicing = false
  /** Client's clock − this thread's clock, ms. */
  clockOffset = 0

  /** @param {CyclesHost} host */
  constructor(host) {
    this.#host = host
    const { event, guard, traders } = host
    this.#sender = new CycleSender({ event, traders, session: () => guard((core) => core.session()) })
  }

  /** Cycles of the engines before this one. */
  get before() {
    return this.#before
  }

  /** Cycles of the SIGNALS and the SESSION that were posted last. */
  get posted() {
    return this.#sender.posted
  }

  /**
   * The time of what a command does, from what the client's clock said when it was made.
   * @param {number} now
   */
  timeOf(now) {
    return this.#clock.ofCommand(now)
  }

  /** The next cycle sends SESSION, whether there is news or not. */
  wantSession() {
    this.#sender.wantSession()
  }

  /**
   * Goes on behind a dead engine.
   * @param {number} cycle that the client has seen
   */
  resume(cycle) {
    this.#before = cycle
    this.#sender.resume(cycle)
  }

  /**
   * A slice of the engine's own cycle; its errors have no command to answer.
   * @returns {boolean} whether more is to be scanned
   */
  own() {
    // The next slice is the command's, and so are its deltas.
    if (this.#slicing) return false
    try {
      return this.run(0, this.#host.thread.now() + this.clockOffset, false).pending
    } catch (error) {
      if (!this.#host.whyDead()) this.#report(error)
      return false
    }
  }

  /**
   * Runs a cycle over everything that is marked now, slice by slice.
   * @param {number} command
   * @param {number} now
   * @returns {Promise<any>} the counts of all slices
   */
  async whole(command, now) {
    const total = this.run(command, now)
    this.#slicing = true
    try {
      while (total.pending) {
        await new Promise((/** @type {(value?: any) => void} */ resolve) => this.#soon(resolve))
        const dead = this.#host.whyDead()
        if (dead) throw dead
        addSlice(total, this.run(command, now, false))
      }
    } finally {
      this.#slicing = false
    }
    return total
  }

  /** @param {() => void} run */
  #soon(run) {
    const { thread } = this.#host
    if (thread.soon) thread.soon(run)
    else thread.setTimer(run, 0)
  }

  /**
   * Runs one slice of a cycle and sends its deltas.
   * @param {number} command seq of the command that asked for it, 0 for the engine's own
   * @param {number} now ms: `timeOf` a command
   * @param {boolean} [anew] over all that is marked now, and whatever an earlier slice left; false: that first
   */
  run(command, now, anew = true) {
    const { guard, buffer, onCycle } = this.#host
    this.#clock.note(now)
    const result = guard((core) => core.cycle(now, anew))
    if (result.ok === false) throw fromErrorData(result.error)
    result.cycle += this.#before
    onCycle()
    this.#sender.sendSession(result, command, now)
    try {
      this.#sender.sendSignals(result, command, buffer())
    } catch (error) {
      this.#noteError()
      throw error
    }
    // Some writer ended in the middle of a rewrite: says which series are left alone until one comes back.
    if (result.damaged > 0) this.#report(damagedSeries(guard((core) => core.damaged())))
    if (result.repaired > 0) {
      this.#noteError()
      this.#report(repairedWords(result.repaired))
    }
    return result
  }

  /** @param {unknown} error outside any command */
  #report(error) {
    this.#host.event('ERROR', { error: toErrorData(error), fatal: false })
  }

  #noteError() {
    if (!this.#errors.note(this.#host.thread.steadyNow())) return
    this.#host.guard((core) => core.recover())
    this.#report(rebuiltState())
  }
}
