/**
 * What the engine says about itself: the answer to GET_STATUS, and the same as STATUS events for whom wants them
 * (SET_CONFIG). Runs in the engine worker.
 *
 * An event comes when nothing else is due: a long cycle puts it off, and so it costs no cycle time.
 */

import { TickscanError } from './errors.js'

/** More often it would be work of its own. */
export const STATUS_LEAST_MS = 100

/**
 * @typedef {object} StatusHost
 * @property {() => Record<string, any>} read fields of STATUS
 * @property {(fields: Record<string, any>) => void} post
 * @property {(run: () => void, ms: number) => any} setTimer
 * @property {(timer: any) => void} clearTimer
 */

export class EngineStatus {
  #host
  #everyMs = 0
  /** @type {any} */
  #timer

  /** @param {StatusHost} host */
  constructor(host) {
    this.#host = host
  }

  /** @param {number} everyMs 0: no more */
  start(everyMs) {
    this.stop()
    this.#everyMs = everyMs
    if (everyMs > 0) this.#wait()
  }

  stop() {
    this.#host.clearTimer(this.#timer)
    this.#everyMs = 0
  }

  #wait() {
    this.#timer = this.#host.setTimer(() => {
      this.#host.post(this.#host.read())
      if (this.#everyMs > 0) this.#wait()
    }, this.#everyMs)
  }
}

/**
 * @param {number} everyMs
 * @throws {TickscanError} E_CONFIG
 */
export function checkStatusEvery(everyMs) {
  if (everyMs === 0 || (everyMs >= STATUS_LEAST_MS && everyMs < 2 ** 31)) return
  throw new TickscanError('E_CONFIG', `statusEveryMs is ${everyMs}`, {
    expected: `ms from ${STATUS_LEAST_MS}, or 0 for no STATUS events`,
  })
}
