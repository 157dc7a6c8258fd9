/**
 * Steps before there is an engine: is shared memory there, giving up a step that knows nothing of signals, and what the
 * engine is told at first.
 */

import { TickscanError, wrapError } from './errors.js'

/** Shared memory is what everything rests on, and browsers hide it from pages that did not ask for isolation. */
export function checkIsolation() {
  if (typeof SharedArrayBuffer !== 'undefined' && globalThis.crossOriginIsolated !== false) return
  throw new TickscanError(
    'E_NOT_ISOLATED',
    'SharedArrayBuffer is not available: the page is not cross-origin isolated',
    {
      expected:
        'the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp',
      hint: 'serve the page itself with both headers, over https or from localhost',
    },
  )
}

/**
 * A step of the start-up that knows nothing of signals.
 * @template T
 * @param {Promise<T>} step
 * @param {AbortSignal} [signal]
 * @returns {Promise<T>}
 */
export async function untilAborted(step, signal) {
  /** @type {(() => void) | undefined} */
  let onAbort
  const aborted = new Promise((_, reject) => {
    onAbort = () =>
      reject(new TickscanError('E_ABORTED', 'createScanner was aborted', { cause: signal?.reason }))
    if (signal?.aborted) onAbort()
    else signal?.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([aborted, step])
  } catch (error) {
    throw wrapError(error, 'E_WASM')
  } finally {
    if (onAbort) signal?.removeEventListener('abort', onAbort)
  }
}

/**
 * What INIT is told of the options.
 * @param {import('./options.js').CompleteOptions} options
 */
export function initFields({ symbols, intervals, session, ...options }) {
  const { maxSymbols, maxKlines, maxTraders, threads, memoryLimit, traderBytes } = options
  const sizes = { maxSymbols, maxKlines, maxTraders, threads, memoryLimit, traderBytes }
  return { symbols, intervals, session, ...sizes }
}
