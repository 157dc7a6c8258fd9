// Calls that are given up, refused or lost while the worker dies: the engine, now and the next one, has the traders and
// the settings that the client knows. Each case is a mutant of tests/model/messages.pml.
import assert from 'node:assert/strict'
import { on, once } from 'node:events'
import { test } from 'node:test'
import { PENDING_LIMIT } from '../../js/engine-client.js'
import { FakeCore, FakeWorker } from './helpers/fake-engine.mjs'
import { rejects, setUp } from './helpers/fake-scanner.mjs'

class TrapsAtRemoval extends FakeCore {
  removeTrader() {
    throw new WebAssembly.RuntimeError('unreachable')
  }
}

/** What was removed is gone when it traps. */
class TrapsAfterSymbolRemoval extends FakeCore {
  removeSymbol(key) {
    super.removeSymbol(key)
    throw new WebAssembly.RuntimeError('unreachable')
  }
}

/** Ids of the traders that a core has. */
function standing({ calls }) {
  const added = calls.filter(([name]) => name === 'addTrader').map(([, { id }]) => id)
  const removed = new Set(calls.filter(([name]) => name === 'removeTrader').map(([, handle]) => handle))
  return added.filter((_, handle) => !removed.has(handle))
}

async function die(worker, scanner) {
  worker.emit('error', new Error('boom'))
  for (;;) {
    const [{ detail }] = await once(scanner, 'restart')
    if (detail.phase === 'restored') break
  }
  // Whatever was sent before is answered before.
  await scanner.status({ deadlineMs: 10_000 })
}

/** A trader whose adding and removing do not come through at first; the removal is given up. */
async function giveUpRemoval(t) {
  const gate = { closed: true }
  const held = ({ type, traderId }) => gate.closed && (traderId === 'x' || type === 'REMOVE_TRADER')
  const worker = new FakeWorker(new FakeCore(), { drop: held })
  const next = new FakeWorker(new FakeCore())
  const { scanner } = await setUp(t, { worker, followers: [next] })
  const added = scanner.addTrader({ id: 'x', filter: 'x' })
  await rejects(scanner.removeTrader('x', { deadlineMs: 20 }), 'E_DEADLINE')
  return { gate, worker, next, scanner, added }
}

test('a removal that was given up before its trader was added goes to the next worker too', async (t) => {
  const { worker, next, scanner, added } = await giveUpRemoval(t)
  await die(worker, scanner)
  await added
  assert.deepEqual(standing(next.core), [])
})

test('a removal that was given up is not undone in the journal by the late answer to its adding', async (t) => {
  const { gate, worker, next, scanner, added } = await giveUpRemoval(t)
  gate.closed = false
  await added
  await scanner.status()
  assert.deepEqual(standing(worker.core), [])
  await die(worker, scanner)
  assert.deepEqual(standing(next.core), [])
})

test('taking back what was given up is not refused for too many calls', async (t) => {
  const worker = new FakeWorker(new FakeCore())
  const { scanner, core } = await setUp(t, { worker })
  const post = worker.postMessage.bind(worker)
  const held = []
  worker.postMessage = (message) => held.push(message)
  const controller = new AbortController()
  const { signal } = controller
  const calls = Array.from({ length: PENDING_LIMIT }, (_, i) =>
    scanner.addTrader({ id: `t${i}`, filter: 'x' }, { signal }),
  )
  const settled = Promise.allSettled(calls)
  await rejects(scanner.status(), 'E_BACKPRESSURE')
  controller.abort()
  for (const { reason } of await settled) assert.equal(reason.code, 'E_ABORTED')
  worker.postMessage = post
  for (const message of held) post(message)
  const last = held.at(-1).id.seq
  for await (const [message] of on(worker, 'message')) if (message.id?.seq === last) break
  assert.equal((await scanner.status()).client.pending, 0)
  assert.equal(core.calls.filter(([name]) => name === 'addTrader').length, PENDING_LIMIT)
  assert.deepEqual(standing(core), [])
})

test('a removal that kills two workers is an outcome: the third has no such trader', async (t) => {
  const followers = [new FakeWorker(new TrapsAtRemoval()), new FakeWorker(new FakeCore())]
  const { scanner } = await setUp(t, { worker: new FakeWorker(new TrapsAtRemoval()), followers })
  await scanner.addTrader({ id: 'x', filter: 'x' })
  await rejects(scanner.removeTrader('x'), 'E_POISON')
  await scanner.status()
  assert.deepEqual(standing(followers[1].core), [])
})

test('a symbol whose removal kills two workers is gone: it does not stay without its data', async (t) => {
  // Seed 25590 of the simulator: the second worker had carried it out.
  const followers = [new FakeWorker(new TrapsAfterSymbolRemoval()), new FakeWorker(new FakeCore())]
  const { scanner } = await setUp(t, { worker: new FakeWorker(new TrapsAfterSymbolRemoval()), followers })
  const added = []
  const { core } = followers[1]
  const add = core.addSymbol.bind(core)
  core.addSymbol = (fields) => {
    added.push(fields.symbol)
    return add(fields)
  }
  await rejects(scanner.removeSymbol('CCC'), 'E_POISON')
  await scanner.status()
  assert.deepEqual(
    scanner.symbols.map(({ symbol }) => symbol),
    ['AAA', 'BBB'],
  )
  assert.deepEqual(added, ['AAA', 'BBB'])
})

test('settings that were given up but made are made again by the next worker', async (t) => {
  const worker = new FakeWorker(new FakeCore())
  const next = new FakeWorker(new FakeCore())
  const { scanner } = await setUp(t, { worker, followers: [next], deadlineMs: 1000 })
  const post = worker.postMessage.bind(worker)
  const held = []
  worker.postMessage = (message) => (message.type === 'SET_CONFIG' ? held.push(message) : post(message))
  await rejects(scanner.start({ everyMs: 60_000 }), 'E_DEADLINE')
  worker.postMessage = post
  post(held[0])
  assert.equal((await scanner.status({ deadlineMs: 10_000 })).cadence.everyMs, 60_000)
  await die(worker, scanner)
  assert.equal((await scanner.status({ deadlineMs: 10_000 })).cadence?.everyMs, 60_000)
})

test('however many commands are behind it, a lost answer comes again', async (t) => {
  const worker = new FakeWorker(new FakeCore())
  const { scanner } = await setUp(t, { worker })
  const emit = worker.emit.bind(worker)
  let lost = 0
  worker.emit = (name, message) => (message?.type === 'ACK' && lost++ === 0) || emit(name, message)
  const first = scanner.addTrader({ id: 'first', filter: 'x' })
  const others = Array.from({ length: PENDING_LIMIT - 1 }, () => scanner.processUpdates())
  await first
  await Promise.all(others)
  assert.ok(lost > 1)
})

/** A change of columns that is given up, though it is made: `lost` names what the client does not hear of it. */
async function giveUpChange(t, lost) {
  const worker = new FakeWorker(new FakeCore())
  const next = new FakeWorker(new FakeCore())
  const { scanner, core } = await setUp(t, { worker, followers: [next] })
  await scanner.addTrader({ id: 'x', filter: 'x', columns: { old: 'open' } })
  const emit = worker.emit.bind(worker)
  const held = []
  worker.emit = (name, message) => (lost.includes(message?.type) ? held.push(message) : emit(name, message))
  core.deltas.push({ trader: 0, snapshot: true, entered: [[0, 1, 2]] })
  const change = scanner.updateTrader('x', { columns: { one: 'high', two: 'low' } }, { deadlineMs: 20 })
  await rejects(change, 'E_DEADLINE')
  worker.emit = emit
  return { scanner, worker, next, held, emit }
}

/** The next engine computes what the client reads its deltas with. */
async function readsNext(scanner, next, columns) {
  const [, { columnFilters }] = next.core.calls.find(([name]) => name === 'addTrader')
  assert.deepEqual(
    columnFilters,
    columns.map(([, filter]) => filter),
  )
  const values = columns.map((_, i) => i + 7)
  next.core.deltas.push({ trader: 0, entered: [[1, ...values]] })
  const { deltas } = await scanner.processUpdates()
  const expected = Object.fromEntries(columns.map(([name], i) => [name, values[i]]))
  assert.deepEqual(deltas.at(-1).entered, [{ symbol: 'BBB', columns: expected }])
}

const changed = [
  ['one', 'high'],
  ['two', 'low'],
]

test('a change that was given up, and of which deltas came, is made in the next engine too', async (t) => {
  const { scanner, worker, next } = await giveUpChange(t, ['ACK'])
  await die(worker, scanner)
  await readsNext(scanner, next, changed)
})

test('a change that was given up, and of which only the answer came late, is made in the next engine too', async (t) => {
  const { scanner, worker, next, held, emit } = await giveUpChange(t, ['ACK', 'SIGNALS'])
  emit('message', { ...held.find(({ type }) => type === 'ACK'), signals: 0 })
  await die(worker, scanner)
  await readsNext(scanner, next, changed)
})

test('a change that was given up, and of which nothing came, is not made in the next engine', async (t) => {
  const { scanner, worker, next } = await giveUpChange(t, ['ACK', 'SIGNALS'])
  await die(worker, scanner)
  await readsNext(scanner, next, [['old', 'open']])
})
