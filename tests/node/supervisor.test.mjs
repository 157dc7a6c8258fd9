// What the supervisor decides, over the real client, inbox and engine around a core of a few lines.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { attachWriter } from '../../js/index.js'
import { Pulse, TICK_MS } from '../../js/pulse.js'
import { RestartBudget } from '../../js/restart-budget.js'
import { Scanner } from '../../js/scanner.js'
import { StartPulse } from '../../js/start-pulse.js'
import { RETIRED, SUCCEEDED } from '../../js/successor.js'
import { EMPTY_MODULE, FakeCore, FakeWorker } from './helpers/fake-engine.mjs'
import { rejects, setUp } from './helpers/fake-scanner.mjs'
import { manualHost } from './helpers/manual-host.mjs'

const workers = (count) => Array.from({ length: count }, () => new FakeWorker(new FakeCore()))

async function restored(scanner) {
  for (;;) {
    const [{ detail }] = await once(scanner, 'restart')
    if (detail.phase === 'restored') return detail
  }
}

test('a command that runs at two deaths is not tried a third time', async (t) => {
  const followers = workers(3)
  const { scanner } = await setUp(t, { followers })
  await scanner.addTrader({ id: 'good', filter: 'x' })
  const bad = scanner.addTrader({ id: 'bad', filter: 'trap' })
  const behind = scanner.addTrader({ id: 'behind', filter: 'x' })
  await rejects(bad, 'E_POISON')
  await behind
  assert.equal((await scanner.status()).restarts, 2)
  assert.throws(() => scanner.matches('bad'), { code: 'E_TRADER' })
  const added = followers[1].core.calls.filter(([name]) => name === 'addTrader').map(([, { id }]) => id)
  assert.deepEqual(added, ['good', 'behind'])
})

test('a cycle or an expression that traps in two engines is not tried a third time', async (t) => {
  const trap = () => {
    throw new WebAssembly.RuntimeError('unreachable')
  }
  for (const [name, ask] of [
    ['evaluate', (scanner) => scanner.evaluate('close')],
    ['cycle', (scanner) => scanner.processUpdates()],
  ]) {
    const followers = workers(3)
    const { scanner, core } = await setUp(t, { followers })
    core[name] = trap
    // The cycle with which it takes over comes through.
    const [{ core: next }] = followers
    const good = next[name].bind(next)
    let left = name === 'cycle' ? 1 : 0
    next[name] = (...given) => (left-- > 0 ? good(...given) : trap())
    await rejects(ask(scanner), 'E_POISON')
    const status = await scanner.status()
    assert.equal(status.restarts, 2, name)
  }
})

// Seed -1963981862 of the sessions' property: the new engine took the next call for an old message.
test('a clock that is set back after a restart is believed, and calls from before it are none', async (t) => {
  for (const carries of [false, true]) {
    const followers = workers(1)
    const worker = new FakeWorker(new FakeCore(), { drop: ({ type }) => type === 'EVALUATE' })
    const time = { now: 1_000_000 }
    const { scanner } = await setUp(t, { worker, followers, clock: () => time.now })
    const asked = carries ? scanner.evaluate('close') : undefined
    time.now += 50_000
    const back = restored(scanner)
    worker.emit('exit', 1)
    await back
    await asked
    time.now -= 120_000
    await scanner.processUpdates()
    const cycles = followers[0].core.calls.filter(([name]) => name === 'cycle').map(([, now]) => now)
    const call = carries ? [1_050_000] : []
    assert.deepEqual(cycles, [1_050_000, ...call, 930_000], `carries a call: ${carries}`)
  }
})

// Seed 10822 of the simulator: the symbol stayed, loading for ever; and every call that concerns no trader, like the
// status here, was held for one of the killer's own.
test('a symbol that was given up is gone although taking it back kills two engines', async (t) => {
  const [worker, ...followers] = workers(4)
  const trap = () => {
    throw new WebAssembly.RuntimeError('unreachable')
  }
  for (const { core } of [worker, ...followers]) core.removeSymbol = trap
  const { scanner } = await setUp(t, { worker, followers })
  const abort = new AbortController()
  const adding = scanner.addSymbol('NEW', { signal: abort.signal })
  abort.abort()
  await rejects(adding, 'E_ABORTED')
  while ((await scanner.status()).restarts < 2);
  const asked = ({ received }) => received.some(({ type }) => type === 'REMOVE_SYMBOL')
  assert.deepEqual(
    scanner.symbols.map(({ symbol }) => symbol),
    ['AAA', 'BBB', 'CCC'],
  )
  assert.deepEqual(followers.slice(0, 2).map(asked), [true, false])
})

test('the next engine is told config, traders and matches, and no command that was given up', async (t) => {
  const followers = workers(1)
  const held = (message) => message.type === 'ADD_TRADER' && message.traderId === 'late'
  const worker = new FakeWorker(new FakeCore(), { drop: held })
  const { scanner, core } = await setUp(t, { worker, followers })
  await scanner.addTrader({ id: 'a', filter: 'x' })
  await scanner.addTrader({ id: 'gone', filter: 'x' })
  await scanner.removeTrader('gone')
  await scanner.start({ everyMs: 60_000 })
  core.deltas.push({ trader: 0, snapshot: true, entered: [[1]] })
  await scanner.processUpdates()
  await rejects(scanner.addTrader({ id: 'late', filter: 'x' }, { deadlineMs: 20 }), 'E_DEADLINE')
  const kept = scanner.addTrader({ id: 'kept', filter: 'x' })
  const back = restored(scanner)
  worker.emit('error', new Error('boom'))
  await back
  await kept
  const [{ core: next }] = followers
  const named = (name) => next.calls.filter(([call]) => call === name)
  assert.deepEqual(
    named('addTrader').map(([, { id }]) => id),
    ['a', 'kept'],
  )
  assert.deepEqual(
    named('restoreTrader').map(([, trader, slots]) => [trader, [...slots]]),
    [[0, [1]]],
  )
  assert.deepEqual(scanner.matches('a'), ['BBB'])
  assert.equal((await scanner.status()).cadence.everyMs, 60_000)
  // One sequence of cycles, whoever runs them.
  assert.ok((await scanner.processUpdates()).cycle > 1)
})

test('READY, answers and deltas that get lost are missed by nobody', async (t) => {
  const lose = new Set(['READY', 'ACK', 'SIGNALS'])
  const worker = new FakeWorker(new FakeCore())
  const { emit } = worker
  worker.emit = (name, message, ...rest) => {
    // The first of each kind.
    if (name === 'message' && lose.delete(message.type)) return false
    return emit.call(worker, name, message, ...rest)
  }
  const { scanner, core } = await setUp(t, { worker })
  await scanner.addTrader({ id: 'a', filter: 'x' })
  core.matching = [[2]]
  core.deltas.push({ trader: 0, snapshot: true, entered: [[2]] })
  const missing = once(scanner, 'error')
  await scanner.processUpdates()
  assert.match((await missing)[0].detail.message, /are missing/)
  await scanner.processUpdates()
  assert.deepEqual(scanner.matches('a'), ['CCC'])
  assert.equal(lose.size, 0)
  const types = worker.received.map(({ type }) => type)
  assert.ok(types.filter((type) => type === 'INIT').length > 1, 'its ack was lost')
})

test('a start that is refused counts as a death, and the next one is tried', async (t) => {
  const followers = workers(2)
  followers[0].core.create = () => ({ ok: false, error: { code: 'E_MEMORY', message: 'none left' } })
  const { scanner, worker } = await setUp(t, { followers })
  await scanner.addTrader({ id: 'a', filter: 'x' })
  const back = restored(scanner)
  worker.emit('exit', 1)
  assert.equal((await back).restarts, 2)
  assert.deepEqual(scanner.matches('a'), [])
})

test('close() ends a restart that is under way', async (t) => {
  const followers = workers(1)
  const { scanner, worker } = await setUp(t, { followers })
  worker.emit('exit', 1)
  const pending = rejects(scanner.processUpdates(), 'E_CLOSED')
  await scanner.close()
  await pending
  assert.deepEqual(followers[0].received, [])
})

test('the budget: three restarts, one without a pool, a stop; time gives them back', () => {
  const budget = new RestartBudget()
  const minutes = (n) => n * 60_000
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((n) => budget.note(minutes(n))),
    ['same', 'same', 'same', 'single', 'stop'],
  )
  assert.equal(budget.note(minutes(20)), 'same')
})

test('a death counts for five minutes, and not for one more moment', () => {
  const verdict = (time) => {
    const budget = new RestartBudget()
    for (const death of [0, 1, 2, 3]) budget.note(death)
    return budget.note(time)
  }
  assert.equal(verdict(5 * 60_000 - 1), 'stop')
  assert.equal(verdict(5 * 60_000), 'single', 'the first is forgotten')
})

test('the old memory is marked: gone when its engine is, succeeded when the next one stands in its place', async (t) => {
  const { scanner, worker } = await setUp(t, { followers: workers(1) })
  const { memory, layout } = scanner.writer.handle
  const retired = () => Atomics.load(new Int32Array(memory.buffer), layout.retired / 4)
  const marks = [retired()]
  scanner.addEventListener('restart', () => marks.push(retired()))
  const back = restored(scanner)
  worker.emit('exit', 1)
  await back
  assert.deepEqual(marks, [0, RETIRED, SUCCEEDED])
})

test('silence is counted in ticks after a ping; a beat or a message ends it', async () => {
  const host = manualHost()
  const events = []
  let beats = 0
  const pulse = new Pulse({
    host,
    beat: () => beats,
    ping: () => events.push('ping'),
    onSuspect: () => events.push('suspect'),
    onDead: () => events.push('dead'),
  })
  const ticks = async (n) => {
    await host.pass(n * TICK_MS)
    return events.splice(0)
  }
  assert.deepEqual(await ticks(1), ['ping'])
  beats++
  assert.deepEqual(await ticks(1), [])
  assert.deepEqual(await ticks(2), ['ping', 'suspect', 'ping'])
  pulse.heard()
  assert.deepEqual(await ticks(1), [])
  assert.deepEqual(await ticks(4), ['ping', 'suspect', 'ping', 'ping', 'dead'])
  assert.deepEqual(await ticks(10), [])
})

/** A scanner in the test's time, whose engine dies at once; what the one that follows is sent may get lost. */
async function replaced(t, drop) {
  const host = manualHost()
  const all = [new FakeWorker(), new FakeWorker(new FakeCore(), { drop }), new FakeWorker()]
  const [first, second] = all
  const options = { symbols: ['AAA'], wasmModule: EMPTY_MODULE, createWorker: () => all.shift() }
  const scanner = await Scanner.create(options, host)
  t.after(() => scanner.close())
  const phases = []
  scanner.addEventListener('restart', ({ detail }) => phases.push(detail.phase))
  first.emit('exit', 1)
  const ticks = async (count) => {
    for (let tick = 0; tick < count; tick++) {
      await host.pass(TICK_MS)
      for (let hops = 0; hops < 10; hops++) await new Promise((resolve) => setImmediate(resolve))
    }
    return phases.splice(0)
  }
  return { ticks, second }
}

test('a start that hangs is found out long before its deadline', async (t) => {
  let pings = 0
  // It answers once, and then never again.
  const { ticks, second } = await replaced(t, ({ type }) => type !== 'PING' || ++pings > 1)
  assert.deepEqual(await ticks(10), ['died'])
  assert.deepEqual(await ticks(4), ['died', 'restored'])
  assert.equal(second.terminated, true)
})

test('a worker whose script has not come yet is not held for one that hangs', async (t) => {
  const { ticks } = await replaced(t, () => true)
  assert.deepEqual(await ticks(29), ['died'])
  assert.deepEqual(await ticks(3), ['died', 'restored'], 'the deadline of its start')
})

test('a start that answers is waited for', async (t) => {
  const { ticks } = await replaced(t, ({ type }) => type !== 'PING')
  assert.deepEqual(await ticks(29), ['died'])
})

test('a slow machine is given more time to start', async () => {
  const host = manualHost()
  const dead = []
  const pulse = new StartPulse({ host, firstMs: 7500, ping: () => {}, onDead: (ticks) => dead.push(ticks) })
  await host.pass(100 * TICK_MS)
  assert.deepEqual(dead, [], 'nothing was heard of it yet')
  pulse.heard()
  await host.pass(24 * TICK_MS)
  assert.deepEqual(dead, [])
  await host.pass(2 * TICK_MS)
  assert.deepEqual(dead, [23])
})

test('an engine that copies a market and adds traders for long says that it lives', async (t) => {
  let now = 0
  const slow = new FakeWorker(new FakeCore(), { host: { steadyNow: () => (now += 300) } })
  const { scanner, worker } = await setUp(t, { followers: [slow] })
  await scanner.addTrader({ id: 'a', filter: 'x' })
  const back = restored(scanner)
  worker.emit('exit', 1)
  await back
  const types = slow.sent.map(({ type }) => type)
  const signs = types.slice(0, types.indexOf('READY')).filter((type) => type === 'HEARTBEAT')
  // One answers a PING; the others come with each of three symbols, and a trader.
  assert.equal(signs.length, 5)
})

test('a writer of another thread that does not come for two minutes is held for gone', async (t) => {
  const host = manualHost()
  const all = workers(2)
  const [first, second] = all
  const options = { symbols: ['AAA'], wasmModule: EMPTY_MODULE, createWorker: () => all.shift() }
  const scanner = await Scanner.create(options, host)
  t.after(() => scanner.close())
  attachWriter(structuredClone(scanner.writer.handle)).updateTicker('AAA', { last: 1 })
  const messages = async (ticks) => {
    for (let tick = 0; tick <= ticks; tick++) {
      if (tick > 0) await host.pass(TICK_MS)
      for (let hops = 0; hops < 10; hops++) await new Promise((resolve) => setImmediate(resolve))
    }
    const sent = second.received.filter(({ type }) => type === 'RECOPY')
    return [...new Map(sent.map((message) => [message.id.seq, message])).values()]
  }
  first.emit('exit', 1)
  await host.pass(0)
  assert.equal((await messages(0)).length, 1, 'it is looked for before any tick')
  const early = await messages(100)
  assert.ok(early.length > 90)
  assert.ok(early.every(({ last }) => last === false))
  assert.throws(() => scanner.writer.updateTicker('AAA', { last: 2 }), { code: 'E_OWNED' })
  const late = await messages(60)
  assert.equal(late.length, 120)
  assert.deepEqual(
    late.filter(({ last }) => last),
    late.slice(-1),
  )
  scanner.writer.updateTicker('AAA', { last: 3 })
})
