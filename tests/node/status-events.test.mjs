// 'status' events: what status() says, in a rhythm that setConfig() names.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { EngineStatus } from '../../js/engine-status.js'
import { FakeCore, FakeWorker } from './helpers/fake-engine.mjs'
import { rejects, setUp } from './helpers/fake-scanner.mjs'
import { manualHost } from './helpers/manual-host.mjs'

test('they come again and again, and say what status() says', async (t) => {
  const { scanner } = await setUp(t, { clock: () => 7 })
  await scanner.setConfig({ statusEveryMs: 100 })
  await scanner.addTrader({ id: 'a', filter: 'x' })
  await once(scanner, 'status')
  const [{ detail }] = await once(scanner, 'status')
  const { client, memory, ...asked } = await scanner.status()
  const { client: _client, memory: told, ...rest } = detail
  assert.deepEqual(rest, asked)
  assert.deepEqual([rest.traders, rest.clock, rest.state], [1, 7, 'running'])
  assert.deepEqual(Object.keys(told), Object.keys(memory))
})

test('one in every interval, another rhythm from now on, none after the end', async () => {
  const host = manualHost()
  const posted = []
  let reads = 0
  const status = new EngineStatus({
    ...host,
    read: () => ({ reads: ++reads }),
    post: (one) => posted.push(one),
  })
  const passed = async (ms) => {
    await host.pass(ms)
    return posted.splice(0).length
  }
  status.start(100)
  assert.deepEqual([await passed(99), await passed(1), await passed(300)], [0, 1, 3])
  status.start(1000)
  assert.deepEqual([await passed(999), await passed(1)], [0, 1])
  status.start(0)
  assert.deepEqual([await passed(10_000), host.waiting, reads], [0, 0, 5])
  status.start(100)
  status.stop()
  assert.deepEqual([await passed(10_000), host.waiting], [0, 0])
})

test('the next engine goes on with them', async (t) => {
  const next = new FakeWorker(new FakeCore())
  const { scanner, worker } = await setUp(t, { followers: [next] })
  await scanner.setConfig({ statusEveryMs: 100 })
  await once(scanner, 'status')
  worker.emit('exit', 1)
  await once(scanner, 'status')
  assert.ok(next.sent.some(({ type }) => type === 'STATUS'))
  assert.equal((await scanner.status()).restarts, 1)
})

test('too often, or no number, is refused at both ends', async (t) => {
  const { scanner, worker } = await setUp(t)
  for (const statusEveryMs of [-1, 5, Number.NaN, '1', null, Number.POSITIVE_INFINITY]) {
    await rejects(scanner.setConfig({ statusEveryMs }), 'E_CONFIG')
  }
  const id = { incarnation: worker.received[0].id.incarnation, seq: worker.received.at(-1).id.seq + 1 }
  const answered = once(worker, 'message')
  worker.postMessage({ v: 1, id, type: 'SET_CONFIG', statusEveryMs: 99, updateTracking: false })
  assert.equal((await answered)[0].error.code, 'E_CONFIG')
  assert.deepEqual(
    worker.core.calls.filter(([name]) => name === 'setTracking'),
    [],
    'all or nothing',
  )
})
