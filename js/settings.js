/**
 * What can be set while a scanner runs: when the engine cycles by itself, and how. Client's thread.
 */

import { checkStart } from './call-options.js'

/** @import { EngineSettings, StartOptions } from './call-options.js' */

export class Settings {
  #send
  #now
  /** What start() takes for what it is not given. */
  #cadence = { everyMs: 1000, minGapMs: 100, eventDriven: false }
  /** @type {Required<StartOptions> | null} what runs */
  #running = null

  /**
   * @param {(fields: Record<string, any>) => Promise<any>} send SET_CONFIG
   * @param {() => number} now
   */
  constructor(send, now) {
    this.#send = send
    this.#now = now
  }

  /** @param {StartOptions} options */
  start(options) {
    return this.#run(checkStart(options, this.#cadence))
  }

  stop() {
    return this.#run(null)
  }

  /** @param {EngineSettings} settings checked */
  async set({ updateTracking, batchSymbols, statusEveryMs, ...cadence }) {
    this.#cadence = { ...this.#cadence, ...cadence }
    const restarts = this.#running !== null && Object.keys(cadence).length > 0
    if (restarts) await this.#run({ .../** @type {Required<StartOptions>} */ (this.#running), ...cadence })
    const fields = { updateTracking, batchSymbols, statusEveryMs }
    if (Object.values(fields).some((field) => field !== undefined)) await this.#send(fields)
  }

  /** @param {Required<StartOptions> | null} cadence */
  #run(cadence) {
    const clockOffset = this.#now() - Date.now()
    this.#running = cadence
    return this.#send({ cadence, clockOffset })
  }
}
