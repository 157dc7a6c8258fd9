// The kills in a page: what it needs of a browser.

import { createScanner } from '/dist/index.js'
import { run } from './run.js'

/**
 * @param {{ pairs: string[], rows: number }} options
 */
export async function runBoth({ pairs, rows }) {
  const klines = Object.fromEntries(
    await Promise.all(
      pairs.map(async (pair) => [pair, { '1m': await read(`${pair}-1m`), '5m': await read(`${pair}-5m`) }]),
    ),
  )
  const platform = {
    createScanner,
    createWorker: () => new Worker('/kills/dying-worker.js', { type: 'module', name: 'tickscan-engine' }),
    terminate: (/** @type {Worker} */ worker) => worker.terminate(),
    startWriter: (/** @type {any} */ start) => {
      const thread = new Worker('/kills/web-writer.js', { type: 'module' })
      const done = new Promise((resolve, reject) => {
        thread.onmessage = () => resolve(undefined)
        thread.onerror = (event) => reject(new Error(event.message))
      })
      thread.postMessage(start)
      return { done, end: () => thread.terminate() }
    },
    klines,
    rows,
  }
  return [await run(platform, false), await run(platform, true)]
}

/** @param {string} name */
async function read(name) {
  const text = await (await fetch(`/replay/${name}.csv`)).text()
  const rows = text
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number))
  const fields = ['openTime', 'open', 'high', 'low', 'close', 'volume']
  return Object.fromEntries(fields.map((field, c) => [field, Float64Array.from(rows, (row) => row[c])]))
}
