// The Scanner and its protocol over a core of a few lines: options, calls, deltas, the cadence.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { createScanner } from '../../js/index.js'
import { FakeCore, FakeWorker } from './helpers/fake-engine.mjs'
import { rejects, setUp, start, symbols } from './helpers/fake-scanner.mjs'

test('every option is checked before a worker is made, and the error names it', async () => {
  const never = () => assert.fail('a worker was made')
  const wrong = [
    [{ symbols: 'AAA' }, 'symbols'],
    [{ symbols: undefined }, 'symbols'],
    [{ symbols: ['AAA', 'AAA'] }, 'symbols[1]'],
    [{ symbols: [''] }, 'symbols[0]'],
    [{ symbols: [7] }, 'symbols[0]'],
    [{ symbols: ['x'.repeat(49)] }, 'symbols[0]'],
    [{ symbols, maxSymbols: 2 }, 'symbols'],
    [{ symbols, intervals: [] }, 'intervals'],
    [{ symbols, intervals: ['7m'] }, 'intervals[0]'],
    [{ symbols, intervals: ['1m', '1m'] }, 'intervals[1]'],
    [{ symbols, intervals: ['1s', '1m', '3m', '5m', '15m', '30m', '1h', '2h', '4h'] }, 'intervals'],
    [{ symbols, maxSymbols: 8193 }, 'maxSymbols'],
    [{ symbols, maxKlines: 0 }, 'maxKlines'],
    [{ symbols, maxKlines: 5001 }, 'maxKlines'],
    [{ symbols, maxKlines: '500' }, 'maxKlines'],
    [{ symbols, maxTraders: 1025 }, 'maxTraders'],
    [{ symbols, threads: 0 }, 'threads'],
    [{ symbols, threads: 'all' }, 'threads'],
    [{ symbols, clock: 5 }, 'clock'],
    [{ symbols, session: 5 }, 'session'],
    [{ symbols, session: { scope: 'all' } }, 'session.scope'],
    [{ symbols, session: { catchupThresholdSeconds: -1 } }, 'session.catchupThresholdSeconds'],
    [{ symbols, session: { catchupThresholdSeconds: Number.NaN } }, 'session.catchupThresholdSeconds'],
    [{ symbols, session: { catchupCheckInterval: 0 } }, 'session.catchupCheckInterval'],
    [{ symbols, session: { stalledAfterSeconds: '9' } }, 'session.stalledAfterSeconds'],
    [{ symbols, session: { prioritySymbols: 'AAA' } }, 'session.prioritySymbols'],
    [{ symbols, signal: {} }, 'signal'],
    [{ symbols, deadlineMs: 0 }, 'deadlineMs'],
    [{ symbols, deadlineMs: Number.POSITIVE_INFINITY }, 'deadlineMs'],
    [{ symbols, memoryLimit: 2 ** 31 + 1 }, 'memoryLimit'],
    [{ symbols, traders: {} }, 'traders'],
    [{ symbols, wasmUrl: 5 }, 'wasmUrl'],
  ]
  for (const [options, option] of wrong) {
    await assert.rejects(createScanner({ createWorker: never, ...options }), (error) => {
      assert.equal(error.code, 'E_CONFIG')
      assert.equal(error.details.option, option)
      assert.ok(error.expected && error.message.includes(option))
      return true
    })
  }
  await assert.rejects(createScanner({ symbols, intervls: ['1m'] }), {
    code: 'E_CONFIG',
    hint: "did you mean 'intervals'?",
  })
  for (const nothing of [undefined, null, 7, []]) await rejects(createScanner(nothing), 'E_CONFIG')
})

test('a trader is checked on the client, and what comes later is said to', async (t) => {
  const { scanner, worker } = await setUp(t)
  const sent = worker.received.length
  const wrong = [
    {},
    null,
    7,
    { id: '', filter: 'x' },
    { id: 'a' },
    { id: 7, filter: 'x' },
    { id: 'a', filter: 7 },
    { id: 'a', filter: 'x', on: 'open' },
    { id: 'a', filter: 'x', interval: 5 },
    { id: 'a', filter: 'x', columns: [] },
    { id: 'a', filter: 'x', columns: { c: 5 } },
    { id: 'a', filter: 'x', columns: { '': 'x' } },
    { id: 'a', filter: 'x', colums: {} },
    { id: 'a', filter: 'x', enabled: 'yes' },
    { id: 'a', filter: 'x', cooldown: -1 },
    { id: 'a', filter: 'x', cooldown: Number.NaN },
    { id: 'a', filter: 'x', cooldown: '5' },
    { id: 'a', filter: 'x', cooldown: 1e12 },
    { id: 'a', filter: 'x', refresh: Number.POSITIVE_INFINITY },
    { id: 'a', filter: 'x', refresh: 1, on: 'close' },
    { id: 'a'.repeat(129), filter: 'x' },
  ]
  for (const spec of wrong) await rejects(scanner.addTrader(spec), 'E_CONFIG')
  for (const later of [{ session: {} }, { session: 'x' }]) {
    await rejects(scanner.addTrader({ id: 'a', filter: 'x', ...later }), 'E_UNSUPPORTED')
  }
  const many = Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`c${i}`, 'x']))
  await rejects(scanner.addTrader({ id: 'a', filter: 'x', columns: many }), 'E_LIMIT')
  assert.equal(worker.received.length, sent, 'nothing was sent')
  await scanner.addTrader({ id: 'a', filter: 'x', enabled: true, columns: {} })
  await rejects(scanner.addTrader({ id: 'a', filter: 'y' }), 'E_DUPLICATE')
})

test('traders of the options are sent before READY, in order, and arrive', async (t) => {
  const { core, worker, scanner } = await setUp(t, {
    traders: [
      { id: 'one', filter: 'x' },
      { id: 'two', filter: 'y', on: 'close', interval: '1m', columns: { b: 'z', a: 'q' }, params: { n: 3 } },
    ],
  })
  assert.deepEqual(
    worker.received.map((message) => message.type),
    ['INIT', 'ADD_TRADER', 'ADD_TRADER'],
  )
  assert.deepEqual(
    worker.sent.map((message) => message.type),
    ['READY', 'ACK', 'ACK', 'ACK'],
  )
  const bare = { paramNames: [], paramValues: [], cooldown: 0, refresh: 0, enabled: true }
  assert.deepEqual(
    core.calls.filter(([name]) => name === 'addTrader').map(([, spec]) => spec),
    [
      { ...bare, id: 'one', filter: 'x', interval: '', on: 'tick', columns: [], columnFilters: [] },
      {
        ...{
          id: 'two',
          filter: 'y',
          interval: '1m',
          on: 'close',
          columns: ['b', 'a'],
          columnFilters: ['z', 'q'],
        },
        ...{ ...bare, paramNames: ['n'], paramValues: [3] },
      },
    ],
  )
  assert.deepEqual(scanner.matches('one'), [])
  assert.deepEqual(scanner.symbols[2], { symbol: 'CCC', index: 2, state: 'ready' })
})

test("a filter's error has the core's code, position and hint; at the start it fails createScanner", async (t) => {
  const { scanner } = await setUp(t)
  const expected = { position: { offset: 3, line: 1, column: 4 }, hint: "did you mean 'rsi'?" }
  await rejects(scanner.addTrader({ id: 'a', filter: 'wrong' }), 'E_NAME', expected)
  assert.throws(() => scanner.matches('a'), { code: 'E_TRADER' })
  await scanner.addTrader({ id: 'a', filter: 'right' })

  const worker = new FakeWorker()
  const traders = [
    { id: 'a', filter: 'x' },
    { id: 'b', filter: 'wrong' },
  ]
  const gone = once(worker, 'closed')
  await rejects(start(worker, { traders }), 'E_NAME', expected)
  await gone
})

test('deltas change matches first, then reach events, streams and the result, all alike', async (t) => {
  const { core, scanner } = await setUp(t, { clock: () => 5000 })
  core.deltas.push({
    trader: 0,
    snapshot: true,
    entered: [
      [0, Number.NaN],
      [2, 1.5],
    ],
  })
  const events = []
  scanner.addEventListener('signals', ({ detail }) => events.push([detail, scanner.matches('a')]))
  const stream = scanner.deltas()
  await scanner.addTrader({ id: 'a', filter: 'x', columns: { __proto__x: 'q' } })
  const first = {
    cycle: 1,
    traderId: 'a',
    time: 5000,
    snapshot: true,
    late: false,
    entered: [
      { symbol: 'AAA', columns: { __proto__x: undefined } },
      { symbol: 'CCC', columns: { __proto__x: 1.5 } },
    ],
    left: [],
  }
  assert.deepEqual(events, [[first, ['AAA', 'CCC']]])
  assert.deepEqual((await stream.next()).value, first)

  core.deltas.push(
    { trader: 0, late: true, time: 60_000, entered: [[1, 2]], left: [0] },
    { trader: 0, left: [1] },
  )
  const { deltas, ...counts } = await scanner.processUpdates()
  assert.deepEqual(counts, {
    cycle: 2,
    epoch: 2,
    updatedSymbols: 1,
    skippedSymbols: 2,
    filtersRun: 3,
    filtersSkipped: 4,
    elapsedUs: 5,
    deltaEntries: 6,
    fullEntries: 7,
    deltaBytes: 8,
    fullBytes: 9,
  })
  assert.deepEqual(deltas, [
    {
      traderId: 'a',
      time: 60_000,
      snapshot: false,
      late: true,
      entered: [{ symbol: 'BBB', columns: { __proto__x: 2 } }],
      left: ['AAA'],
    },
    { traderId: 'a', time: 5000, snapshot: false, late: false, entered: [], left: ['BBB'] },
  ])
  assert.deepEqual(
    events.slice(1).map(([detail, matches]) => [{ ...detail }, matches]),
    [
      [{ cycle: 2, ...deltas[0] }, ['BBB', 'CCC']],
      [{ cycle: 2, ...deltas[1] }, ['CCC']],
    ],
  )
  assert.deepEqual((await stream.next()).value, { cycle: 2, ...deltas[0] })
  const late = scanner.deltas()
  const snapshot = (await late.next()).value
  assert.deepEqual(
    [snapshot.snapshot, snapshot.entered],
    [true, [{ symbol: 'CCC', columns: { __proto__x: 1.5 } }]],
  )
  assert.deepEqual(
    core.calls.filter(([name]) => name === 'cycle'),
    [
      ['cycle', 5000, true],
      ['cycle', 5000, true],
    ],
  )
})

test('a column may have any name', async (t) => {
  const { core, scanner } = await setUp(t)
  core.deltas.push({ trader: 0, snapshot: true, entered: [[0, 1, 2]] })
  const columns = JSON.parse('{ "__proto__": "x", "constructor": "y" }')
  await scanner.addTrader({ id: '__proto__', filter: 'x', columns })
  const [entered] = (await scanner.deltas().next()).value.entered
  assert.deepEqual(Object.entries(entered.columns), [
    ['__proto__', 1],
    ['constructor', 2],
  ])
  assert.deepEqual(scanner.matches('__proto__'), ['AAA'])
})

test('a removed trader is gone at once, its late deltas are passed over, its id is free', async (t) => {
  const { core, scanner } = await setUp(t)
  core.deltas.push({ trader: 0, snapshot: true, entered: [[0]] })
  await scanner.addTrader({ id: 'a', filter: 'x' })
  core.deltas.push({ trader: 0, entered: [[1]] })
  const events = []
  scanner.addEventListener('signals', ({ detail }) => events.push(detail))
  const cycle = scanner.processUpdates()
  const removed = scanner.removeTrader('a')
  assert.throws(() => scanner.matches('a'), { code: 'E_TRADER' })
  const again = scanner.addTrader({ id: 'a', filter: 'y' })
  assert.deepEqual((await cycle).deltas, [])
  assert.equal(await removed, undefined)
  await again
  assert.deepEqual(events, [])
  assert.deepEqual(scanner.matches('a'), [])
  await rejects(scanner.removeTrader('b'), 'E_TRADER')
  assert.throws(() => scanner.matches('aa'), { code: 'E_TRADER', hint: "did you mean 'a'?" })
  assert.deepEqual(
    core.calls.filter(([name]) => name === 'removeTrader'),
    [['removeTrader', 0]],
  )
})

test('pending work belongs to the same call', async (t) => {
  const { core, scanner } = await setUp(t)
  core.pendingRounds = 2
  const cycle = await scanner.processUpdates()
  assert.deepEqual([cycle.cycle, cycle.updatedSymbols, cycle.filtersRun, cycle.elapsedUs], [3, 3, 9, 15])
  assert.deepEqual([cycle.deltaEntries, cycle.fullEntries, cycle.deltaBytes, cycle.fullBytes], [18, 7, 24, 9])
  assert.equal(cycle.skippedSymbols, 0, 'two more were updated than the first slice knew')
})

test("between the slices of the engine's own cycle commands are applied", async (t) => {
  const { core, scanner } = await setUp(t)
  let answered = false
  let asked
  const cycle = core.cycle.bind(core)
  // Work is pending until a command that came with the first slice has been answered.
  core.cycle = (...args) => {
    asked ??= scanner.status().then(() => (answered = true))
    return { ...cycle(...args), pending: !answered }
  }
  scanner.start({ everyMs: 60_000, minGapMs: 0 })
  while (!asked) await new Promise((resolve) => setImmediate(resolve))
  await asked
  assert.ok(core.cycles >= 1)
  const starts = core.calls.filter(([name]) => name === 'cycle').map(([, , anew]) => anew)
  assert.ok(
    starts.every((anew) => anew === false),
    'each goes on with what was left',
  )
})

test("between the slices of a command's cycle messages are received, and commands wait", async (t) => {
  const { core, worker, scanner } = await setUp(t)
  await scanner.addTrader({ id: 'a', filter: 'x' })
  const order = []
  let waiting = 0
  let slices = 0
  const cycle = core.cycle.bind(core)
  // Work is pending until the status command is seen to wait behind this one.
  core.cycle = (...args) => {
    waiting = Math.max(waiting, worker.inbox.depth)
    core.deltas.push({ trader: 0, entered: [[0]] })
    slices++
    return { ...cycle(...args), pending: waiting < 2 }
  }
  scanner.start({ everyMs: 60_000, minGapMs: 0 })
  await Promise.all([
    scanner.processUpdates().then(({ deltas }) => {
      order.push('cycle')
      assert.ok(slices >= 2)
      assert.equal(deltas.length, slices, 'no slice goes to a cycle of the cadence')
    }),
    scanner.status().then(() => order.push('status')),
  ])
  assert.deepEqual(order, ['cycle', 'status'])
})

test('evaluate and series', async (t) => {
  const { core, scanner } = await setUp(t)
  assert.deepEqual(
    await scanner.evaluate('close > 1'),
    new Map([
      ['AAA', 1],
      ['BBB', undefined],
      ['CCC', 0],
    ]),
  )
  assert.deepEqual(
    await scanner.evaluate('x', { symbols: ['CCC', 'AAA'] }),
    new Map([
      ['CCC', 0],
      ['AAA', 1],
    ]),
  )
  assert.deepEqual(await scanner.series('x', 'CCC', '1m'), Float64Array.of(Number.NaN, 2))
  assert.equal(core.cycles, 3, 'each sees what was written before')
  await rejects(scanner.evaluate('x', { symbols: ['AAB'] }), 'E_SYMBOL')
  await rejects(scanner.series('x', 'NONE', '1m'), 'E_SYMBOL')
  await rejects(scanner.evaluate(5), 'E_CONFIG')
  await rejects(scanner.evaluate('x', { symbol: 'AAA' }), 'E_CONFIG', { hint: "did you mean 'symbols'?" })
  await rejects(scanner.evaluate('x', { symbols: 'AAA' }), 'E_CONFIG')
})

test('start and stop: options checked at once, cycles by themselves, the clock as an offset', async (t) => {
  const { core, scanner } = await setUp(t, { clock: () => Date.now() + 1e9 })
  assert.throws(() => scanner.start({ everyMs: 0 }), { code: 'E_CONFIG' })
  assert.throws(() => scanner.start({ every: 10 }), { code: 'E_CONFIG' })
  assert.throws(() => scanner.start({ eventDriven: 1 }), { code: 'E_CONFIG' })
  assert.throws(() => scanner.start({ minGapMs: -1 }), { code: 'E_CONFIG' })
  await scanner.addTrader({ id: 'a', filter: 'x' })
  core.deltas.push({ trader: 0, snapshot: true, entered: [[1]] })
  const signal = once(scanner, 'signals')
  scanner.start({ everyMs: 5, minGapMs: 0 })
  const [{ detail }] = await signal
  assert.ok(Math.abs(detail.time - 1e9 - Date.now()) < 1e8)
  assert.deepEqual((await scanner.status()).cadence, { everyMs: 5, minGapMs: 0, eventDriven: false })
  await scanner.stop()
  assert.equal((await scanner.status()).cadence, null)
})

test('event-driven without waitAsync: the writer wakes the engine by a message', async (t) => {
  const worker = new FakeWorker(new FakeCore(), { host: { waitAsync: undefined } })
  const { core, scanner } = await setUp(t, { worker, core: worker.core })
  await scanner.addTrader({ id: 'a', filter: 'x' })
  await scanner.start({ eventDriven: true, everyMs: 1e6, minGapMs: 0 })
  while (Atomics.load(core.market.words, core.market.layout.idle / 4) !== 1)
    await new Promise((resolve) => setImmediate(resolve))
  core.deltas.push({ trader: 0, snapshot: true, entered: [[1]] })
  const signal = once(scanner, 'signals')
  scanner.writer.updateTicker('AAA', { last: 1 })
  await signal
  assert.ok(worker.received.some((message) => message.type === 'WAKE'))
})

test('an orderly close shuts the engine down first', async (t) => {
  const { core, worker, scanner } = await setUp(t)
  const gone = once(worker, 'closed')
  await scanner[Symbol.asyncDispose]()
  assert.deepEqual(core.calls.at(-1), ['destroy'])
  assert.equal(worker.received.at(-1).type, 'SHUTDOWN')
  await gone
  // Terminating it as well would cut its pool's end short, which leaves threads behind in Chromium.
  assert.ok(!worker.terminated)
})

test('a clock that gives no time is an error of the call', async (t) => {
  let time = 1
  const { scanner } = await setUp(t, { clock: () => time })
  time = Number.NaN
  await rejects(scanner.processUpdates(), 'E_CONFIG')
  time = 2
  await scanner.processUpdates()
})
