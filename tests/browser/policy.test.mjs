// The strictest policy that shared memory in a page can have: the scanner starts, scans, reads a history and outlives its
// engine under it, and nothing is reported.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { launch, openPage, serveBarePages } from './helpers/browser.mjs'

const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'"

test('a page that allows nothing but its own scripts, workers and WebAssembly', async () => {
  const server = await serveBarePages({ policy: POLICY })
  const browser = await launch()
  try {
    const { page, faults } = await openPage(browser, server.url)
    const response = await page.request.get(server.url)
    assert.equal(response.headers()['content-security-policy'], POLICY)
    // The page's icon is a data: URL, which this policy refuses: that the policy holds is seen by it.
    assert.equal(faults.length, 1)
    assert.match(faults.splice(0)[0], /data:.* violates .*"default-src 'none'"/s)
    const seen = await page.evaluate(async () => {
      const violations = []
      document.addEventListener('securitypolicyviolation', ({ blockedURI }) => violations.push(blockedURI))
      const { createScanner } = await import('/dist/index.js')
      let worker
      const restarts = []
      const scanner = await createScanner({
        symbols: ['A', 'B'],
        intervals: ['1m'],
        threads: 2,
        createWorker: () => {
          const made = new Worker('/dist/worker.js', { type: 'module', name: 'tickscan-engine' })
          // The first is the engine's; a history is read by another.
          worker ??= made
          return made
        },
      })
      await scanner.addTrader({ id: 'up', filter: 'close > sma(close, 2) and last > 1' })
      const text = 'open_time,open,high,low,close,volume\n0,1,1,1,1,1\n60000,1,2,1,2,1\n'
      await scanner.loadHistory('B', '1m', { csv: new Blob([text]) })
      scanner.writer.updateTicker('B', { last: 2 })
      await scanner.processUpdates()
      const before = scanner.matches('up')
      const restored = new Promise((resolve) => {
        scanner.addEventListener('restart', ({ detail: { phase, cause } }) => {
          restarts.push(cause ? `${phase}: ${cause.message}` : phase)
          if (phase === 'restored') resolve()
        })
      })
      worker.terminate()
      await restored
      await scanner.processUpdates()
      const after = scanner.matches('up')
      await scanner.close()
      let evaluates = true
      try {
        evaluates = Boolean(new Function('return true')())
      } catch {
        evaluates = false
      }
      return { before, after, restarts, evaluates, violations: violations.filter((uri) => uri !== 'eval') }
    })
    assert.deepEqual([seen.before, seen.after], [['B'], ['B']])
    // Nothing but its Web Lock says that it is gone.
    assert.deepEqual(seen.restarts, ['died: the engine worker has ended', 'restored'])
    assert.deepEqual([seen.evaluates, seen.violations], [false, []])
    assert.deepEqual(
      faults.filter((text) => !text.includes("'unsafe-eval'")),
      [],
    )
  } finally {
    await browser.close()
    await server.close()
  }
})
