// What goes wrong around a Scanner: starts that fail, answers that do not come, workers that die, full queues, the end.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { createScanner } from '../../js/index.js'
import { EMPTY_MODULE, FakeCore, FakeWorker } from './helpers/fake-engine.mjs'
import { rejects, setUp, start, symbols } from './helpers/fake-scanner.mjs'

test('an unanswered call ends at its deadline or by its signal; a trader that may exist is taken back', async (t) => {
  const lost = (message) => message.type === 'PROCESS_UPDATES'
  const worker = new FakeWorker(new FakeCore(), { drop: lost })
  const { core, scanner } = await setUp(t, { worker, core: worker.core })
  const { deadlineMs } = { deadlineMs: 20 }
  await rejects(scanner.processUpdates({ deadlineMs }), 'E_DEADLINE', { details: { deadlineMs } })
  const controller = new AbortController()
  const aborted = scanner.addTrader({ id: 'a', filter: 'x' }, { signal: controller.signal })
  controller.abort(new Error('changed my mind'))
  await rejects(aborted, 'E_ABORTED')
  await rejects(scanner.status({ signal: controller.signal }), 'E_ABORTED')
  assert.throws(() => scanner.matches('a'), { code: 'E_TRADER' })
  assert.deepEqual(
    worker.received.slice(-1).map((message) => message.type),
    ['REMOVE_TRADER'],
  )
  await rejects(scanner.processUpdates({ deadlineMs: -1 }), 'E_CONFIG')
  assert.ok(core)
})

test('start-up can be aborted, before and during', async () => {
  await rejects(
    createScanner({ symbols, wasmModule: EMPTY_MODULE, signal: AbortSignal.abort() }),
    'E_ABORTED',
  )
  const controller = new AbortController()
  const worker = new FakeWorker(new FakeCore(), { drop: () => true })
  const made = start(worker, { signal: controller.signal })
  while (worker.received.length === 0) await new Promise((resolve) => setImmediate(resolve))
  controller.abort()
  await rejects(made, 'E_ABORTED')
  assert.ok(worker.terminated)
  const never = new FakeWorker(new FakeCore(), { drop: () => true })
  const late = start(never, { deadlineMs: 20 })
  await rejects(late, 'E_DEADLINE')
  assert.ok(never.terminated)
})

test('an engine is ready when it holds its lock: a client that gets it before would take the engine for dead', async (t) => {
  let hold
  const held = new Promise((resolve) => {
    hold = resolve
  })
  const asked = []
  const holdLock = (name) => {
    asked.push(name)
    return held
  }
  const starting = start(new FakeWorker(new FakeCore(), { host: { holdLock } }))
  let ready = false
  const noted = starting.then(() => {
    ready = true
  })
  // Another one, begun later and without a lock to wait for, is ready long since.
  const other = await start(new FakeWorker())
  t.after(() => other.close())
  await other.processUpdates()
  assert.deepEqual([asked.length, ready], [1, false])
  hold()
  await noted
  await (await starting).close()
})

test('too much memory is E_MEMORY with need and limit, before it is taken', async () => {
  const core = new FakeCore()
  core.bytes = 10 * 65536 * 64 + 1
  const worker = new FakeWorker(core)
  const limit = 2 ** 22
  const made = start(worker, { memoryLimit: limit })
  await rejects(made, 'E_MEMORY', { details: { need: (640 + 1) * 65536, limit } })
  assert.deepEqual(
    core.calls.map(([name]) => name),
    ['load', 'measure', 'terminate'],
  )
})

test('a READY whose layout is not understood fails the start', async () => {
  const core = new FakeCore()
  const worker = new FakeWorker(core)
  core.layout = () => ({ ...core.market.layout, version: 2 })
  const made = start(worker)
  await rejects(made, 'E_LAYOUT')
  assert.ok(worker.terminated)
})

test('an answer of another incarnation settles nothing', async (t) => {
  const drop = (message) => message.type === 'PROCESS_UPDATES'
  const { worker, scanner } = await setUp(t, { worker: new FakeWorker(new FakeCore(), { drop }) })
  const pending = scanner.processUpdates()
  const { id } = worker.received.at(-1)
  worker.emit('message', {
    v: 1,
    type: 'ACK',
    id: { ...id, incarnation: 'other' },
    ok: true,
    result: { cycle: 7 },
  })
  worker.emit('message', { v: 1, type: 'ACK', id, ok: true, result: { cycle: 8 } })
  assert.equal((await pending).cycle, 8)
})

test('an engine that has trapped refuses every command', async (t) => {
  const types = ['INIT', 'ADD_TRADER', 'PROCESS_UPDATES', 'SHUTDOWN']
  const { scanner, worker } = await setUp(t)
  await rejects(scanner.addTrader({ id: 'a', filter: 'trap' }), 'E_WORKER_DIED')
  for (const type of types) assert.throws(() => worker.engine.apply(type, { now: 1 }, 9), { code: 'E_WASM' })
})

test('a start that fails in the core leaves no thread behind', async () => {
  const core = new FakeCore()
  const worker = new FakeWorker(core)
  const made = start(worker, { symbols: ['AAA', 'REFUSED'] })
  await rejects(made, 'E_SYMBOL')
  assert.deepEqual(
    core.calls.map(([name]) => name),
    ['load', 'measure', 'terminate', 'load', 'create', 'configureSession', 'startSymbol', 'terminate'],
  )
  assert.ok(worker.terminated)
})

for (const [how, fail, code] of [
  ['throws', (worker) => worker.emit('error', new Error('boom')), 'E_WORKER_DIED'],
  ['exits', (worker) => worker.emit('exit', 1), 'E_WORKER_DIED'],
]) {
  test(`a worker that ${how} and that none follows: pending calls reject, an error event comes, streams end with the error`, async (t) => {
    const drop = (message) => message.type === 'PROCESS_UPDATES'
    const { worker, scanner } = await setUp(t, { worker: new FakeWorker(new FakeCore(), { drop }) })
    const pending = [scanner.processUpdates(), scanner.status(), scanner.addTrader({ id: 'a', filter: 'x' })]
    const stream = scanner.deltas()
    const read = rejects(stream.next(), code)
    const event = once(scanner, 'error')
    fail(worker)
    for (const call of pending) await rejects(call, code)
    assert.equal((await event)[0].detail.code, code)
    await read
    await rejects(scanner.processUpdates(), code)
    assert.ok(worker.terminated)
    await scanner.close()
    await rejects(scanner.processUpdates(), code)
  })
}

test('what cannot be read is reported, and what was lost with it is asked for again', async (t) => {
  const { core, worker, scanner } = await setUp(t)
  await scanner.addTrader({ id: 'a', filter: 'x' })
  const errors = []
  scanner.addEventListener('error', ({ detail }) => errors.push(detail.code))
  worker.emit('messageerror', new Error('clone'))
  assert.deepEqual(errors, ['E_CLONE'])
  core.deltas.push({ trader: 0, snapshot: true, entered: [[0]] })
  await scanner.processUpdates()
  assert.deepEqual(scanner.matches('a'), ['AAA'])
})

test('a trap in the core with no engine to follow: the call, and everything after it, says so', async (t) => {
  const { scanner, worker } = await setUp(t)
  const event = once(scanner, 'error')
  const trapped = scanner.addTrader({ id: 'a', filter: 'trap' })
  await rejects(trapped, 'E_WORKER_DIED')
  assert.equal((await event)[0].detail.code, 'E_WORKER_DIED')
  await rejects(scanner.processUpdates(), 'E_WORKER_DIED')
  assert.ok(worker.terminated)
})

test('SIGNALS that do not add up or that are missing are reported', async (t) => {
  const { core, worker, scanner } = await setUp(t)
  await scanner.addTrader({ id: 'a', filter: 'x' })
  const errors = []
  scanner.addEventListener('error', ({ detail }) => errors.push(detail))
  worker.emit('message', {
    v: 1,
    type: 'SIGNALS',
    cycle: 9,
    baseCycle: 8,
    command: 0,
    page: 0,
    last: true,
    valueCount: 1,
    wordCount: 0,
    buffer: new ArrayBuffer(4),
  })
  worker.emit('message', { v: 1, type: 'SIGNALS', cycle: 9 })
  worker.emit('message', { v: 1, type: 'NEWS' })
  worker.emit('message', 'garbage')
  worker.emit('message', { v: 1, type: 'ACK', id: { incarnation: 'other', seq: 1 }, ok: true })
  assert.deepEqual(
    errors.map((error) => error.code),
    ['E_PROTOCOL', 'E_PROTOCOL', 'E_PROTOCOL'],
  )
  assert.match(errors[0].message, /cycles 1 to 8 are missing/)
  // The snapshot that was asked for makes the matches right again, and what comes late changes nothing.
  core.cycles = 9
  core.matching = [[0], [2]]
  core.deltas.push({ trader: 0, entered: [[1]] })
  await scanner.processUpdates()
  assert.deepEqual(scanner.matches('a'), ['AAA', 'CCC'])
  assert.equal(core.calls.filter(([name]) => name === 'requestSnapshot').length, 1)
})

test('more calls than may be on their way are refused, and a refused removal leaves the trader', async (t) => {
  const held = (message) => message.type === 'GET_STATUS'
  const worker = new FakeWorker(new FakeCore(), { drop: held })
  const { scanner } = await setUp(t, { worker })
  await scanner.addTrader({ id: 'a', filter: 'x' })
  const calls = Array.from({ length: 2048 }, () => scanner.status())
  for (const call of calls) call.catch(() => {})
  await rejects(scanner.processUpdates(), 'E_BACKPRESSURE')
  await rejects(scanner.removeTrader('a'), 'E_BACKPRESSURE')
  assert.deepEqual(scanner.matches('a'), [])
  await scanner.close()
  for (const call of calls.slice(0, 3)) await rejects(call, 'E_CLOSED')
})

test('close: pending calls reject, streams end, everything after it is E_CLOSED, twice is once', async (t) => {
  const drop = (message) => message.type === 'PROCESS_UPDATES'
  const { core, worker, scanner } = await setUp(t, { worker: new FakeWorker(new FakeCore(), { drop }) })
  await scanner.addTrader({ id: 'a', filter: 'x' })
  const pending = rejects(scanner.processUpdates(), 'E_CLOSED')
  const stream = scanner.deltas()
  const read = stream.next()
  const closed = scanner.close()
  assert.equal(scanner.close(), closed)
  await pending
  assert.deepEqual(await read, { value: undefined, done: true })
  // The lost command is one for which the worker still waits: it is terminated after a while.
  await closed
  assert.ok(worker.terminated)
  await rejects(scanner.addTrader({ id: 'b', filter: 'x' }), 'E_CLOSED')
  await rejects(scanner.status(), 'E_CLOSED')
  await rejects(scanner.start(), 'E_CLOSED')
  assert.throws(() => scanner.matches('a'), { code: 'E_CLOSED' })
  assert.throws(() => scanner.deltas(), { code: 'E_CLOSED' })
  assert.throws(() => scanner.writer.updateTicker('AAA', { last: 1 }), { code: 'E_CLOSED' })
  assert.ok(core)
})

test('SharedArrayBuffer missing, or a page that is not isolated: E_NOT_ISOLATED names both headers', async () => {
  const expected = (error) => {
    assert.equal(error.code, 'E_NOT_ISOLATED')
    assert.match(error.expected, /Cross-Origin-Opener-Policy: same-origin/)
    assert.match(error.expected, /Cross-Origin-Embedder-Policy: require-corp/)
    return true
  }
  const { SharedArrayBuffer: shared } = globalThis
  try {
    delete globalThis.SharedArrayBuffer
    await assert.rejects(createScanner({ symbols }), expected)
  } finally {
    globalThis.SharedArrayBuffer = shared
  }
  try {
    globalThis.crossOriginIsolated = false
    await assert.rejects(createScanner({ symbols }), expected)
  } finally {
    delete globalThis.crossOriginIsolated
  }
})
