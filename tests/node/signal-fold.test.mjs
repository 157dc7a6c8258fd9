// Deltas that are missing: a snapshot is asked for until it has come, and nobody waits after the end.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TickscanError } from '../../js/errors.js'
import { RESTART, retryDelay } from '../../js/retry.js'
import { Scanner } from '../../js/scanner.js'
import { SignalFold } from '../../js/signal-fold.js'
import { EMPTY_MODULE, FakeCore, FakeWorker } from './helpers/fake-engine.mjs'
import { manualHost } from './helpers/manual-host.mjs'

const FIRST_PAUSE_MS = retryDelay(RESTART, 0, manualHost().random())

/** Asks get these answers, one after the other; after the last one nothing is stale any more. */
async function ask(answers) {
  const traders = {
    hasStale: false,
    markStale: () => {
      traders.hasStale = true
    },
    fold: () => {},
  }
  const errors = []
  const pauses = []
  const left = [...answers]
  const fold = new SignalFold({
    traders,
    onDelta: () => {},
    onInternal: () => {},
    onError: ({ code }) => errors.push(code),
    askSnapshots: async () => {
      const answer = left.shift()
      if (answer) throw new TickscanError(answer, 'refused')
      traders.hasStale = left.length > 0
    },
    pause: async (attempt) => void pauses.push(attempt),
  })
  fold.lost()
  fold.lost()
  await new Promise((resolve) => setImmediate(resolve))
  return { errors, pauses, left, fold, traders }
}

test('a snapshot that is refused, or does not help, is asked for again, after longer and longer pauses', async () => {
  const { errors, pauses, left } = await ask([
    'E_CLONE',
    'E_DEADLINE',
    undefined,
    'E_BACKPRESSURE',
    undefined,
  ])
  assert.deepEqual(errors, ['E_CLONE', 'E_DEADLINE', 'E_BACKPRESSURE'])
  assert.deepEqual(pauses, [0, 1, 2, 3])
  assert.deepEqual(left, [])
})

test('after the end nobody asks; whoever asked once may ask again later', async () => {
  for (const end of ['E_CLOSED', 'E_WORKER_DIED']) {
    const { errors, pauses, left } = await ask([end, undefined])
    assert.deepEqual([errors, pauses, left], [[end], [], [undefined]])
  }
  const { fold, traders, left } = await ask([undefined])
  left.push(undefined)
  fold.lost()
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual([left, traders.hasStale], [[], false])
})

test('a SESSION that is missing is asked for where no trader waits, too, and until there is an answer', async () => {
  const answers = ['E_CLONE', undefined]
  const fold = new SignalFold({
    traders: { hasStale: false, markStale: () => {}, fold: () => {} },
    onDelta: () => {},
    onInternal: () => {},
    onError: () => {},
    askSnapshots: async () => {
      const answer = answers.shift()
      if (answer) throw new TickscanError(answer, 'refused')
    },
    pause: async () => {},
  })
  fold.lost()
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(answers.length, 2, 'nobody waits')
  fold.lostSession()
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(answers, [])
})

test('a pause before a snapshot is asked for again does not outlive close()', async () => {
  const host = manualHost()
  const set = []
  const { setTimer } = host
  host.setTimer = (run, ms) => {
    set.push(ms)
    return setTimer(run, ms)
  }
  const worker = new FakeWorker(new FakeCore())
  const given = { symbols: ['AAA'], wasmModule: EMPTY_MODULE, createWorker: () => worker }
  const scanner = await Scanner.create(given, host)
  await scanner.addTrader({ id: 'a', filter: 'x' })
  const turns = async (done) => {
    while (!done()) await new Promise((resolve) => setImmediate(resolve))
  }
  let refused = 0
  const { emit } = worker
  const asked = (id) => worker.received.find((one) => one.id?.seq === id.seq)?.type === 'SNAPSHOT'
  worker.emit = (name, message) => {
    if (message?.type !== 'ACK' || !asked(message.id)) return emit.call(worker, name, message)
    refused++
    const error = { code: 'E_CLONE', message: 'refused' }
    return emit.call(worker, name, { ...message, ok: false, error })
  }
  worker.core.deltas.push({ trader: 0, entered: [[5000]] })
  await scanner.processUpdates()
  await turns(() => set.includes(FIRST_PAUSE_MS))
  assert.equal(refused, 1)
  await scanner.close()
  assert.equal(host.waiting, 0)
})
