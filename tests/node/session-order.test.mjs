// A SESSION that brings symbols back and does not come where it should: behind its SIGNALS, or not at all. Over the real
// client, inbox and engine around a core of a few lines. Found by seed 202334 of the simulator.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeWorker } from './helpers/fake-engine.mjs'
import { setUp } from './helpers/fake-scanner.mjs'

const timeout = 60_000 // against a test that hangs, no measure of anything

/** AAA matches while the session is inactive; what `deliver` holds back, or loses, of what the worker says from then on. */
async function inactive(t, deliver) {
  const worker = new FakeWorker()
  const { scanner, core } = await setUp(t, { worker })
  await scanner.addTrader({ id: 'a', filter: 'x' })
  const told = []
  scanner.addEventListener('signals', ({ detail }) => told.push(detail.entered.map(({ symbol }) => symbol)))
  say(core, { active: false, lagging: [{ slot: 1, lagMs: 90_000, stalled: false }] })
  core.deltas.push({ trader: 0, snapshot: true, entered: [[0]] })
  await scanner.processUpdates()
  assert.deepEqual([told, scanner.matches('a'), scanner.session.active], [[], [], false])
  core.matching = [[0]]
  const emit = worker.emit.bind(worker)
  worker.emit = (name, message) =>
    (name === 'message' && deliver(message, (one) => emit('message', one))) || emit(name, message)
  return { worker, core, scanner, told }
}

/** The core says this about the session from its next cycle on. */
function say(core, state) {
  Object.assign(core.sessionState, state)
  core.sessionVersion++
}

const asks = ({ received }) => received.filter(({ type }) => type === 'SNAPSHOT').length

test('a SESSION that comes behind the snapshots of its cycle has them asked for again', {
  timeout,
}, async (t) => {
  let held
  const { worker, core, scanner, told } = await inactive(t, (message, emit) => {
    if (message.type === 'SESSION' && message.resync) {
      held = message
      core.resync = false
      return true
    }
    if (message.type !== 'SIGNALS' || !held) return false
    emit(message)
    emit(held)
    held = undefined
    return true
  })
  say(core, { active: true, lagging: [] })
  core.resync = true
  core.deltas.push({ trader: 0, snapshot: true, entered: [[0]] })
  await scanner.processUpdates()
  await scanner.status()
  assert.deepEqual([told, scanner.matches('a'), asks(worker)], [[['AAA']], ['AAA'], 1])
})

test('a SESSION that is lost before another one comes has snapshots asked for', { timeout }, async (t) => {
  let lost = 0
  const { worker, core, scanner, told } = await inactive(t, ({ type, resync }) => {
    // The answer is lost as well, so that no ack says what is missing before the next SESSION comes.
    if (lost > 1 || !(resync || (lost > 0 && type === 'ACK'))) return false
    lost++
    return true
  })
  say(core, { active: true, lagging: [] })
  core.resync = true
  core.deltas.push({ trader: 0, snapshot: true, entered: [[0]] })
  const first = scanner.processUpdates()
  while (lost < 2) await new Promise((resolve) => setImmediate(resolve))
  core.resync = false
  say(core, { scope: 'symbol' })
  await Promise.all([first, scanner.processUpdates()])
  await scanner.status()
  assert.deepEqual([told, scanner.matches('a'), asks(worker)], [[['AAA']], ['AAA'], 1])
})

test('where nothing is lost, a session that comes back has nothing asked for', { timeout }, async (t) => {
  const { worker, core, scanner, told } = await inactive(t, () => false)
  say(core, { active: true, lagging: [] })
  core.resync = true
  core.deltas.push({ trader: 0, snapshot: true, entered: [[0]] })
  await scanner.processUpdates()
  core.resync = false
  say(core, { scope: 'symbol' })
  await scanner.processUpdates()
  assert.deepEqual([told, scanner.matches('a'), asks(worker)], [[['AAA']], ['AAA'], 0])
})
