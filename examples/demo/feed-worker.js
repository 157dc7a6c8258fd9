// The feed's own thread: attaches to the scanner's memory by its handle and writes market data into it, twenty
// times a second. The page and the engine never wait for it, and it never waits for them.
//
// From the page: start (once), then speed. To the page: ready, time (after each step), end, failed.

import { attachWriter } from '../../dist/index.js'
import { ReplayFeed } from './replay-feed.js'
import { SimulatorFeed } from './simulator-feed.js'

const STEP_MS = 50
/** After a sleeping laptop or a throttled tab the market goes on from where it was, not in one leap. */
const MAX_STEP_MS = 250

let speed = 1

self.addEventListener('message', ({ data }) => {
  if (data.type === 'speed') speed = data.speed
  if (data.type !== 'start') return
  speed = data.speed
  run(data).catch((error) => {
    self.postMessage({ type: 'failed', message: error instanceof Error ? error.message : String(error) })
  })
})

/** @param {any} start */
async function run({ handle, market, maxKlines }) {
  const writer = await attachWriter(handle)
  const feed =
    market.kind === 'replay'
      ? await ReplayFeed.open({ writer, files: market.files, base: market.base, maxKlines })
      : new SimulatorFeed({
          writer,
          symbols: market.symbols,
          seed: market.seed,
          startTime: market.startTime,
          maxKlines,
        })
  self.postMessage({ type: 'ready', now: feed.now })
  let steppedAt = performance.now()
  const step = async () => {
    const elapsed = Math.min(performance.now() - steppedAt, MAX_STEP_MS)
    steppedAt = performance.now()
    const updates = await feed.advance(elapsed * speed)
    if (updates < 0) {
      self.postMessage({ type: 'end', now: feed.now })
      return
    }
    self.postMessage({ type: 'time', now: feed.now, updates })
    setTimeout(() => step().catch(fail), STEP_MS)
  }
  const fail = (/** @type {Error} */ error) => self.postMessage({ type: 'failed', message: error.message })
  await step()
}
