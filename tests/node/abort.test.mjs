// Every call that takes a signal, one row each: given up before it begins, while it waits, and not at all. Engines are real;
// what is sent to them can be held back, so that a call waits for as long as it must.
import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { createScanner } from 'tickscan'
import { Scanner } from '../../js/scanner.js'

const timeout = 60_000 // against a test that hangs, no measure of anything
const dist = new URL('./', import.meta.resolve('tickscan'))
const kline = { openTime: 0, open: 1, high: 1, low: 1, close: 1, volume: 1 }
const history = Object.fromEntries(Object.entries(kline).map(([name, value]) => [name, [value]]))
const csv = 'open_time,open,high,low,close,volume\n0,1,1,1,1,1\n'

/** Each with the messages that it waits for. */
const CALLS = [
  [
    'addTrader',
    'ADD_TRADER',
    (scanner, options) => scanner.addTrader({ id: 'new', filter: 'last > 1' }, options),
  ],
  [
    'updateTrader',
    'UPDATE_TRADER',
    (scanner, options) => scanner.updateTrader('a', { filter: 'last > 100' }, options),
  ],
  ['removeTrader', 'REMOVE_TRADER', (scanner, options) => scanner.removeTrader('a', options)],
  ['processUpdates', 'PROCESS_UPDATES', (scanner, options) => scanner.processUpdates(options)],
  ['snapshot', 'PROCESS_UPDATES', (scanner, options) => scanner.snapshot('a', options)],
  ['status', 'GET_STATUS', (scanner, options) => scanner.status(options)],
  ['addSymbol', 'ADD_SYMBOL', (scanner, options) => scanner.addSymbol('C', options)],
  [
    'addSymbol',
    'START_SYMBOL',
    (scanner, options) => scanner.addSymbol('C', { history: { '1m': history }, ...options }),
  ],
  [
    'addSymbol',
    'LOAD_HISTORY',
    (scanner, options) => scanner.addSymbol('C', { history: { '1m': { csv } }, ...options }),
  ],
  ['removeSymbol', 'REMOVE_SYMBOL', (scanner, options) => scanner.removeSymbol('B', options)],
  ['evaluate', 'EVALUATE', (scanner, options) => scanner.evaluate('close', options)],
  ['series', 'EVALUATE', (scanner, options) => scanner.series('close', 'A', '1m', options)],
  ['loadHistory', 'LOAD_HISTORY', (scanner, options) => scanner.loadHistory('A', '1m', { csv }, options)],
]

/** Methods of a Scanner that give a promise and take no signal. */
const WITHOUT = ['start', 'stop', 'setConfig', 'backtest', 'close']

/** A scanner whose workers do not get messages of one type while it is held. */
async function setUp(t, options) {
  const state = { held: '', sent: 0, workers: /** @type {Worker[]} */ ([]) }
  const createWorker = () => {
    const worker = new Worker(new URL('node/worker.cjs', dist))
    const { postMessage } = worker
    worker.postMessage = (message, transfer) => {
      state.sent++
      if (message.type !== state.held) postMessage.call(worker, message, transfer)
      else state.onHeld?.()
    }
    state.workers.push(worker)
    return worker
  }
  const made = createScanner({
    symbols: ['A', 'B'],
    intervals: ['1m'],
    maxSymbols: 8,
    threads: 1,
    traders: [{ id: 'a', filter: 'last > 1' }],
    createWorker,
    ...options,
  })
  t.after(async () => (await made.catch(() => undefined))?.close())
  return { state, made }
}

/** Everything that a call might have left half-done: what the scanner says, beside what the engine does. */
async function compare(scanner) {
  await scanner.processUpdates()
  let status = await scanner.status()
  // What was given up is still sent again until it is answered.
  while (status.client.pending > 0) status = await scanner.status()
  assert.equal(status.core.traders, scanner.traders.length)
  assert.equal(status.core.symbols, scanner.symbols.length)
  assert.deepEqual(
    scanner.symbols.map(({ state }) => state),
    scanner.symbols.map(() => 'ready'),
  )
  const [a] = scanner.traders
  if (a) assert.deepEqual(scanner.matches('a'), a.filter === 'last > 1' ? ['A'] : [])
  assert.equal(scanner.klines('A').length, 0)
  for (const { symbol } of scanner.symbols) scanner.writer.updateTicker(symbol, { last: 1 })
  await scanner.processUpdates()
  if (a) assert.deepEqual(scanner.matches('a'), [])
}

const reason = new Error('no longer wanted')
const isAborted = (error) => error.code === 'E_ABORTED' && error.cause === reason
const listeners = (signal) => getEventListeners(signal, 'abort').length

for (const [name, held, call] of CALLS) {
  test(`${name}, given up at ${held}`, { timeout }, async (t) => {
    const { state, made } = await setUp(t, {})
    const scanner = await made
    scanner.writer.updateTicker('A', { last: 5 })
    await scanner.processUpdates()
    const before = JSON.stringify([scanner.traders, scanner.symbols, scanner.matches('a')])

    // Before it begins: nothing is sent, and nothing is other than before.
    const { sent } = state
    const never = AbortSignal.abort(reason)
    await assert.rejects(call(scanner, { signal: never }), isAborted)
    assert.equal(state.sent, sent)
    assert.equal(listeners(never), 0)
    assert.equal(JSON.stringify([scanner.traders, scanner.symbols, scanner.matches('a')]), before)

    // While it waits: it ends at once, and whatever it was comes to be done or undone, as a whole.
    const given = new AbortController()
    const waiting = new Promise((resolve) => {
      state.onHeld = resolve
    })
    state.held = held
    const asked = call(scanner, { signal: given.signal })
    await waiting
    given.abort(reason)
    await assert.rejects(asked, isAborted)
    assert.equal(listeners(given.signal), 0)
    state.held = ''
    await compare(scanner)
  })

  test(`${name} leaves no listener behind at ${held}`, { timeout }, async (t) => {
    const { made } = await setUp(t, {})
    const scanner = await made
    const { signal } = new AbortController()
    await call(scanner, { signal })
    assert.equal(listeners(signal), 0)
  })
}

test('createScanner: its workers end with it, and no listener stays', { timeout }, async (t) => {
  const never = AbortSignal.abort(reason)
  await assert.rejects((await setUp(t, { signal: never })).made, isAborted)
  assert.equal(listeners(never), 0)
  for (const held of ['INIT', 'ADD_TRADER']) {
    const given = new AbortController()
    const { state, made } = await setUp(t, { signal: given.signal })
    state.held = held
    await new Promise((resolve) => {
      state.onHeld = resolve
    })
    const [worker] = state.workers
    const ended = new Promise((resolve) => worker.on('exit', resolve))
    given.abort(reason)
    await assert.rejects(made, isAborted)
    await ended
    assert.equal(listeners(given.signal), 0)
  }
  const kept = new AbortController()
  await (await setUp(t, { signal: kept.signal })).made
  assert.equal(listeners(kept.signal), 0)
})

test('deltas() end with their signal', { timeout }, async (t) => {
  const scanner = await (await setUp(t, {})).made
  for (const before of [true, false]) {
    const given = new AbortController()
    if (before) given.abort(reason)
    const stream = scanner.deltas({ signal: given.signal })
    const read = (async () => {
      for await (const _ of stream);
    })()
    given.abort(reason)
    await read.catch(() => {})
    assert.equal(listeners(given.signal), 0)
    assert.equal((await scanner.status()).client.streams, 0)
  }
})

test('a load that waits for its turn, and a removal that waits for an adding, end at once', {
  timeout,
}, async (t) => {
  const { state, made } = await setUp(t, {})
  const scanner = await made
  state.held = 'LOAD_HISTORY'
  const waiting = new Promise((resolve) => {
    state.onHeld = resolve
  })
  const first = scanner.addSymbol('C', { history: { '1m': { csv } } })
  await waiting
  for (const call of [
    (options) => scanner.loadHistory('A', '1m', { csv }, options),
    (options) => scanner.loadHistory('B', '1m', { csv }, options),
  ]) {
    const given = new AbortController()
    const asked = call({ signal: given.signal })
    given.abort(reason)
    await assert.rejects(asked, isAborted)
    await assert.rejects(call({ signal: given.signal }), isAborted)
    assert.equal(listeners(given.signal), 0)
  }
  state.held = ''
  await first
  assert.equal(scanner.klines('C').length, 1)

  state.held = 'ADD_SYMBOL'
  const added = scanner.addSymbol('D')
  const given = new AbortController()
  const removed = scanner.removeSymbol('D', { signal: given.signal })
  given.abort(reason)
  await assert.rejects(removed, isAborted)
  assert.equal(listeners(given.signal), 0)
  await assert.rejects(scanner.removeSymbol('D', { signal: given.signal }), isAborted)
  state.held = ''
  await added.catch(() => {})
  // The one that was under way is carried out all the same, behind the adding.
  while (scanner.symbols.some(({ symbol }) => symbol === 'D')) await scanner.status()
})

test('every method that gives a promise is in the table, or takes no signal', () => {
  const rows = [...CALLS.map(([name]) => name), ...WITHOUT]
  const found = []
  for (let one = Scanner.prototype; one !== Object.prototype; one = Object.getPrototypeOf(one)) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(one))) {
      const text = typeof value === 'function' ? Function.prototype.toString.call(value) : ''
      if (name === 'constructor') continue
      if (
        text.startsWith('async ') ||
        /\.(call|load|start|stop|close|#end)\(/.test(text) ||
        /#closing/.test(text)
      )
        found.push(name)
    }
  }
  assert.deepEqual([...new Set(rows)].sort(), [...new Set(found)].sort())
})
