/**
 * The worker's end of the command protocol: takes messages in order, once each, and answers every one.
 * It knows nothing about what commands do; `apply` does that. Runs in the engine worker.
 *
 * Invariants:
 * 1. A seq is applied when all before it were, however messages arrive; at most once.
 * 2. Every readable command gets exactly one ack, and a duplicate the same ack again. A throw is a negative ack.
 * 3. One command is applied at a time. While one waits (INIT loads the core), others queue up to INBOX_LIMIT, and one
 *    more where that is the next one in order.
 * 4. An answer is kept until the client says that it has it, and answerLimit of them at most. A read's is not kept: it is
 *    applied again, which changes nothing, unless the client has the answer.
 * 5. E_BACKPRESSURE does not use up the seq: the same message may come again, and those after it wait for it.
 */

import { TickscanError, toErrorData } from './errors.js'
import { checkVersion, messageId, own, takeFields } from './message-check.js'
import { didYouMean } from './names.js'
import { ANSWER_LIMIT, COMMANDS, INBOX_LIMIT, PROTOCOL_VERSION } from './protocol.js'

/** @import { Ack, Command, MessageId } from './protocol.js' */

/**
 * @typedef {object} InboxOptions
 * @property {(type: string, fields: Record<string, any>, seq: number, again: boolean) => any} apply result or promise of
 *   it; `again`: a read that was applied before
 * @property {(message: any) => void} post
 * @property {() => { signals: number, session: number }} [posted] cycles of the newest SIGNALS and SESSION that were
 *   posted; every ack says them
 * @property {number} [limit]
 * @property {number} [answerLimit]
 */

export class Inbox {
  #apply
  #post
  #posted
  #limit
  #answerLimit
  /** The client's incarnation, set by the first message with seq 1. */
  #incarnation = ''
  /** Commands that came, by seq, not yet applied. */
  #waiting = new Map()
  /** All up to here were applied or refused. */
  #applied = 0
  #running = false
  /** The client has all answers up to here. */
  #heard = 0
  /** Acks of applied commands that changed something, for duplicates, until the client has them; the oldest go first. */
  /** @type {Map<number, Ack>} */
  #answers = new Map()

  /** @param {InboxOptions} options */
  constructor({ apply, post, posted = none, limit = INBOX_LIMIT, answerLimit = ANSWER_LIMIT }) {
    this.#apply = apply
    this.#post = post
    this.#posted = posted
    this.#limit = limit
    this.#answerLimit = answerLimit
  }

  /** Commands that wait or run. */
  get depth() {
    return this.#waiting.size
  }

  /**
   * Takes one message, whatever it is.
   * @param {unknown} message
   */
  receive(message) {
    const id = messageId(message)
    if (id === undefined) {
      const error = new TickscanError('E_PROTOCOL', 'a message without an id came in', {
        expected: '{ v, id: { incarnation, seq }, type, … }',
      })
      this.#post({ v: PROTOCOL_VERSION, type: 'ERROR', error: toErrorData(error), fatal: false })
      return
    }
    const refusal = this.#refusal(id)
    if (!refusal) this.#forget(own(message, 'heard'))
    if (refusal) this.#nack(id, refusal)
    else if (id.seq <= this.#applied) this.#answerAgain(id, message)
    else if (!this.#waiting.has(id.seq)) {
      this.#waiting.set(id.seq, message)
      void this.#run()
    }
  }

  /**
   * Why a message is not even queued.
   * @param {MessageId} id
   */
  #refusal(id) {
    if (this.#incarnation === '') this.#incarnation = id.incarnation
    if (id.incarnation !== this.#incarnation) {
      return new TickscanError('E_PROTOCOL', `the message is for the worker ${id.incarnation}`, {
        expected: this.#incarnation,
      })
    }
    // The next one in order is never refused: were the queue full of those behind it, nothing would ever move.
    if (id.seq <= this.#applied + 1 || this.#waiting.has(id.seq) || this.#waiting.size < this.#limit)
      return undefined
    return new TickscanError('E_BACKPRESSURE', `${this.#limit} commands wait already`, {
      hint: 'await the calls before sending more',
      details: { limit: this.#limit },
    })
  }

  /** Applies what is next, one after the other, until something is missing. */
  async #run() {
    if (this.#running) return
    this.#running = true
    for (;;) {
      const seq = this.#applied + 1
      const message = this.#waiting.get(seq)
      if (message === undefined) break
      const ack = await this.#answer({ incarnation: this.#incarnation, seq }, message, false)
      this.#applied = seq
      this.#waiting.delete(seq)
      this.#keep(seq, message, ack)
      this.#send(ack)
    }
    this.#running = false
  }

  /**
   * @param {MessageId} id
   * @param {unknown} message
   * @param {boolean} again
   * @returns {Promise<Ack>}
   */
  async #answer(id, message, again) {
    try {
      checkVersion(message)
      const type = own(message, 'type')
      const row = typeof type === 'string' ? own(COMMANDS, type) : undefined
      if (row === undefined) throw unknownType(type)
      if (row.later) {
        throw new TickscanError('E_UNSUPPORTED', `${type} comes with a later version`, { details: { type } })
      }
      const result = await this.#apply(type, takeFields(type, row.fields, message), id.seq, again)
      return { v: PROTOCOL_VERSION, type: 'ACK', id, ok: true, result, ...this.#posted() }
    } catch (error) {
      return this.#refused(id, error)
    }
  }

  /**
   * @param {MessageId} id
   * @param {unknown} message
   */
  async #answerAgain(id, message) {
    const kept = this.#answers.get(id.seq)
    if (kept) this.#send(kept)
    else if (id.seq > this.#heard && own(own(COMMANDS, String(own(message, 'type'))), 'read'))
      this.#send(await this.#answer(id, message, true))
    else this.#nack(id, new TickscanError('E_PROTOCOL', `the answer to ${id.seq} is no longer kept`))
  }

  /**
   * @param {number} seq
   * @param {unknown} message
   * @param {Ack} ack
   */
  #keep(seq, message, ack) {
    if (ack.ok && own(own(COMMANDS, String(own(message, 'type'))), 'read')) return
    this.#answers.set(seq, ack)
    // Maps keep their order of insertion, so the first key is the oldest.
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size <= this.#answerLimit) break
      this.#answers.delete(oldest)
    }
  }

  /**
   * The client has all answers up to here, and asks for none of them again.
   * @param {unknown} heard
   */
  #forget(heard) {
    if (!Number.isSafeInteger(heard)) return
    this.#heard = Math.max(this.#heard, Number(heard))
    for (const seq of this.#answers.keys()) {
      if (seq > this.#heard) break
      this.#answers.delete(seq)
    }
  }

  /** @param {Ack} ack */
  #send(ack) {
    try {
      this.#post(ack)
    } catch (cause) {
      // The result could not be cloned; the client must still hear something.
      const error = new TickscanError('E_CLONE', `the answer could not be sent: ${cause}`)
      this.#nack(ack.id, error)
    }
  }

  /**
   * @param {MessageId} id
   * @param {TickscanError} error
   */
  #nack(id, error) {
    this.#post(this.#refused(id, error))
  }

  /**
   * @param {MessageId} id
   * @param {unknown} error
   * @returns {Ack}
   */
  #refused(id, error) {
    return { v: PROTOCOL_VERSION, type: 'ACK', id, ok: false, error: toErrorData(error), ...this.#posted() }
  }
}

function none() {
  return { signals: 0, session: 0 }
}

/** @param {unknown} type */
function unknownType(type) {
  return new TickscanError('E_UNKNOWN_MESSAGE', `the message type ${String(type)} is unknown`, {
    expected: `one of ${Object.keys(COMMANDS).join(' ')}`,
    hint: didYouMean(String(type), Object.keys(COMMANDS)),
  })
}
