/**
 * Finds out that a worker hangs while it starts in another's place, when there is no heartbeat word yet (pulse.js) and only
 * INIT's deadline would tell, for which all calls wait. Client's thread.
 *
 * A slow start must not be taken for one that hangs:
 *
 * 1. Until the worker has given a sign of life nothing is counted: its script may still be on its way.
 * 2. From then on it answers PING between its steps, and says by itself that it lives within the long ones (engine.js: the
 *    copying of the market, traders). What stays silent is a single call into the core, which makes its tables.
 * 3. Silence is counted in ticks, like that of an engine that runs, and its limit grows with the machine: as many ticks as
 *    three starts like the first would take, which did the same without copying, and ten at least.
 *
 * The first start has nothing to be measured by, and nothing follows when it is given up: it has its deadline alone.
 */

import { Pulse, TICK_MS } from './pulse.js'

const LEAST_TICKS = 10
/** Starts like the first one that fit into the silence. */
const STARTS = 3

/**
 * @typedef {object} StartPulseOptions
 * @property {import('./client-host.js').ClientHost} host
 * @property {number} firstMs what the first start took
 * @property {() => void} ping
 * @property {(ticks: number) => void} onDead
 */

export class StartPulse {
  #options
  /** @type {Pulse | undefined} from the first sign of life on */
  #pulse

  /** @param {StartPulseOptions} options */
  constructor(options) {
    this.#options = options
  }

  /** A message came. */
  heard() {
    this.#pulse ??= this.#begin()
    this.#pulse.heard()
  }

  stop() {
    this.#pulse?.stop()
  }

  #begin() {
    const { host, firstMs, ping, onDead } = this.#options
    const deadTicks = Math.max(LEAST_TICKS, Math.ceil((STARTS * firstMs) / TICK_MS))
    const beat = () => 0
    return new Pulse({ host, beat, ping, onSuspect: nothing, onDead: () => onDead(deadTicks), deadTicks })
  }
}

function nothing() {}
