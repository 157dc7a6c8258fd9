/**
 * One end of a conversation with the engine worker, the same in browsers and in Node: messages themselves instead of
 * events, kept until somebody listens; silence once it is terminated. The platform files deliver into it.
 */

/**
 * The worker behind a Port.
 * @typedef {object} PortWorker
 * @property {(message: any, transfer: any[]) => void} postMessage
 * @property {() => void} terminate
 * @property {() => void} [ref]
 * @property {() => void} [unref]
 */

/** @typedef {{ handler: ((value: any) => void) | null, kept: any[] }} Slot */

export class Port {
  /** @type {PortWorker} */
  #worker
  #ended = false
  #slots = {
    message: /** @type {Slot} */ ({ handler: null, kept: [] }),
    error: /** @type {Slot} */ ({ handler: null, kept: [] }),
    exit: /** @type {Slot} */ ({ handler: null, kept: [] }),
  }

  /** @param {PortWorker} worker */
  constructor(worker) {
    this.#worker = worker
  }

  /**
   * @param {any} message
   * @param {any[]} [transfer]
   */
  postMessage(message, transfer = []) {
    if (!this.#ended) this.#worker.postMessage(message, transfer)
  }

  /** Ends the worker and its pool; may be called twice. No handler is called afterwards. */
  terminate() {
    if (this.#ended) return
    this.#ended = true
    this.#worker.terminate()
  }

  /** The worker ends by itself: no handler is called any more, and terminate() does nothing. */
  abandon() {
    this.#ended = true
  }

  /** In Node: the worker keeps the process alive, as it does at first. */
  ref() {
    this.#worker.ref?.()
  }

  /** In Node: the worker alone does not keep the process alive. */
  unref() {
    this.#worker.unref?.()
  }

  /** @returns {((message: any) => void) | null} */
  get onmessage() {
    return this.#slots.message.handler
  }
  set onmessage(handler) {
    this.#listen(this.#slots.message, handler)
  }

  /**
   * The error's `code` is E_WORKER_LOAD as long as nothing was heard from the worker, E_WORKER later, and E_CLONE for
   * a message that could not be read.
   * @returns {((error: Error & { code: string }) => void) | null}
   */
  get onerror() {
    return this.#slots.error.handler
  }
  set onerror(handler) {
    this.#listen(this.#slots.error, handler)
  }

  /**
   * The worker ended by itself, with an exit code. A browser never says so.
   * @returns {((code: number) => void) | null}
   */
  get onexit() {
    return this.#slots.exit.handler
  }
  set onexit(handler) {
    this.#listen(this.#slots.exit, handler)
  }

  /** @param {any} message */
  deliver(message) {
    this.#give(this.#slots.message, message)
  }

  /** @param {Error} error */
  fail(error) {
    this.#give(this.#slots.error, error)
  }

  /** @param {number} code */
  exited(code) {
    this.#give(this.#slots.exit, code)
  }

  /**
   * @param {Slot} slot
   * @param {any} value
   */
  #give(slot, value) {
    if (this.#ended) return
    if (slot.handler) slot.handler(value)
    else slot.kept.push(value)
  }

  /**
   * @param {Slot} slot
   * @param {((value: any) => void) | null} handler
   */
  #listen(slot, handler) {
    slot.handler = handler
    while (slot.handler && slot.kept.length > 0) this.#give(slot, slot.kept.shift())
  }
}
