/**
 * The Scanner's events, typed: an EventTarget that knows which events there are and what they carry.
 */

/** @import { Delta } from './match-table.js' */
/** @import { TickscanError } from './errors.js' */

/**
 * @typedef {object} ScannerEventMap
 * @property {CustomEvent<Delta>} signals one delta
 * @property {CustomEvent<import('./history-loader.js').HistoryProgress>} progress how far a loadHistory() is
 * @property {CustomEvent<TickscanError>} error something failed outside any call
 */

/**
 * @template E
 * @typedef {((event: E) => void) | { handleEvent(event: E): void }} Listener
 */

export class ScannerEvents extends EventTarget {
  /**
   * @template {keyof ScannerEventMap} K
   * @param {K} type
   * @param {Listener<ScannerEventMap[K]> | null} listener
   * @param {boolean | AddEventListenerOptions} [options]
   */
  addEventListener(type, listener, options) {
    super.addEventListener(type, /** @type {EventListener | null} */ (listener), options)
  }

  /**
   * @template {keyof ScannerEventMap} K
   * @param {K} type
   * @param {Listener<ScannerEventMap[K]> | null} listener
   * @param {boolean | EventListenerOptions} [options]
   */
  removeEventListener(type, listener, options) {
    super.removeEventListener(type, /** @type {EventListener | null} */ (listener), options)
  }

  /**
   * @template {keyof ScannerEventMap} K
   * @param {K} type
   * @param {ScannerEventMap[K]['detail']} detail
   */
  emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }))
  }
}
