// Engines that die in the middle of telling who is late: what they had found and never said is said by the next one.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { MINUTE, NOON, setUp } from './helpers/session-market.mjs'

const timeout = 60_000 // against a test that hangs, no measure of anything
const worker = fileURLToPath(new URL('node/worker.cjs', new URL('./', import.meta.resolve('tickscan'))))

/** A scanner whose engine can be made to die instead of posting a message of a type. */
async function armed(t, options) {
  const workers = []
  const createWorker = () => {
    const url = new URL('helpers/armed-worker.cjs', import.meta.url)
    workers.push(new Worker(url, { name: 'tickscan-engine', workerData: { worker } }))
    return workers.at(-1)
  }
  const all = await setUp(t, { maxSymbols: 8, createWorker, ...options })
  const restored = async () => {
    for (;;) {
      const [{ detail }] = await once(all.scanner, 'restart')
      if (detail.phase === 'restored') return
    }
  }
  const sessions = []
  const signals = []
  all.scanner.addEventListener('session', ({ detail }) => sessions.push(detail.active))
  all.scanner.addEventListener('signals', ({ detail }) => signals.push(detail))
  return { ...all, sessions, signals, restored, arm: (diesAt) => workers.at(-1).postMessage({ diesAt }) }
}

test('a symbol that a dying engine found caught up is caught up in the next one, without another check', {
  timeout,
}, async (t) => {
  const traders = [{ id: 't', filter: 'close > 0' }]
  const { scanner, market, arm, restored, sessions } = await armed(t, { symbols: ['A', 'B'], traders })
  await scanner.setConfig({ session: { catchupCheckInterval: 3 } })
  market.close('A', NOON)
  market.close('B', NOON - 5 * MINUTE)
  await market.cycle()
  assert.equal(scanner.session.active, false)
  // The fourth kline is the next that is checked, and then none for a long time.
  for (const minutes of [3, 2, 1]) market.close('B', NOON - minutes * MINUTE)
  arm('SESSION')
  const back = restored()
  const cycle = market.cycle()
  await back
  await cycle
  assert.equal(scanner.session.active, true)
  assert.deepEqual(scanner.session.lagging, [])
  assert.deepEqual(scanner.matches('t'), ['A', 'B'])
  assert.deepEqual(sessions, [false, true])
  assert.equal((await scanner.status()).restarts, 1)
})

test('late closes that come all at once in the last cycle of an engine are not told one by one by the next', {
  timeout,
}, async (t) => {
  const traders = [{ id: 'high', filter: 'close > 100', on: 'close' }]
  const { scanner, market, arm, restored, signals } = await armed(t, { symbols: ['A', 'B'], traders })
  market.close('A', NOON)
  market.close('B', NOON - 151 * MINUTE, 50)
  await market.cycle()
  await scanner.setConfig({ session: { catchupThresholdSeconds: 1e6 } })
  // A kline that is checked finds B in time: it is told.
  for (let n = 1; n <= 10; n++) market.close('B', NOON - (151 - n) * MINUTE, 50)
  await market.cycle()
  await scanner.setConfig({ session: { catchupThresholdSeconds: 60 } })
  assert.equal(scanner.session.active, true)
  signals.length = 0
  for (let n = 11; n <= 151; n++) market.close('B', NOON - (151 - n) * MINUTE, n % 2 === 1 ? 500 : 50)
  arm('SESSION')
  const back = restored()
  const cycle = market.cycle()
  await back
  await cycle
  assert.equal(scanner.session.active, true)
  assert.deepEqual(
    signals.map(({ snapshot, entered, left }) => [snapshot, entered.map(({ symbol }) => symbol), left]),
    [[true, ['B'], []]],
    'one snapshot, no signal of the 141 closes',
  )
})
