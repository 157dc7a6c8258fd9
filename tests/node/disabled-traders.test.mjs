// Traders that the engine cannot run: disabled and reported, known with the reason, and back when the user wants it. Over
// the real client, inbox and engine around a core of a few lines; at the end over the real core.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { createScanner } from 'tickscan'
import { FakeCore, FakeWorker } from './helpers/fake-engine.mjs'
import { rejects, setUp } from './helpers/fake-scanner.mjs'

const timeout = 60_000 // against a test that hangs, no measure of anything

async function restored(scanner) {
  for (;;) {
    const [{ detail }] = await once(scanner, 'restart')
    if (detail.phase === 'restored') return detail
  }
}

/** As a thread leaves it that dies while it computes a trader. */
function suspect({ market }, handle) {
  market.set(market.layout.suspects + 4 * 3, handle + 1)
}

/** Names of the traders that a core was given. */
const given = ({ calls }) => calls.filter(([name]) => name === 'addTrader').map(([, { id }]) => id)

function record(scanner) {
  const errors = []
  const deltas = []
  scanner.addEventListener('error', ({ detail }) => errors.push(detail))
  scanner.addEventListener('signals', ({ detail }) => {
    const entered = detail.entered.map(({ symbol, columns }) => [symbol, columns])
    deltas.push([detail.traderId, entered, detail.left])
  })
  return { errors, deltas }
}

/** Traders a and b, of which b has killed two engines. */
async function poisoned(t, { before = () => {}, cores = [] } = {}) {
  const workers = [0, 1, 2].map((n) => new FakeWorker(cores[n] ?? new FakeCore()))
  const [worker, ...followers] = workers
  const { scanner, core } = await setUp(t, { worker, followers })
  const spec = { filter: 'x', columns: { c: 'close' } }
  for (const id of ['a', 'b']) await scanner.addTrader({ id, ...spec })
  core.deltas.push({ trader: 1, snapshot: true, entered: [[0, 5]] })
  await scanner.processUpdates()
  const said = record(scanner)
  for (const [n, one] of workers.slice(0, 2).entries()) {
    suspect(one.core, 1)
    if (n === 1) before({ scanner, worker: one })
    const back = restored(scanner)
    one.emit('exit', 1)
    await back
  }
  return { scanner, worker: workers[2], core: workers[2].core, ...said }
}

test('what kills two engines is disabled: reported, known with the reason, and nothing matches it', async (t) => {
  const { scanner, core, errors, deltas } = await poisoned(t)
  assert.deepEqual(
    errors.map(({ code, details }) => [code, details.traderId]),
    [['E_POISON', 'b']],
  )
  assert.match(errors[0].message, /2 times: the engine worker ended/)
  assert.deepEqual(deltas, [['b', [], ['AAA']]])
  assert.deepEqual([scanner.matches('a'), scanner.matches('b')], [[], []])
  assert.deepEqual(given(core), ['a'])
  const [a, b] = scanner.traders
  assert.deepEqual([a.enabled, a.error], [true, undefined])
  assert.deepEqual([b.id, b.filter, b.columns, b.enabled], ['b', 'x', { c: 'close' }, false])
  assert.equal(b.error, errors[0])
  const { traders, disabledTraders } = await scanner.status()
  assert.deepEqual([traders, disabledTraders], [2, ['b']])
  // What is asked of it is answered, and not with an error.
  assert.deepEqual((await scanner.snapshot('b')).entered, [])
  await rejects(scanner.addTrader({ id: 'b', filter: 'x' }), 'E_DUPLICATE')
})

test('a disabled trader comes back as it is, and is told of as a new one', async (t) => {
  const { scanner, core, deltas } = await poisoned(t)
  core.deltas.push({ trader: 1, snapshot: true, entered: [[2, 7]] })
  const info = await scanner.updateTrader('b', { enabled: true })
  assert.deepEqual([info.id, info.warmup], ['b', { '1m': 14 }])
  assert.deepEqual(given(core), ['a', 'b'])
  assert.deepEqual(deltas.slice(1), [['b', [['CCC', { c: 7 }]], []]])
  assert.deepEqual(scanner.matches('b'), ['CCC'])
  const [, b] = scanner.traders
  assert.deepEqual([b.enabled, 'error' in b], [true, false])
  assert.deepEqual((await scanner.status()).disabledTraders, [])
  // From here on it is a trader like any other.
  await scanner.updateTrader('b', { enabled: false })
  assert.equal(core.calls.findLast(([name]) => name === 'updateTrader')[2].enabled, false)
})

test('a disabled trader comes back with other fields; what is refused leaves it as it was', async (t) => {
  const { scanner, core } = await poisoned(t)
  await rejects(scanner.updateTrader('b', { filter: 'wrong', columns: {} }), 'E_NAME')
  const [, b] = scanner.traders
  assert.deepEqual([b.filter, b.columns, b.enabled, b.error.code], ['x', { c: 'close' }, false, 'E_POISON'])
  core.deltas.push({ trader: 1, snapshot: true, entered: [[1, 1, 2]] })
  await scanner.updateTrader('b', { filter: 'y', columns: { one: 'open', two: 'low' } })
  const [name, spec] = core.calls.findLast(([call]) => call === 'addTrader')
  assert.deepEqual([name, spec.filter, spec.columnFilters], ['addTrader', 'y', ['open', 'low']])
  const { entered } = await scanner
    .deltas()
    .next()
    .then(({ value }) => value)
  assert.deepEqual(entered, [{ symbol: 'BBB', columns: { one: 1, two: 2 } }])
})

test('a disabled trader that comes back off is off, and no longer one that failed', async (t) => {
  const { scanner, core } = await poisoned(t)
  await scanner.updateTrader('b', { enabled: false })
  assert.equal(core.calls.findLast(([name]) => name === 'addTrader')[1].enabled, false)
  const [, b] = scanner.traders
  assert.deepEqual([b.enabled, b.error], [false, undefined])
})

test('bringing one back that is given up: it stays disabled, whatever the engine did', async (t) => {
  const { scanner, worker, core, deltas } = await poisoned(t)
  core.deltas.push({ trader: 1, snapshot: true, entered: [[2, 7]] })
  const { emit } = worker
  // SIGNALS come, the ack does not.
  worker.emit = (name, message) => message?.type === 'ACK' || emit.call(worker, name, message)
  await rejects(scanner.updateTrader('b', { enabled: true }, { deadlineMs: 50 }), 'E_DEADLINE')
  worker.emit = emit
  assert.deepEqual(deltas.slice(1), [
    ['b', [['CCC', { c: 7 }]], []],
    ['b', [], ['CCC']],
  ])
  assert.deepEqual(scanner.matches('b'), [])
  assert.equal(scanner.traders[1].error.code, 'E_POISON')
  await scanner.status({ deadlineMs: 10_000 })
  const removed = core.calls.filter(([name]) => name === 'removeTrader')
  assert.deepEqual(removed, [['removeTrader', 1]])
})

test('a disabled trader can be removed, and its id is free', async (t) => {
  const { scanner, worker } = await poisoned(t)
  await scanner.removeTrader('b')
  assert.deepEqual(
    worker.received.filter(({ type }) => type === 'REMOVE_TRADER'),
    [],
  )
  assert.throws(() => scanner.matches('b'), { code: 'E_TRADER' })
  assert.deepEqual(
    scanner.traders.map(({ id }) => id),
    ['a'],
  )
  await scanner.addTrader({ id: 'b', filter: 'x' })
})

test('what was asked of it while it died has an outcome: a change none, a removal is done', async (t) => {
  const calls = []
  const before = ({ scanner, worker }) => {
    worker.drop = () => true
    calls.push(scanner.updateTrader('b', { cooldown: 5 }), scanner.snapshot('b'))
    for (const call of calls) call.catch(() => {})
  }
  const { scanner } = await poisoned(t, { before })
  for (const call of calls) await rejects(call, 'E_POISON')
  assert.equal(scanner.traders[1].cooldown, 0)

  const removal = []
  const two = await poisoned(t, {
    before: ({ scanner: one, worker }) => {
      worker.drop = () => true
      removal.push(one.removeTrader('b'))
    },
  })
  await removal[0]
  assert.deepEqual(given(two.core), ['a'])
  assert.deepEqual(two.errors, [])
})

test('a change that kills two engines is to blame, and not the trader as it was', async (t) => {
  class Traps extends FakeCore {
    updateTrader(trader, spec) {
      if (spec.filter !== 'trap') return super.updateTrader(trader, spec)
      suspect(this, trader)
      throw new WebAssembly.RuntimeError('unreachable')
    }
  }
  const [worker, ...followers] = [0, 1, 2].map(() => new FakeWorker(new Traps()))
  const { scanner } = await setUp(t, { worker, followers })
  const { errors } = record(scanner)
  await scanner.addTrader({ id: 'a', filter: 'x' })
  await rejects(scanner.updateTrader('a', { filter: 'trap' }), 'E_POISON')
  await scanner.status()
  assert.deepEqual(errors, [])
  const [a] = scanner.traders
  assert.deepEqual([a.filter, a.enabled], ['x', true])
  assert.deepEqual(given(followers[1].core), ['a'])
  await scanner.updateTrader('a', { filter: 'y' })
})

test('a trader that the next engine refuses is disabled, with what it was refused with', async (t) => {
  class Full extends FakeCore {
    addTrader(spec) {
      if (spec.id === 'b' && this.full) {
        return { ok: false, error: { code: 'E_MEMORY', message: 'the arena is full', details: { need: 9 } } }
      }
      return super.addTrader(spec)
    }
  }
  const next = new FakeWorker(new Full())
  next.core.full = true
  const { scanner, worker, core } = await setUp(t, { followers: [next] })
  const { errors, deltas } = record(scanner)
  for (const id of ['a', 'b']) await scanner.addTrader({ id, filter: 'x' })
  core.deltas.push({ trader: 1, snapshot: true, entered: [[0]] })
  await scanner.processUpdates()
  const back = restored(scanner)
  worker.emit('exit', 1)
  await back
  assert.deepEqual(
    errors.map(({ code, details }) => [code, details]),
    [['E_MEMORY', { need: 9, traderId: 'b' }]],
  )
  assert.deepEqual(deltas.at(-1), ['b', [], ['AAA']])
  assert.equal(scanner.traders[1].error.code, 'E_MEMORY')
  await rejects(scanner.updateTrader('b', { enabled: true }), 'E_MEMORY')
  next.core.full = false
  await scanner.updateTrader('b', { enabled: true })
  assert.equal(scanner.traders[1].enabled, true)
})

test('a disabled trader keeps nobody waiting for snapshots', async (t) => {
  const { scanner, core, errors } = await poisoned(t)
  core.matching = []
  const asked = () => core.calls.filter(([name]) => name === 'requestSnapshot').length
  // Deltas that do not add up: the others are asked for, and come.
  core.deltas.push({ trader: 0, entered: [[5000, 1]] })
  await scanner.processUpdates()
  await scanner.processUpdates()
  await scanner.status()
  const first = asked()
  assert.ok(first > 0)
  assert.ok(errors.length > 1)
  for (let i = 0; i < 3; i++) await scanner.processUpdates()
  assert.equal(asked(), first)
})

test('disabled while the session is inactive: the outside hears of it when symbols are shown again', async (t) => {
  const workers = [0, 1, 2].map(() => new FakeWorker(new FakeCore()))
  const [worker, ...followers] = workers
  const { scanner, core } = await setUp(t, { worker, followers })
  for (const id of ['a', 'b']) await scanner.addTrader({ id, filter: 'x' })
  const { errors, deltas } = record(scanner)
  core.deltas.push({ trader: 1, snapshot: true, entered: [[0], [1]] })
  await scanner.processUpdates()
  deltas.length = 0
  for (const one of workers) {
    one.core.sessionState = {
      ...one.core.sessionState,
      active: false,
      lagging: [{ slot: 2, lagMs: 1, stalled: false }],
    }
    one.core.sessionVersion = 1
  }
  await scanner.processUpdates()
  for (const one of workers.slice(0, 2)) {
    suspect(one.core, 1)
    const back = restored(scanner)
    one.emit('exit', 1)
    await back
  }
  assert.deepEqual(
    errors.map(({ code }) => code),
    ['E_POISON'],
  )
  await scanner.removeSymbol('BBB')
  assert.deepEqual(deltas, [])
  const last = workers[2].core
  last.sessionState = { ...last.sessionState, active: true, lagging: [] }
  last.sessionVersion++
  last.resync = true
  await scanner.processUpdates()
  last.resync = false
  assert.deepEqual(deltas, [['b', [], ['BBB', 'AAA']]])
  await scanner.processUpdates()
  last.sessionVersion++
  await scanner.processUpdates()
  assert.equal(deltas.length, 1, 'once')
})

test('over the real core: disabled at the second death, on again by updateTrader, with right matches', {
  timeout,
}, async (t) => {
  const dist = new URL('./', import.meta.resolve('tickscan'))
  const workers = []
  const createWorker = () => {
    workers.push(new Worker(new URL('node/worker.cjs', dist), { name: 'tickscan-engine' }))
    return workers.at(-1)
  }
  const symbols = ['AAA', 'BBB', 'CCC']
  const traders = ['good', 'bad'].map((id) => ({ id, filter: 'last > 1' }))
  const scanner = await createScanner({ symbols, threads: 2, createWorker, traders })
  t.after(() => scanner.close())
  const { errors, deltas } = record(scanner)
  scanner.writer.updateTicker('AAA', { last: 2 })
  await scanner.processUpdates()
  for (let death = 0; death < 2; death++) {
    const { memory, layout } = scanner.writer.handle
    const words = new Int32Array(memory.buffer)
    const refs = words.subarray(layout.traderRefs / 4, layout.traderRefs / 4 + layout.maxTraders)
    words[layout.suspects / 4 + 1] = refs.indexOf(2) + 1
    const back = restored(scanner)
    workers.at(-1).terminate()
    await back
    scanner.writer.updateTicker('BBB', { last: 2 })
    await scanner.processUpdates()
  }
  assert.deepEqual(
    errors.map(({ code, details }) => [code, details.traderId]),
    [['E_POISON', 'bad']],
  )
  assert.deepEqual(scanner.matches('good'), ['AAA', 'BBB'])
  assert.deepEqual(scanner.matches('bad'), [])
  const { core } = await scanner.status()
  assert.equal(core.traders, 1)
  deltas.length = 0
  await scanner.updateTrader('bad', { filter: 'last > 0', cooldown: 10 })
  scanner.writer.updateTicker('CCC', { last: 1 })
  await scanner.processUpdates()
  assert.deepEqual(scanner.matches('bad'), symbols)
  assert.deepEqual(
    deltas.map(([id, entered]) => [id, entered.length]),
    [
      ['bad', 2],
      ['bad', 1],
    ],
  )
  // It outlives the next engine like any other.
  const back = restored(scanner)
  workers.at(-1).terminate()
  await back
  await scanner.processUpdates()
  assert.deepEqual(scanner.matches('bad'), symbols)
  assert.equal((await scanner.status()).core.traders, 2)
})
