/** Node's side of S7: what measureLatency needs of Node. */

import { Worker } from 'node:worker_threads'
import { createScanner } from '../lib/tickscan.mjs'
import { measureLatency } from './measure.mjs'

function startBare() {
  const worker = new Worker(new URL('./bare-worker.mjs', import.meta.url))
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (handler) => worker.on('message', handler),
    end: () => worker.terminate(),
  }
}

export function measure(size) {
  return measureLatency({ createScanner, startBare }, size)
}
