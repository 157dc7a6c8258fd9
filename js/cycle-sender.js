/**
 * Sends what a cycle has found: SESSION, then SIGNALS, page by page. Runs in the engine worker.
 *
 * Each SIGNALS names the one before it. What could not be posted leaves a gap that the client notices, and comes with the
 * next cycle, as snapshots.
 */

import { packSignals } from './signals.js'

/**
 * @typedef {object} SenderHost
 * @property {(type: string, fields: Record<string, any>, transfer?: any[]) => void} event
 * @property {() => any} session what the core says about it
 * @property {import('./engine-traders.js').EngineTraders} traders
 */

export class CycleSender {
  #host
  #lastSignalsCycle = 0
  #session = { version: 0, cycle: 0 }

  /** @param {SenderHost} host */
  constructor(host) {
    this.#host = host
  }

  /** Cycles of the SIGNALS and the SESSION that were posted last. */
  get posted() {
    return { signals: this.#lastSignalsCycle, session: this.#session.cycle }
  }

  /**
   * Goes on behind a dead engine. The client hears in any case who is late.
   * @param {number} cycle that the client has seen
   */
  resume(cycle) {
    this.#lastSignalsCycle = cycle
    this.wantSession()
  }

  /** The next cycle sends SESSION, whether there is news or not. */
  wantSession() {
    this.#session.version = -1
  }

  /**
   * Before the cycle's signals: nothing late passes before it is known to be late.
   * @param {any} result of core.cycle
   * @param {number} command
   * @param {number} time
   */
  sendSession({ cycle, resync, sessionVersion }, command, time) {
    if (!resync && sessionVersion === this.#session.version) return
    const { active, scope, lagging, muted } = this.#host.session()
    const baseCycle = this.#session.cycle
    const state = { active, resync: resync > 0, scope, lagging, muted }
    this.#host.event('SESSION', { cycle, baseCycle, command, time, ...state })
    this.#session = { version: sessionVersion, cycle }
  }

  /**
   * @param {any} result of core.cycle
   * @param {number} command
   * @param {ArrayBufferLike} memory
   */
  sendSignals(result, command, memory) {
    if (result.wordsCount === 0) return
    const { cycle } = result
    try {
      const messages = packSignals(memory, result, this.#host.traders.names)
      for (const [page, packed] of messages.entries()) {
        const baseCycle = this.#lastSignalsCycle
        const last = page === messages.length - 1
        this.#host.event('SIGNALS', { cycle, baseCycle, command, page, last, ...packed }, [packed.buffer])
        this.#lastSignalsCycle = cycle
      }
    } catch (error) {
      this.#lastSignalsCycle = cycle
      this.#host.traders.wantSnapshots()
      throw error
    }
  }
}
