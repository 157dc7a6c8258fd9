/**
 * When the engine runs cycles by itself: at fixed times, or when something was marked. Runs in the engine worker,
 * between messages: it never blocks, so that commands always get their turn.
 *
 * 1. Two cycles of the cadence are at least minGapMs apart, and the first keeps that distance from a cycle that
 *    a command ran. A cycle that left work pending is continued at once: it is the same swap's work.
 *    Between messages at most two cycles run.
 * 2. Event-driven: the engine waits on the word `idle` only after core.setIdle() has set it and found nothing
 *    marked. Whoever marks next takes the 1 away and notifies, so no mark is slept through. A cycle runs every
 *    everyMs even so, for what only time changes.
 * 3. Without Atomics.waitAsync the client's WAKE message takes its place, and a look at the word every
 *    POLL_MS covers writers in threads that cannot send one.
 *
 * Time, timers and waiting come in from outside, so that tests can drive them.
 */

import { TickscanError } from './errors.js'

/** How often the idle word is looked at where nothing can wait for it. */
const POLL_MS = 20

/**
 * @typedef {object} CadenceOptions
 * @property {number} everyMs
 * @property {number} minGapMs
 * @property {boolean} eventDriven
 */

/**
 * @typedef {object} CadenceHost
 * @property {() => boolean} runCycle true: work is pending, go on soon
 * @property {() => boolean} setIdle core.setIdle: true if idle was set and nothing is marked
 * @property {Int32Array} words over the shared memory
 * @property {number} idle index of the idle word
 * @property {() => number} now ms, steady
 * @property {(run: () => void, ms: number) => any} setTimer
 * @property {(timer: any) => void} clearTimer
 * @property {((words: Int32Array, index: number, value: number) =>
 *   { async: boolean, value: any }) | undefined} waitAsync Atomics.waitAsync where there is one
 */

export class Cadence {
  #host
  /** @type {CadenceOptions | undefined} */
  #options
  /** @type {any} */
  #timer
  #lastCycleMs = Number.NEGATIVE_INFINITY
  /** The engine waits on the idle word. */
  #waiting = false
  /** The cycle before this one was run without a turn between them. */
  #repeated = false
  /** Tells a wake-up apart from one for a cadence that was stopped since. */
  #turn = 0

  /** @param {CadenceHost} host */
  constructor(host) {
    this.#host = host
  }

  /** What is running, or null. */
  get options() {
    return this.#options ?? null
  }

  /** @param {CadenceOptions} options of which nothing else is kept */
  start({ everyMs, minGapMs, eventDriven }) {
    this.stop()
    this.#options = { everyMs, minGapMs, eventDriven }
    this.#runBy(this.#host.now())
  }

  stop() {
    this.#options = undefined
    this.#host.clearTimer(this.#timer)
    if (!this.#waiting) return
    // Ends the wait that is under way; nobody may find an idle engine that does not run.
    this.#waiting = false
    this.#turn++
    const { words, idle } = this.#host
    Atomics.store(words, idle, 0)
    Atomics.notify(words, idle)
  }

  /** To be called with every cycle that a command runs. */
  noteCycle() {
    this.#lastCycleMs = this.#host.now()
  }

  /** The client's hint that something was marked. */
  wake() {
    if (this.#waiting) this.#woken()
  }

  /**
   * Runs a cycle at `time`, or as soon after it as minGapMs allows.
   * @param {number} time
   */
  #runBy(time) {
    const { now, setTimer, clearTimer } = this.#host
    clearTimer(this.#timer)
    const at = Math.max(time, this.#earliest())
    this.#timer = setTimer(() => this.#tick(), Math.max(0, at - now()))
  }

  #earliest() {
    return this.#lastCycleMs + (this.#options?.minGapMs ?? 0)
  }

  #tick() {
    if (!this.#options) return
    // A command may have run a cycle while the timer ran, and timers may be early by a fraction.
    if (this.#earliest() > this.#host.now()) this.#runBy(this.#earliest())
    else this.#cycle()
  }

  #cycle() {
    if (!this.#options) return
    this.#lastCycleMs = this.#host.now()
    const pending = this.#host.runCycle()
    // The cycle's signals may have ended with a stop, or an engine that failed.
    if (!this.#options) return
    if (pending) this.#continue()
    else if (this.#options.eventDriven) this.#await()
    else this.#runBy(this.#lastCycleMs + this.#options.everyMs)
  }

  /** Goes on with pending work after messages had their turn. */
  #continue() {
    this.#host.clearTimer(this.#timer)
    this.#timer = this.#host.setTimer(() => this.#cycle(), 0)
  }

  /** Waits for a mark, but no longer than everyMs. */
  #await() {
    const { everyMs } = /** @type {CadenceOptions} */ (this.#options)
    if (!this.#waiting && !this.#wait()) this.#again()
    else if (this.#host.waitAsync) this.#runBy(this.#lastCycleMs + everyMs)
    else this.#poll(this.#lastCycleMs + everyMs)
  }

  /** More was marked meanwhile: it is scanned at once, but every second time only after messages had their turn. */
  #again() {
    this.#repeated = !this.#repeated
    if (this.#repeated) this.#soonest()
    else this.#runBy(this.#lastCycleMs)
  }

  /** Runs a cycle without a turn of the event loop before it, where minGapMs allows. */
  #soonest() {
    if (this.#earliest() > this.#host.now()) this.#runBy(this.#lastCycleMs)
    else this.#cycle()
  }

  /** False if there is work already. */
  #wait() {
    const { setIdle, waitAsync, words, idle } = this.#host
    if (!setIdle()) return false
    const turn = ++this.#turn
    if (waitAsync) {
      const wait = waitAsync(words, idle, 1)
      if (!wait.async) return false
      const woken = wait.value.then(() => turn === this.#turn && this.#woken())
      // What traps there must end the worker as it does in a timer: a rejected promise would end it nowhere but in Node.
      woken.catch((/** @type {unknown} */ error) => this.#host.setTimer(() => raise(error), 0))
    }
    this.#waiting = true
    this.#repeated = false
    return true
  }

  /**
   * Looks at the idle word now and then until it is 0 or the time has come.
   * @param {number} deadline
   */
  #poll(deadline) {
    const { words, idle, now, setTimer, clearTimer } = this.#host
    clearTimer(this.#timer)
    this.#timer = setTimer(
      () => {
        if (!this.#options) return
        if (Atomics.load(words, idle) === 0) this.#woken()
        else if (now() >= deadline) this.#tick()
        else this.#poll(deadline)
      },
      Math.min(POLL_MS, Math.max(0, deadline - now())),
    )
  }

  #woken() {
    this.#waiting = false
    this.#turn++
    if (!this.#options) return
    // A wake-up comes in a turn of its own, before which messages had theirs.
    this.#soonest()
  }
}

/** @param {unknown} error */
function raise(error) {
  throw error
}

/** @param {Record<string, any>} cadence */
export function checkCadence({ everyMs, minGapMs, eventDriven }) {
  if (everyMs > 0 && minGapMs >= 0 && typeof eventDriven === 'boolean') return
  throw new TickscanError('E_CONFIG', 'the cadence is unsuitable', {
    expected: '{ everyMs > 0, minGapMs ≥ 0, eventDriven: true or false }',
  })
}
