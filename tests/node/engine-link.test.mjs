// The client's end of one conversation: what is lost is sent again under the same id, answers settle in order, once.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EngineLink } from '../../js/engine-link.js'
import { Port } from '../../js/platform-port.js'
import { RESEND, retryDelay } from '../../js/retry.js'
import { manualHost } from './helpers/manual-host.mjs'

function setUp() {
  const host = manualHost()
  const posted = []
  const acks = []
  const ends = []
  const faults = []
  const port = new Port({
    postMessage: (message) => posted.push(structuredClone(message)),
    terminate: () => {},
  })
  const link = new EngineLink({
    port,
    incarnation: 'a',
    host,
    onAck: (tag, ack) => acks.push([tag, ack.ok]),
    onEvent: () => {},
    onFault: (error) => faults.push(error.code),
    onEnd: (error) => ends.push(error),
  })
  const ack = (seq, more = { ok: true }) =>
    port.deliver({ v: 1, type: 'ACK', id: { incarnation: 'a', seq }, result: {}, signals: 0, ...more })
  const seqs = () => posted.splice(0).map(({ id }) => id.seq)
  return { host, port, link, acks, ends, faults, ack, seqs, posted }
}

test('waits grow to the cap, and no two clients wait alike', () => {
  const waits = [0, 1, 2, 3, 4, 5, 6, 1000].map((attempt) => retryDelay(RESEND, attempt, 1))
  assert.deepEqual(waits, [400, 800, 1600, 3200, 6400, 8000, 8000, 8000])
  assert.equal(retryDelay(RESEND, 2, 0), 800)
  assert.equal(retryDelay(RESEND, 2, 0.5), 1200)
})

test('what is not answered is sent again under its id, ever more slowly, until it is', async () => {
  const { host, link, ack, seqs, acks } = setUp()
  link.send('PROCESS_UPDATES', { now: 1 }, 11)
  link.send('PROCESS_UPDATES', { now: 2 }, 12)
  assert.deepEqual(seqs(), [1, 2])
  await host.pass(299)
  assert.deepEqual(seqs(), [])
  await host.pass(1)
  assert.deepEqual(seqs(), [1, 2])
  await host.pass(600)
  assert.deepEqual(seqs(), [1, 2])
  await host.pass(1200)
  assert.deepEqual(seqs(), [1, 2])
  ack(1)
  ack(1)
  // Progress: the next wait is a short one again, and nothing is sent at its first end.
  await host.pass(2400)
  assert.deepEqual(seqs(), [])
  await host.pass(300)
  assert.deepEqual(seqs(), [2])
  ack(2, { ok: false, error: { code: 'E_TRADER', message: '' } })
  await host.pass(60_000)
  assert.deepEqual(seqs(), [])
  assert.deepEqual(acks, [
    [11, true],
    [12, false],
  ])
  assert.equal(link.unanswered, 0)
})

test('an answer that comes too early waits for those before it', async () => {
  const { host, link, ack, seqs, acks } = setUp()
  for (const tag of [1, 2, 3]) link.send('GET_STATUS', {}, tag)
  ack(3)
  ack(2)
  assert.deepEqual(acks, [])
  seqs()
  await host.pass(1000)
  assert.deepEqual([...new Set(seqs())], [1], 'only what is missing comes again')
  ack(1)
  assert.deepEqual(
    acks.map(([tag]) => tag),
    [1, 2, 3],
  )
})

test('a command says which answers were heard, so that they need not be kept', () => {
  const { link, ack, posted } = setUp()
  const heard = () => {
    link.send('GET_STATUS', {}, 1)
    return posted.at(-1).heard
  }
  assert.deepEqual([heard(), heard(), heard()], [0, 0, 0])
  ack(2)
  assert.equal(heard(), 0, 'that of 1 may still be lost')
  ack(1)
  assert.equal(heard(), 2)
})

test('E_BACKPRESSURE settles nothing: the command comes again', async () => {
  const { host, link, ack, seqs, acks } = setUp()
  link.send('GET_STATUS', {}, 1)
  ack(1, { ok: false, error: { code: 'E_BACKPRESSURE', message: 'full' } })
  assert.deepEqual(acks, [])
  seqs()
  await host.pass(2000)
  assert.ok(seqs().includes(1))
  ack(1)
  assert.deepEqual(acks, [[1, true]])
})

test('a flood is not repeated as a flood', async () => {
  const { host, link, seqs } = setUp()
  for (let tag = 1; tag <= 500; tag++) link.send('GET_STATUS', {}, tag)
  assert.equal(seqs().length, 500)
  await host.pass(300)
  assert.deepEqual(
    seqs(),
    Array.from({ length: 32 }, (_, i) => i + 1),
  )
})

test('a burst that was lost comes back ever faster, once its first commands are answered', async () => {
  const { host, link, ack, seqs, acks } = setUp()
  for (let tag = 1; tag <= 2048; tag++) link.send('GET_STATUS', {}, tag)
  seqs()
  const batches = []
  const answer = () => {
    const sent = seqs()
    if (sent.length > 0) batches.push(sent.length)
    for (const seq of sent) ack(seq)
  }
  // The waits of one silence and of seven answers.
  await host.pass(300)
  answer()
  await host.pass(600)
  answer()
  for (let wait = 0; wait < 6; wait++) {
    await host.pass(300)
    answer()
  }
  assert.deepEqual(batches, [32, 64, 128, 256, 512, 512, 512, 32])
  assert.equal(acks.length, 2048)
  await host.pass(1000)
  for (let tag = 1; tag <= 100; tag++) link.send('GET_STATUS', {}, tag)
  seqs()
  await host.pass(300)
  assert.equal(seqs().length, 32, 'the next silence begins small')
})

test('what is answered without being asked for is not asked for', async () => {
  const { host, link, ack, seqs } = setUp()
  for (let tag = 1; tag <= 500; tag++) link.send('GET_STATUS', {}, tag)
  await host.pass(300)
  seqs()
  // The first one was lost; the others were behind it in the queue of a worker that takes its time.
  for (let seq = 1; seq <= 20; seq++) ack(seq)
  await host.pass(600)
  assert.deepEqual(seqs(), [], 'some of those that were sent again have no answer yet')
  for (let seq = 21; seq <= 500; seq++) ack(seq)
  for (let tag = 501; tag <= 600; tag++) link.send('GET_STATUS', {}, tag)
  seqs()
  await host.pass(300)
  assert.deepEqual(seqs(), [], 'what came after the silence is no part of it')
})

test('what cannot be cloned uses no seq up; what cannot be read is a fault and no end', () => {
  const { link, seqs, port, faults, ends } = setUp()
  assert.throws(() => link.send('GET_STATUS', { bad: () => {} }, 1), { code: 'E_CLONE' })
  link.send('GET_STATUS', {}, 2)
  assert.deepEqual(seqs(), [1])
  port.fail(Object.assign(new Error('clone'), { code: 'E_CLONE' }))
  assert.deepEqual([faults, ends], [['E_CLONE'], []])
})

test('the end is said once, with what was the oldest command at hand; after it nothing is heard', async () => {
  const { link, port, ends, ack, acks, host, posted } = setUp()
  link.send('GET_STATUS', {}, 7)
  posted.length = 0
  port.exited(3)
  port.exited(3)
  port.fail(new Error('late'))
  ack(1)
  await host.pass(60_000)
  assert.deepEqual(
    ends.map(({ code }) => code),
    ['E_WORKER_DIED'],
  )
  assert.deepEqual([acks, posted], [[], []])
})
