// The engine's worker is terminated in a page, where no event says so, while another thread writes without a pause.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { launch, openPage, serveBarePages } from './helpers/browser.mjs'

const SYMBOLS = 60

test('a terminated engine is replaced in Chrome, and writers elsewhere lose nothing', async (context) => {
  const server = await serveBarePages()
  const browser = await launch()
  try {
    const { page, faults } = await openPage(browser, server.url)
    const seen = await page.evaluate(async (count) => {
      const { createScanner } = await import('/dist/index.js')
      const workers = []
      const createWorker = () => {
        const worker = new Worker('/dist/worker.js', { type: 'module', name: 'tickscan-engine' })
        workers.push(worker)
        return worker
      }
      const symbols = Array.from({ length: count }, (_, i) => `S${i}`)
      const scanner = await createScanner({
        symbols,
        intervals: ['1m'],
        maxKlines: 100,
        threads: 2,
        createWorker,
      })
      const restarts = []
      const errors = []
      let wake = () => {}
      scanner.addEventListener('restart', ({ detail: { phase, elapsedMs, threads } }) => {
        restarts.push({ phase, elapsedMs, threads, at: performance.now() })
        wake()
      })
      scanner.addEventListener('error', ({ detail }) => errors.push(detail.message))
      await scanner.addTrader({ id: 'odd', filter: 'last == 1' })
      await scanner.addTrader({ id: 'closed', filter: 'close > open', on: 'close' })
      const stop = new Int32Array(new SharedArrayBuffer(4))
      const writer = new Worker(new URL('./restart-writer.js', location.href), { type: 'module' })
      const heard = () =>
        new Promise((resolve) => writer.addEventListener('message', resolve, { once: true }))
      const attached = heard()
      writer.postMessage({ handle: scanner.writer.handle, stop, first: 0, count })
      await attached
      const rounds = heard()
      const killed = []
      for (let kill = 0; kill < 2; kill++) {
        const { updates } = await scanner.status()
        while ((await scanner.status()).updates - updates < 5000) await scanner.processUpdates()
        killed.push(performance.now())
        workers.at(-1).terminate()
        while (restarts.filter(({ phase }) => phase === 'restored').length <= kill) {
          await new Promise((resolve) => {
            wake = resolve
          })
        }
      }
      const { updates } = await scanner.status()
      while ((await scanner.status()).updates - updates < 5000) await scanner.processUpdates()
      Atomics.store(stop, 0, 1)
      const { data } = await rounds
      await scanner.processUpdates()
      const result = {
        rounds: data,
        odd: scanner.matches('odd'),
        closed: scanner.matches('closed').length,
        last: symbols.map((symbol) => scanner.klines(symbol, '1m', { last: 1 })[0].openTime),
        counters: symbols.map((symbol) => scanner.counters(symbol, '1m')),
        phases: restarts.map(({ phase }) => phase),
        restored: restarts
          .filter(({ phase }) => phase === 'restored')
          .map(({ at }, i) => Math.round(at - killed[i])),
        sweepFound: (await scanner.status()).sweepFound,
        errors,
      }
      writer.terminate()
      await scanner.close()
      return result
    }, SYMBOLS)
    context.diagnostic(`back ${seen.restored} ms after the kill, ${seen.rounds} rounds written`)
    assert.deepEqual(
      seen.phases.filter((phase) => phase !== 'suspect'),
      ['died', 'restored', 'died', 'restored'],
    )
    assert.deepEqual(
      seen.odd,
      Array.from({ length: SYMBOLS }, (_, i) => `S${i}`).filter((_, i) => i % 2 === 1),
    )
    assert.equal(seen.closed, SYMBOLS)
    assert.ok(seen.last.every((openTime) => openTime === seen.rounds * 60_000))
    for (const { closed, gaps } of seen.counters) assert.deepEqual([closed, gaps], [seen.rounds, 0])
    assert.deepEqual([seen.sweepFound, seen.errors], [0, []])
    assert.deepEqual(faults, [])
  } finally {
    await browser.close()
    await server.close()
  }
})

test('a thread of the pool that traps in the middle of a cycle is noticed at once in Chrome', async (context) => {
  const server = await serveBarePages()
  const browser = await launch()
  try {
    const { page } = await openPage(browser, server.url)
    const seen = await page.evaluate(async () => {
      const { createScanner } = await import('/dist/index.js')
      let workers = 0
      const createWorker = () => {
        const name = workers++ === 0 ? 'tickscan-engine-doomed' : 'tickscan-engine'
        return new Worker(new URL('./mortal-pool.js', location.href), { type: 'module', name })
      }
      const symbols = Array.from({ length: 1000 }, (_, i) => `S${i}`)
      const scanner = await createScanner({ symbols, threads: 2, createWorker })
      const phases = []
      const restored = new Promise((resolve) => {
        scanner.addEventListener('restart', ({ detail }) => {
          phases.push({ phase: detail.phase, cause: detail.cause?.message })
          if (detail.phase === 'restored') resolve(detail.elapsedMs)
        })
      })
      const calls = [scanner.addTrader({ id: 'a', filter: 'last > 1' })]
      // Until the other thread gets a block: it may wake when all are done.
      while (!phases.some(({ phase }) => phase === 'died')) {
        for (const symbol of symbols) scanner.writer.updateTicker(symbol, { last: 2 })
        calls.push(scanner.processUpdates())
        await Promise.race([calls.at(-1), restored])
      }
      const elapsedMs = await restored
      await Promise.all(calls)
      const matching = scanner.matches('a').length
      await scanner.close()
      return { phases, elapsedMs, matching, workers }
    })
    const { cause } = seen.phases.find(({ phase }) => phase === 'died')
    assert.match(cause, /the core failed/, 'not by its silence')
    assert.deepEqual([seen.matching, seen.workers], [1000, 2])
    context.diagnostic(`recovered in ${Math.round(seen.elapsedMs)} ms`)
  } finally {
    await browser.close()
    await server.close()
  }
})
