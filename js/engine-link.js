/**
 * The page's end of the message protocol with one worker, one incarnation: numbers commands, sends each until it is
 * answered, hands on every answer once. What a command means, how long its caller waits and what happens after the
 * worker's end is not decided here (engine-client.js). Runs on the client's thread.
 *
 * 1. `seq` counts what was posted; a message that could not be cloned uses none up.
 * 2. The worker applies in order of seq, so a lost message holds all later ones back. When nothing was answered for a
 *    while, the FIRST_BATCH oldest unanswered ones are sent again under the *same* ids, ever more slowly. The worker
 *    answers a duplicate with its first answer, so this is safe however slow the worker is, and however often it is done:
 *    when and how many are sent again is a matter of time alone (tests/model/messages.pml sends again at any moment).
 *    When all of these were answered and the next one still is not, it was lost in the same silence, and so may be what
 *    is behind it: twice as many are sent again at the end of each wait, to LAST_BATCH, until all that was posted before
 *    the silence has been. A worker that is slow and lost nothing thus gets each command at most once more.
 * 3. Answers are handed on in order of seq. One that comes too early waits for those before it, which will come again:
 *    otherwise a late answer to an older command would undo in the journal what a newer one did.
 * 4. E_BACKPRESSURE from the worker uses no seq up: the command stays unanswered and comes again.
 * 5. Once ended, no handler is called.
 */

import { fromErrorData, TickscanError } from './errors.js'
import { messageId, own } from './message-check.js'
import { PROTOCOL_VERSION } from './protocol.js'
import { RESEND, retryDelay } from './retry.js'

/** Commands that are sent again after a silence: enough to fill a gap, few enough not to flood a slow worker. */
const FIRST_BATCH = 32
/** The most that are sent again at once, once it has shown that it answers. */
const LAST_BATCH = 512

/**
 * @typedef {object} LinkOptions
 * @property {import('./platform-web.js').Port} port
 * @property {string} incarnation names this worker among all that the client has had
 * @property {import('./client-host.js').ClientHost} host
 * @property {(tag: number, ack: import('./protocol.js').Ack) => void} onAck `tag` as it was given to send()
 * @property {(type: string, message: any) => void} onEvent
 * @property {(error: TickscanError) => void} onFault a message could not be read; nothing has ended
 * @property {(error: TickscanError) => void} onEnd the worker has ended or failed
 */

export class EngineLink {
  #port
  #incarnation
  #host
  #onAck
  #onEvent
  #onFault
  #onEnd
  #seq = 0
  /** All answers up to here were handed on. */
  #heard = 0
  /** @type {Map<number, { message: any, tag: number }>} by seq, rising */
  #unanswered = new Map()
  /** @type {Map<number, import('./protocol.js').Ack>} by seq: answers that came before those of older commands */
  #early = new Map()
  /** @type {any} */
  #timer
  #attempt = 0
  /** Something was answered since the timer was set. */
  #progress = false
  /** The last seq that was posted before the silence. */
  #silentUpTo = 0
  /** The last seq that was sent again for it. */
  #sentAgainUpTo = 0
  #batch = FIRST_BATCH
  #ended = false

  /** @param {LinkOptions} options */
  constructor({ port, incarnation, host, onAck, onEvent, onFault, onEnd }) {
    this.#port = port
    this.#incarnation = incarnation
    this.#host = host
    this.#onAck = onAck
    this.#onEvent = onEvent
    this.#onFault = onFault
    this.#onEnd = onEnd
    port.onerror = (error) => this.#failed(error)
    port.onexit = (code) =>
      this.fail(new TickscanError('E_WORKER_DIED', `the engine worker ended with code ${code}`))
    port.onmessage = (message) => this.#receive(message)
  }

  /** @returns {number} commands without an answer */
  get unanswered() {
    return this.#unanswered.size
  }

  /**
   * The tag of a command that has no answer yet, 0 if there is none.
   * @param {number} seq
   */
  tagOf(seq) {
    return this.#unanswered.get(seq)?.tag ?? 0
  }

  /** The tag of the oldest command without an answer, 0 if there is none. */
  get oldestTag() {
    for (const { tag } of this.#unanswered.values()) return tag
    return 0
  }

  /**
   * @param {string} type
   * @param {Record<string, any>} fields
   * @param {number} tag names the command to onAck
   * @throws {TickscanError} E_CLONE
   */
  send(type, fields, tag) {
    const seq = this.#seq + 1
    const message = {
      ...fields,
      v: PROTOCOL_VERSION,
      id: { incarnation: this.#incarnation, seq },
      heard: this.#heard,
      type,
    }
    try {
      this.#port.postMessage(message)
    } catch (cause) {
      throw new TickscanError('E_CLONE', `${type} could not be sent: ${cause}`, { cause })
    }
    this.#seq = seq
    this.#unanswered.set(seq, { message, tag })
    this.#watch()
  }

  /**
   * Sends a message that is never answered, and of which nothing depends.
   * @param {string} type
   */
  signal(type) {
    if (!this.#ended) this.#port.postMessage({ v: PROTOCOL_VERSION, type })
  }

  /**
   * The worker is lost: ends it and says so.
   * @param {TickscanError} error
   */
  fail(error) {
    if (this.#ended) return
    this.#stop()
    this.#onEnd(error)
    this.#unanswered.clear()
    this.#port.terminate()
  }

  /** Ends the worker; nothing is heard of it afterwards. */
  end() {
    this.#stop()
    this.#unanswered.clear()
    this.#port.terminate()
  }

  /** Leaves a worker alone that ends in its own order. */
  abandon() {
    this.#stop()
    this.#port.abandon()
  }

  #stop() {
    this.#ended = true
    this.#host.clearTimer(this.#timer)
  }

  #watch() {
    if (this.#timer !== undefined || this.#ended || this.#unanswered.size === 0) return
    const ms = retryDelay(RESEND, this.#attempt, this.#host.random())
    this.#timer = this.#host.setTimer(() => this.#resend(), ms, true)
  }

  #resend() {
    this.#timer = undefined
    if (!this.#progress) {
      this.#attempt++
      this.#silentUpTo = this.#seq
      this.#sendAgain(FIRST_BATCH)
    } else {
      this.#attempt = 0
      const [oldest] = this.#unanswered.keys()
      if (oldest > this.#sentAgainUpTo && oldest <= this.#silentUpTo) this.#sendAgain(this.#batch * 2)
    }
    this.#progress = false
    this.#watch()
  }

  /** @param {number} most */
  #sendAgain(most) {
    this.#batch = Math.min(most, LAST_BATCH)
    let count = 0
    for (const [seq, { message }] of this.#unanswered) {
      if (this.#early.has(seq)) continue
      if (count++ === this.#batch) break
      this.#port.postMessage(message)
      this.#sentAgainUpTo = seq
    }
  }

  /** @param {unknown} message */
  #receive(message) {
    if (this.#ended) return
    const type = own(message, 'type')
    if (type === 'ACK') this.#acknowledged(message)
    else if (type === 'ERROR' && own(message, 'fatal') === true) {
      const cause = fromErrorData(own(message, 'error'))
      this.fail(new TickscanError('E_WORKER_DIED', `the engine failed: ${cause.message}`, { cause }))
    } else if (typeof type === 'string') this.#onEvent(type, message)
  }

  /** @param {any} message */
  #acknowledged(message) {
    const id = messageId(message)
    if (id?.incarnation !== this.#incarnation) return
    const sent = this.#unanswered.get(id.seq)
    if (!sent) return
    this.#progress = true
    const refused = own(message, 'ok') !== true && own(own(message, 'error'), 'code') === 'E_BACKPRESSURE'
    if (refused) return
    this.#early.set(id.seq, message)
    for (const [seq, { tag }] of this.#unanswered) {
      const ack = this.#early.get(seq)
      if (!ack) break
      this.#early.delete(seq)
      this.#unanswered.delete(seq)
      this.#heard = seq
      this.#onAck(tag, ack)
      if (this.#ended) break
    }
  }

  /** @param {Error & { code?: string }} error of the port */
  #failed(error) {
    if (this.#ended) return
    // A lost answer comes again with the next resend, a lost delta leaves a gap that is noticed.
    if (error.code === 'E_CLONE') this.#onFault(new TickscanError('E_CLONE', error.message, { cause: error }))
    else {
      const code = error.code === 'E_WORKER_LOAD' ? 'E_WORKER_LOAD' : 'E_WORKER_DIED'
      this.fail(new TickscanError(code, error.message, { cause: error }))
    }
  }
}
