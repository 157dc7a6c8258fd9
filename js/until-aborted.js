/** Calls that end by their signal, also while they wait for something that knows nothing of signals. Client's thread. */

import { TickscanError } from './errors.js'

/**
 * @param {string} what was given up
 * @param {AbortSignal} signal
 */
export function aborted(what, signal) {
  return new TickscanError('E_ABORTED', `${what} was aborted`, { cause: signal.reason })
}

/**
 * Waits for a step, or for the signal. The step goes on by itself: its outcome is nobody's any more.
 * @template T
 * @param {Promise<T>} step
 * @param {AbortSignal | undefined} signal
 * @param {string} what is given up
 * @returns {Promise<T>}
 * @throws {TickscanError} E_ABORTED
 */
export async function untilAborted(step, signal, what) {
  if (!signal) return step
  let onAbort = () => {}
  const given = new Promise((_, reject) => {
    onAbort = () => reject(aborted(what, signal))
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await /** @type {Promise<T>} */ (Promise.race([given, step]))
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
