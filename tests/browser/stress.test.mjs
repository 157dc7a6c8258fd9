// Four writer workers against the scanning engine in headless Chrome: nothing lost, nothing torn.
// TICKSCAN_STRESS_SECONDS sets how long; `npm run verify` runs ten seconds.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { launch, openPage, serveBarePages } from './helpers/browser.mjs'

const SYMBOLS = 1000
const WRITERS = 4
const seconds = Number(process.env.TICKSCAN_STRESS_SECONDS ?? 2)

test(`${WRITERS} writers × ${SYMBOLS} symbols for ${seconds} s in Chrome`, async (context) => {
  const server = await serveBarePages()
  const browser = await launch()
  try {
    const { page, faults } = await openPage(browser, server.url)
    const result = await page.evaluate(
      async (options) => {
        const { createScanner } = await import('/dist/index.js')
        const { stress } = await import(new URL('./stress.js', location.href).href)
        const symbols = Array.from({ length: options.symbols }, (_, i) => `S${i}`)
        const scanner = await createScanner({ symbols, intervals: ['1m'], maxKlines: 50, threads: 2 })
        const runWriter = (share) =>
          new Promise((resolve, reject) => {
            const worker = new Worker(new URL('./stress-writer.js', location.href), { type: 'module' })
            worker.onmessage = ({ data }) => {
              worker.terminate()
              resolve(data)
            }
            worker.onerror = ({ message }) => reject(new Error(message))
            worker.postMessage({ handle: scanner.writer.handle, share })
          })
        const result = await stress(scanner, runWriter, options)
        await scanner.close()
        return result
      },
      { writers: WRITERS, symbols: SYMBOLS, ms: seconds * 1000 },
    )
    context.diagnostic(JSON.stringify(result))
    assert.deepEqual(faults, [])
    assert.equal(result.torn, 0, 'torn records')
    assert.equal(result.lost, 0, 'records whose last value was not seen')
    assert.equal(result.unscanned, 0)
    assert.equal(result.sweepFound, 0)
    assert.equal(result.updates, result.written)
    assert.equal(result.scanned + result.coalesced, result.written)
    assert.ok(result.cycles > 10, 'many cycles ran meanwhile')
  } finally {
    await browser.close()
    await server.close()
  }
})
