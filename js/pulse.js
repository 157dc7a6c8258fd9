/**
 * Finds out that a worker hangs: no event says so. Looks once a tick whether the heartbeat word in shared memory has
 * moved or a message has come, and asks for a sign of life when not.
 *
 * Silence is counted in ticks and not in time: a page that was throttled, or asleep with its machine, ticks no more
 * often than its worker could answer. Runs on the client's thread.
 */

/** A tick is short enough that a death is noticed within about three seconds. */
export const TICK_MS = 1000
/** Ticks of silence after a PING, of an engine that runs. */
const SUSPECT_TICKS = 1
const DEAD_TICKS = 3

/**
 * @typedef {object} PulseOptions
 * @property {import('./client-host.js').ClientHost} host
 * @property {() => number} beat the heartbeat word
 * @property {() => void} ping
 * @property {() => void} onSuspect once per silence
 * @property {() => void} onDead
 * @property {() => void} [onTick]
 * @property {number} [deadTicks] of silence after a PING
 */

export class Pulse {
  #options
  /** @type {any} */
  #timer
  #last
  #heard = false
  /** Ticks since the PING that was not answered, -1 before one was sent. */
  #silent = -1

  /** @param {PulseOptions} options */
  constructor(options) {
    this.#options = options
    this.#last = options.beat()
    this.#wait()
  }

  /** A message came. */
  heard() {
    this.#heard = true
  }

  stop() {
    this.#options.host.clearTimer(this.#timer)
  }

  #wait() {
    this.#timer = this.#options.host.setTimer(() => this.#tick(), TICK_MS, true)
  }

  #tick() {
    this.#wait()
    const { beat, ping, onSuspect, onDead, onTick, deadTicks = DEAD_TICKS } = this.#options
    const now = beat()
    if (this.#heard || now !== this.#last) {
      this.#heard = false
      this.#last = now
      this.#silent = -1
    } else {
      this.#silent++
      if (this.#silent === SUSPECT_TICKS) onSuspect()
      if (this.#silent >= deadTicks) {
        this.stop()
        onDead()
        return
      }
      ping()
    }
    onTick?.()
  }
}
