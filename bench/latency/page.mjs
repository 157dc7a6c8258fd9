/** The page's side of S7: what measureLatency needs of a browser. Loaded by the scenario, in headless Chromium. */

import { createScanner } from '/dist/index.js'
import { measureLatency } from './measure.mjs'

function startBare() {
  const worker = new Worker(new URL('./bare-worker.mjs', import.meta.url), { type: 'module' })
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (handler) => worker.addEventListener('message', ({ data }) => handler(data)),
    end: () => worker.terminate(),
  }
}

export function measure(size) {
  return measureLatency({ createScanner, startBare }, size)
}
