/**
 * The page's end of the command protocol: sends commands to one engine worker and settles each call once, by its
 * ack, its deadline, its AbortSignal, or the worker's end. Events go to `onEvent`. Runs on the client's thread.
 *
 * 1. `seq` counts what was posted; a message that could not be cloned uses none up.
 * 2. A call that was given up (deadline, abort) still counts until the worker has answered it, so that no more
 *    than PENDING_LIMIT commands are ever on their way.
 * 3. Once ended, every call rejects at once with the reason, and no handler is called.
 */

import { fromErrorData, TickscanError } from './errors.js'
import { messageId, own } from './message-check.js'
import { INBOX_LIMIT, PROTOCOL_VERSION } from './protocol.js'

/** Half the worker's queue: a client alone never fills it. */
export const PENDING_LIMIT = INBOX_LIMIT / 2

/**
 * @typedef {object} CallOptions
 * @property {AbortSignal} [signal] gives the call up; what was sent may still be carried out
 * @property {number} [deadlineMs] how long to wait for the answer
 */

/**
 * @typedef {object} PendingCall
 * @property {string} type
 * @property {(result: any) => void} resolve
 * @property {(error: TickscanError) => void} reject
 * @property {() => void} release stops the timer and the listening
 */

/**
 * @typedef {object} ClientOptions
 * @property {import('./platform-web.js').Port} port
 * @property {string} incarnation names this worker among all that this client has had
 * @property {number} deadlineMs for calls that do not say
 * @property {(type: string, message: any) => void} onEvent
 * @property {(error: TickscanError) => void} onDeath the worker has ended or failed; everything was rejected
 */

export class EngineClient {
  #port
  #incarnation
  #deadlineMs
  #onEvent
  #onDeath
  #seq = 0
  /** @type {Map<number, PendingCall>} */
  #pending = new Map()
  /** @type {TickscanError | undefined} why nothing more is sent */
  #ended

  /** @param {ClientOptions} options */
  constructor({ port, incarnation, deadlineMs, onEvent, onDeath }) {
    this.#port = port
    this.#incarnation = incarnation
    this.#deadlineMs = deadlineMs
    this.#onEvent = onEvent
    this.#onDeath = onDeath
    port.onerror = (error) => this.#failed(error)
    port.onexit = (code) =>
      this.#die(new TickscanError('E_WORKER_DIED', `the engine worker ended with code ${code}`))
    port.onmessage = (message) => this.#receive(message)
  }

  /** Commands on their way. */
  get pending() {
    return this.#pending.size
  }

  /** The seq of the command that was sent last. */
  get lastSeq() {
    return this.#seq
  }

  /**
   * Sends a command.
   * @param {string} type
   * @param {Record<string, any>} fields
   * @param {CallOptions} [options]
   * @returns {Promise<any>} the ack's result
   */
  call(type, fields, { signal, deadlineMs = this.#deadlineMs } = {}) {
    const refusal = this.#refusal(type, signal)
    if (refusal) return Promise.reject(refusal)
    const seq = this.#seq + 1
    try {
      const id = { incarnation: this.#incarnation, seq }
      this.#port.postMessage({ ...fields, v: PROTOCOL_VERSION, id, type })
    } catch (cause) {
      return Promise.reject(new TickscanError('E_CLONE', `${type} could not be sent: ${cause}`, { cause }))
    }
    this.#seq = seq
    return new Promise((resolve, reject) => this.#await(seq, type, { resolve, reject, signal, deadlineMs }))
  }

  /**
   * Sends a message that is never answered.
   * @param {string} type
   */
  signal(type) {
    if (!this.#ended) this.#port.postMessage({ v: PROTOCOL_VERSION, type })
  }

  /**
   * Rejects everything that is pending, and every later call, with `error`, except one last call.
   * @param {TickscanError} error
   * @param {string} [lastCommand] sent before the end, so that the worker can finish in order
   * @param {number} [deadlineMs] for the last command
   */
  async end(error, lastCommand, deadlineMs) {
    if (this.#ended) return
    const before = this.#seq
    const last = lastCommand ? this.call(lastCommand, {}, { deadlineMs }) : undefined
    this.#ended = error
    for (const [seq, call] of this.#pending) {
      if (seq <= before) settle(call, () => call.reject(error))
    }
    try {
      await last
      // A worker that was asked to end, and said that it will, is left to do it in its own order.
      if (last) this.#port.abandon()
    } catch {
      // Whether it was answered or not, the worker goes.
    }
    this.#pending.clear()
    this.#port.terminate()
  }

  /**
   * @param {string} type
   * @param {AbortSignal} [signal]
   */
  #refusal(type, signal) {
    if (this.#ended) return this.#ended
    if (signal?.aborted) return aborted(type, signal)
    if (this.#pending.size < PENDING_LIMIT) return undefined
    return new TickscanError('E_BACKPRESSURE', `${PENDING_LIMIT} commands are on their way already`, {
      hint: 'await the calls before making more',
      details: { limit: PENDING_LIMIT },
    })
  }

  /**
   * @param {number} seq
   * @param {string} type
   * @param {{ resolve: (result: any) => void, reject: (error: TickscanError) => void, signal?: AbortSignal,
   *   deadlineMs: number }} call
   */
  #await(seq, type, { resolve, reject, signal, deadlineMs }) {
    const giveUp = (/** @type {TickscanError} */ error) => {
      const call = this.#pending.get(seq)
      if (call) settle(call, () => reject(error))
    }
    const timer = setTimeout(() => giveUp(late(type, deadlineMs)), deadlineMs)
    const onAbort = () => giveUp(aborted(type, /** @type {AbortSignal} */ (signal)))
    signal?.addEventListener('abort', onAbort, { once: true })
    const release = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    }
    this.#pending.set(seq, { type, resolve, reject, release })
  }

  /** @param {unknown} message */
  #receive(message) {
    const type = own(message, 'type')
    if (type === 'ACK') this.#acknowledged(message)
    else if (!this.#ended && typeof type === 'string') this.#event(type, message)
  }

  /**
   * @param {string} type
   * @param {any} message
   */
  #event(type, message) {
    if (type === 'ERROR' && own(message, 'fatal') === true) {
      const cause = fromErrorData(own(message, 'error'))
      this.#die(new TickscanError('E_WORKER_DIED', `the engine failed: ${cause.message}`, { cause }))
    } else {
      this.#onEvent(type, message)
    }
  }

  /** @param {unknown} message */
  #acknowledged(message) {
    const id = messageId(message)
    if (id?.incarnation !== this.#incarnation) return
    const call = this.#pending.get(id.seq)
    if (!call) return
    this.#pending.delete(id.seq)
    settle(call, () => {
      if (own(message, 'ok') === true) call.resolve(own(message, 'result'))
      else call.reject(fromErrorData(own(message, 'error')))
    })
  }

  /** @param {Error & { code?: string }} error of the port */
  #failed(error) {
    const code = error.code === 'E_WORKER_LOAD' ? 'E_WORKER_LOAD' : 'E_WORKER_DIED'
    this.#die(new TickscanError(code, error.message, { cause: error }))
  }

  /** @param {TickscanError} error */
  #die(error) {
    for (const call of this.#pending.values()) settle(call, () => call.reject(error))
    this.#pending.clear()
    if (this.#ended) return
    this.#ended = error
    this.#port.terminate()
    this.#onDeath(error)
  }
}

/**
 * Settles a call once; after that its timer is gone and settling again does nothing.
 * @param {PendingCall} call
 * @param {() => void} how
 */
function settle(call, how) {
  call.release()
  how()
}

/**
 * @param {string} type
 * @param {number} deadlineMs
 */
function late(type, deadlineMs) {
  return new TickscanError('E_DEADLINE', `${type} was not answered within ${deadlineMs} ms`, {
    details: { deadlineMs },
  })
}

/**
 * @param {string} type
 * @param {AbortSignal} signal
 */
function aborted(type, signal) {
  return new TickscanError('E_ABORTED', `${type} was aborted`, { cause: signal.reason })
}
