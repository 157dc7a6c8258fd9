/**
 * Calls to the engine: each settles once, by its answer, its deadline, its AbortSignal, or the end of everything.
 * Which worker answers is not the caller's business: when one dies and `revive` says that another follows, calls
 * without an answer are sent to the next one, in their order. Runs on the client's thread.
 *
 * 1. A call has a number for its whole life, whatever seq it has with which worker. Numbers rise.
 * 2. A call that was given up (deadline, abort) still counts until the worker has answered it, so that no more
 *    than PENDING_LIMIT commands are ever on their way, besides lasting ones. The next worker is not sent it, unless it
 *    is lasting: a removal is wanted until it is answered, whatever its caller waited for.
 * 3. A call that was the one running at DEATHS_TO_POISON deaths is not sent again: E_POISON. A removal takes along what
 *    is still to be done to its trader, which would otherwise come back.
 * 4. Once ended, every call rejects at once with the reason.
 */

import { realHost } from './client-host.js'
import { EngineLink } from './engine-link.js'
import { fromErrorData, TickscanError } from './errors.js'
import { own } from './message-check.js'
import { INBOX_LIMIT } from './protocol.js'
import { aborted } from './until-aborted.js'

/** Half the worker's queue: a client alone never fills it. */
export const PENDING_LIMIT = INBOX_LIMIT / 2

const DEATHS_TO_POISON = 2

/**
 * @typedef {object} CallOptions
 * @property {AbortSignal} [signal] gives the call up; what was sent may still be carried out
 * @property {number} [deadlineMs] how long to wait for the answer
 */

/**
 * @typedef {object} Insistence
 * @property {boolean} [lasting] wanted until it is answered, also when the call is given up
 * @property {boolean} [pressing] not refused for too many calls; at most one for each call that was made
 */

/**
 * @typedef {object} PendingCall
 * @property {number} number
 * @property {string} type
 * @property {Record<string, any>} fields
 * @property {boolean} settled given up, but not answered
 * @property {boolean} lasting sent to the next worker even if it was given up
 * @property {boolean} own to this worker: not sent to the next one
 * @property {number} deaths at which it was the command that ran
 * @property {(result: any) => void} resolve
 * @property {(error: TickscanError) => void} reject
 * @property {() => void} release stops the timer and the listening
 */

/**
 * @typedef {object} ClientOptions
 * @property {import('./platform-web.js').Port} port
 * @property {string} incarnation
 * @property {number} deadlineMs for calls that do not say
 * @property {import('./client-host.js').ClientHost} [host]
 * @property {(type: string, message: any) => void} onEvent`command` in it is the number of a call here
 * @property {(error: TickscanError) => void} onDeath the worker has ended or failed for good; everything was rejected
 * @property {(error: TickscanError) => void} [onFault] a message could not be read
 * @property {(cycles: { signals: number, session: number }) => void} [onPosted] of every ack: the cycles of the SIGNALS
 *   and SESSION posted before it
 * @property {(type: string, fields: Record<string, any>, ok: boolean, result?: any) => void} [onOutcome] of each answered
 *   call, or of one that was given up (ok: false)
 * @property {(error: TickscanError) => TickscanError | undefined} [revive] the worker has ended or failed; undefined:
 *   reopen() will follow; an error: nothing will, and this is why
 */

export class EngineClient {
  #options
  #host
  /** @type {EngineLink | undefined} undefined between two workers */
  #link
  #number = 0
  /** @type {Map<number, PendingCall>} */
  #pending = new Map()
  /** @type {TickscanError | undefined} why nothing more is sent */
  #ended

  /** @param {ClientOptions} options */
  constructor({ port, incarnation, ...options }) {
    // Without the port: a worker that has died is let go of, with all that hangs on it.
    this.#options = options
    this.#host = options.host ?? realHost
    this.#link = this.#open(port, incarnation)
  }

  /** Commands on their way. */
  get pending() {
    return this.#pending.size
  }

  /** The number of the call that was made last. */
  get lastSeq() {
    return this.#number
  }

  /**
   * Sends a command.
   * @param {string} type
   * @param {Record<string, any>} fields
   * @param {CallOptions & Insistence} [options]
   * @returns {Promise<any>} the ack's result
   */
  call(
    type,
    fields,
    { signal, deadlineMs = this.#options.deadlineMs, lasting = false, pressing = false } = {},
  ) {
    const refusal = this.#refusal(type, pressing, signal)
    if (refusal) return Promise.reject(refusal)
    const number = this.#number + 1
    try {
      this.#link?.send(type, fields, number)
    } catch (error) {
      return Promise.reject(error)
    }
    this.#number = number
    return this.#await({ number, type, fields, lasting, own: false }, { signal, deadlineMs })
  }

  /**
   * Sends a message that is never answered.
   * @param {string} type
   */
  signal(type) {
    this.#link?.signal(type)
  }

  /**
   * The worker is lost, as somebody else has found out.
   * @param {TickscanError} error
   */
  fail(error) {
    if (this.#link) this.#link.fail(error)
    else if (!this.#ended) this.#died(error)
  }

  /**
   * Goes on with a new worker: a first command, and behind it all calls that have no answer.
   * @param {import('./platform-web.js').Port} port
   * @param {string} incarnation
   * @param {string} type of the first command
   * @param {Record<string, any>} fields
   * @param {number} deadlineMs
   * @returns {Promise<any>} the first command's result
   */
  reopen(port, incarnation, type, fields, deadlineMs) {
    const link = this.#open(port, incarnation)
    this.#link = link
    const carried = [...this.#pending.values()]
    const number = ++this.#number
    // Before anything keeps the worker busy: its answer says that the worker's script runs.
    link.signal('PING')
    try {
      link.send(type, fields, number)
    } catch (error) {
      return Promise.reject(error)
    }
    const first = this.#await({ number, type, fields, lasting: false, own: true }, { deadlineMs })
    const { now } = fields.carried ?? {}
    for (const call of carried) {
      // The new engine begins at the present. A call that was made before it must not look like a clock set back.
      if (now !== undefined && 'now' in call.fields) call.fields = { ...call.fields, now }
      try {
        link.send(call.type, call.fields, call.number)
      } catch (error) {
        // Made between two workers, when nothing tried whether it can be cloned.
        this.#drop(call, () => call.reject(/** @type {TickscanError} */ (error)))
      }
    }
    return first
  }

  /**
   * Rejects everything that is pending, and every later call, with `error`, except one last call.
   * @param {TickscanError} error
   * @param {string} [lastCommand] sent before the end, so that the worker can finish in order
   * @param {number} [deadlineMs] for the last command
   */
  async end(error, lastCommand, deadlineMs) {
    if (this.#ended) return
    const link = this.#link
    const before = this.#number
    const last = lastCommand && link ? this.call(lastCommand, {}, { deadlineMs }) : undefined
    this.#ended = error
    for (const [number, call] of this.#pending) {
      if (number <= before) settle(call, () => call.reject(error))
    }
    try {
      await last
      // A worker that was asked to end, and said that it will, is left to do it in its own order.
      if (last) link?.abandon()
    } catch {
      // Whether it was answered or not, the worker goes.
    }
    this.#pending.clear()
    link?.end()
  }

  /**
   * @param {import('./platform-web.js').Port} port
   * @param {string} incarnation
   */
  #open(port, incarnation) {
    /** @type {EngineLink} */
    const link = new EngineLink({
      port,
      incarnation,
      host: this.#host,
      onAck: (number, ack) => this.#acknowledged(number, ack),
      onEvent: (type, message) => this.#event(link, type, message),
      onFault: (error) => this.#options.onFault?.(error),
      onEnd: (error) => this.#died(error),
    })
    return link
  }

  /**
   * @param {string} type
   * @param {boolean} pressing
   * @param {AbortSignal} [signal]
   */
  #refusal(type, pressing, signal) {
    if (this.#ended) return this.#ended
    if (signal?.aborted) return aborted(type, signal)
    if (pressing || this.#pending.size < PENDING_LIMIT) return undefined
    return new TickscanError('E_BACKPRESSURE', `${PENDING_LIMIT} commands are on their way already`, {
      hint: 'await the calls before making more',
      details: { limit: PENDING_LIMIT },
    })
  }

  /**
   * @param {{ number: number, type: string, fields: Record<string, any>, lasting: boolean, own: boolean }} call
   * @param {{ signal?: AbortSignal, deadlineMs: number }} limits
   * @returns {Promise<any>}
   */
  #await({ number, type, fields, lasting, own: isOwn }, { signal, deadlineMs }) {
    return new Promise((resolve, reject) => {
      const giveUp = (/** @type {TickscanError} */ error) => {
        if (call.settled) return
        call.settled = true
        settle(call, () => reject(error))
        this.#options.onOutcome?.(type, fields, false)
        // Between two workers nobody will ever answer it.
        if (!this.#link && !lasting) this.#pending.delete(number)
      }
      const timer = this.#host.setTimer(() => giveUp(late(type, deadlineMs)), deadlineMs)
      const onAbort = () => giveUp(aborted(type, /** @type {AbortSignal} */ (signal)))
      signal?.addEventListener('abort', onAbort, { once: true })
      const release = () => {
        this.#host.clearTimer(timer)
        signal?.removeEventListener('abort', onAbort)
      }
      /** @type {PendingCall} */
      const call = {
        number,
        type,
        fields,
        settled: false,
        lasting,
        own: isOwn,
        deaths: 0,
        resolve,
        reject,
        release,
      }
      this.#pending.set(number, call)
    })
  }

  /**
   * @param {EngineLink} link
   * @param {string} type
   * @param {any} message
   */
  #event(link, type, message) {
    if (this.#ended) return
    const seq = own(message, 'command')
    this.#options.onEvent(type, seq > 0 ? { ...message, command: link.tagOf(seq) } : message)
  }

  /**
   * @param {number} number
   * @param {import('./protocol.js').Ack} ack
   */
  #acknowledged(number, ack) {
    const [signals, session] = [own(ack, 'signals'), own(ack, 'session')]
    if (!this.#ended && Number.isSafeInteger(signals)) {
      this.#options.onPosted?.({ signals, session: Number.isSafeInteger(session) ? session : 0 })
    }
    const call = this.#pending.get(number)
    if (!call) return
    this.#pending.delete(number)
    const ok = own(ack, 'ok') === true
    // Also of a call that was given up: the engine stands where its answers say.
    this.#options.onOutcome?.(call.type, call.fields, ok, own(ack, 'result'))
    if (call.settled) return
    settle(call, () => {
      if (ok) call.resolve(own(ack, 'result'))
      else call.reject(fromErrorData(own(ack, 'error')))
    })
  }

  /** @param {TickscanError} error */
  #died(error) {
    const end = this.#ended ?? (this.#options.revive ? this.#options.revive(error) : error)
    const revived = end === undefined
    this.#link = undefined
    for (const [number, call] of this.#pending) {
      if (revived && !call.own && (!call.settled || call.lasting)) continue
      this.#pending.delete(number)
      settle(call, () => call.reject(end ?? error))
    }
    if (revived || this.#ended) return
    this.#ended = end
    this.#options.onDeath(end)
  }

  /**
   * Notes that a command was the one that ran when the worker died. To be called from `revive`.
   * @param {number | undefined} seq as the worker has noted it, 0 for none; undefined: it left no note
   * @returns {PendingCall | undefined}
   */
  blame(seq) {
    const link = this.#link
    if (!link || seq === 0) return undefined
    const call = this.#pending.get(seq === undefined ? link.oldestTag : link.tagOf(seq))
    if (!call || (call.settled && !call.lasting) || call.own) return undefined
    call.deaths++
    if (call.deaths >= DEATHS_TO_POISON) {
      const error = poisoned(call.type)
      const { ref } = call.fields
      for (const other of [...this.#pending.values()]) {
        // (What concerns no trader has no ref, like most calls.)
        const concerns = call.lasting && ref !== undefined && other.fields.ref === ref
        if (concerns) this.#drop(other, () => other.reject(error))
      }
      this.#drop(call, () => call.reject(error))
    }
    return call
  }

  /**
   * No engine has a trader any more: what is asked of it cannot be done, but for its removal, which is.
   * @param {number} ref
   * @param {TickscanError} error
   */
  forget(ref, error) {
    for (const call of [...this.#pending.values()]) {
      if (call.fields.ref !== ref && call.fields.snapshot !== ref) continue
      if (call.type === 'REMOVE_TRADER') this.#drop(call, () => call.resolve({}))
      else this.#drop(call, () => call.reject(error))
    }
  }

  /**
   * Settles a call that no worker will be sent.
   * @param {PendingCall} call
   * @param {() => void} how
   */
  #drop(call, how) {
    if (!this.#pending.delete(call.number)) return
    this.#options.onOutcome?.(call.type, call.fields, false)
    settle(call, how)
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

/** @param {string} type */
function poisoned(type) {
  return new TickscanError(
    'E_POISON',
    `${type} was running when the engine died, ${DEATHS_TO_POISON} times`,
    {
      hint: 'it is not tried again; change it before you repeat it',
    },
  )
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
