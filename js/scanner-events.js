/**
 * The Scanner's events, typed: an EventTarget that knows which events there are and what they carry. A listener with
 * `internal: true` hears every delta, also those that the session hides; it is called before the others.
 */

/** @import { Delta } from './match-table.js' */
/** @import { TickscanError } from './errors.js' */
/** @import { SessionChange } from './session-gate.js' */

/**
 * @typedef {object} ScannerEventMap
 * @property {CustomEvent<Delta>} signals one delta
 * @property {CustomEvent<import('./history-loader.js').HistoryProgress>} progress how far a loadHistory() is
 * @property {CustomEvent<SessionChange>} session who is late has changed, and so what is shown; comes while it is not
 *   active, too
 * @property {CustomEvent<import('./supervisor.js').RestartInfo>} restart the engine is in doubt, has died, or has been
 *   replaced
 * @property {CustomEvent<import('./call-options.js').Status>} status what status() gives, every `statusEveryMs` of setConfig()
 * @property {CustomEvent<TickscanError>} error something failed outside any call
 */

/**
 * @template E
 * @typedef {((event: E) => void) | { handleEvent(event: E): void }} Listener
 */

export class ScannerEvents extends EventTarget {
  /** Names of events that somebody has listened to: no event is made for others. @type {Set<string>} */
  #heard = new Set()

  /**
   * @template {keyof ScannerEventMap} K
   * @param {K} type
   * @param {Listener<ScannerEventMap[K]> | null} listener
   * @param {boolean | (AddEventListenerOptions & { internal?: boolean })} [options]
   */
  addEventListener(type, listener, options) {
    const name = eventName(type, options)
    this.#heard.add(name)
    super.addEventListener(name, /** @type {EventListener | null} */ (listener), options)
  }

  /**
   * @template {keyof ScannerEventMap} K
   * @param {K} type
   * @param {Listener<ScannerEventMap[K]> | null} listener
   * @param {boolean | (EventListenerOptions & { internal?: boolean })} [options]
   */
  removeEventListener(type, listener, options) {
    super.removeEventListener(
      eventName(type, options),
      /** @type {EventListener | null} */ (listener),
      options,
    )
  }

  /**
   * @template {keyof ScannerEventMap} K
   * @param {K} type
   * @param {ScannerEventMap[K]['detail']} detail
   */
  emit(type, detail) {
    if (this.#heard.has(type)) this.dispatchEvent(new CustomEvent(type, { detail }))
  }

  /**
   * A delta for those who listen to all of them.
   * @protected
   * @param {Delta} delta
   */
  emitInternal(delta) {
    if (this.#heard.has(INTERNAL_SIGNALS)) {
      this.dispatchEvent(new CustomEvent(INTERNAL_SIGNALS, { detail: delta }))
    }
  }

  /** Whether somebody has ever listened to deltas. @protected */
  get hearsSignals() {
    return this.#heard.has('signals') || this.#heard.has(INTERNAL_SIGNALS)
  }
}

const INTERNAL_SIGNALS = 'signals (internal)'

/**
 * @param {string} type
 * @param {unknown} options
 */
function eventName(type, options) {
  const internal =
    typeof options === 'object' && options !== null && Reflect.get(options, 'internal') === true
  return internal && type === 'signals' ? INTERNAL_SIGNALS : type
}
