// A worker says that it stands when it holds its lock: whoever asks for the lock before takes it for dead.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeCore, FakeWorker } from './helpers/fake-engine.mjs'
import { start } from './helpers/fake-scanner.mjs'

test('nothing is answered before the lock is held', async (t) => {
  const core = new FakeCore()
  let held
  const holdLock = (name) => {
    assert.match(name, /^tickscan:/)
    return new Promise((resolve) => {
      held = resolve
    })
  }
  const worker = new FakeWorker(core, { host: { holdLock } })
  const started = start(worker)
  while (!core.calls.some(([name]) => name === 'startSymbol')) await new Promise(setImmediate)
  for (let turns = 0; turns < 20; turns++) await new Promise(setImmediate)
  assert.deepEqual(worker.sent, [])
  held()
  const scanner = await started
  t.after(() => scanner.close())
  assert.deepEqual(
    worker.sent.map(({ type }) => type),
    ['READY', 'ACK'],
  )
})
