/** Steps before there is an engine: is shared memory there, and what the engine is told at first. */

import { TickscanError } from './errors.js'

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
 * What INIT is told of the options.
 * @param {import('./options.js').CompleteOptions} options
 */
export function initFields({ symbols, intervals, session, ...options }) {
  const { maxSymbols, maxKlines, maxTraders, threads, memoryLimit, traderBytes } = options
  const sizes = { maxSymbols, maxKlines, maxTraders, threads, memoryLimit, traderBytes }
  return { symbols, intervals, session, ...sizes }
}
