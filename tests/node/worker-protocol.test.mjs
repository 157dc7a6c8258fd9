// A conversation with the real engine worker in plain messages, as another client might have it.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { attachWriter } from 'tickscan'

const timeout = 60_000 // against a test that hangs, no measure of anything
const dist = new URL('./', import.meta.resolve('tickscan'))
const init = {
  symbols: ['AAA'],
  intervals: ['1m'],
  maxSymbols: 64,
  maxKlines: 10,
  maxTraders: 8,
  threads: 1,
  memoryLimit: 2 ** 31,
  traderBytes: 0,
}
const trader = {
  ref: 1,
  traderId: 'a',
  filter: 'last > 1',
  interval: '',
  on: 'tick',
  columns: [],
  columnFilters: [],
  now: 1,
}

function setUp(t) {
  const worker = new Worker(new URL('node/worker.cjs', dist))
  t.after(() => worker.terminate())
  const received = []
  let wake = () => {}
  worker.on('message', (message) => {
    received.push(message)
    wake()
  })
  const send = (seq, type, fields = {}) =>
    worker.postMessage({ ...fields, v: 1, id: { incarnation: 'x', seq }, type })
  /** The messages up to and including the n-th that `test` likes. */
  const until = async (like, n = 1) => {
    while (received.filter(like).length < n) {
      await new Promise((resolve) => {
        wake = resolve
      })
    }
    return received.filter(like)
  }
  const ack = async (seq, n = 1) =>
    (await until((message) => message.type === 'ACK' && message.id.seq === seq, n)).at(-1)
  return { worker, send, until, ack, received }
}

test('messages that come before the engine stands are applied in order; duplicates get the first answer', {
  timeout,
}, async (t) => {
  const core = await WebAssembly.compile(await readFile(new URL('core.wasm', dist)))
  const { send, ack, received } = setUp(t)
  send(3, 'PROCESS_UPDATES', { now: 5 })
  send(2, 'ADD_TRADER', trader)
  send(1, 'INIT', { ...init, core })
  send(2, 'ADD_TRADER', trader)
  send(4, 'NO_SUCH_COMMAND')
  send(5, 'ADD_TRADER', { ...trader, ref: 2, traderId: 'b', filter: 'lats > 1' })
  send(6, 'GET_STATUS')
  await ack(6)
  assert.deepEqual(
    received.map((message) => message.type),
    ['READY', 'ACK', 'ACK', 'ACK', 'ACK', 'ACK', 'ACK'],
  )
  assert.deepEqual(
    received.slice(1).map((message) => [message.id.seq, message.ok]),
    [
      [1, true],
      [2, true],
      [3, true],
      [4, false],
      [5, false],
      [6, true],
    ],
  )
  assert.equal(received[4].error.code, 'E_UNKNOWN_MESSAGE')
  assert.deepEqual([received[5].error.code, received[5].error.position.column], ['E_NAME', 1])
  assert.equal(received[6].result.core.traders, 1)
  const first = await ack(2)
  send(2, 'ADD_TRADER', trader)
  assert.deepEqual(await ack(2, 2), first)
  send(5, 'ADD_TRADER', trader)
  assert.deepEqual(await ack(5, 2), received[5])
  send(6, 'GET_STATUS')
  await ack(6, 2)
  // The other way round, so that it is there: the worker ends a moment after SHUTDOWN.
  send(8, 'PROCESS_UPDATES', { now: 6 })
  send(7, 'SHUTDOWN')
  assert.equal((await ack(7)).ok, true)
  assert.equal((await ack(8)).error.code, 'E_CLOSED')
})

test('garbage, and commands before INIT, are answered and the engine goes on', { timeout }, async (t) => {
  const core = await WebAssembly.compile(await readFile(new URL('core.wasm', dist)))
  const { worker, send, ack, until } = setUp(t)
  for (const garbage of [null, 5, 'x', [], { type: 'INIT' }]) worker.postMessage(garbage)
  const errors = await until((message) => message.type === 'ERROR', 5)
  assert.ok(errors.every((message) => message.error.code === 'E_PROTOCOL' && message.fatal === false))
  send(1, 'PROCESS_UPDATES', { now: 1 })
  assert.equal((await ack(1)).error.code, 'E_PROTOCOL')
  send(2, 'INIT', { ...init, core, symbols: ['AAA', 'AAA'] })
  assert.equal((await ack(2)).error.code, 'E_DUPLICATE')
  send(3, 'INIT', { ...init, core })
  assert.equal((await ack(3)).ok, true)
  send(4, 'INIT', { ...init, core })
  assert.equal((await ack(4)).error.code, 'E_PROTOCOL')
  send(5, 'BACKTEST')
  assert.equal((await ack(5)).error.code, 'E_UNSUPPORTED')
  send(6, 'REMOVE_TRADER', { ref: 9 })
  assert.equal((await ack(6)).error.code, 'E_TRADER')
})

const asked = { filter: 'last', interval: '', now: 9500 }

/** EVALUATE is the third command; then AAA enters a trader with a cooldown of a second at 10,000, and leaves. */
async function cooling(t) {
  const core = await WebAssembly.compile(await readFile(new URL('core.wasm', dist)))
  const { send, ack, until } = setUp(t)
  send(1, 'INIT', { ...init, core })
  const { memory, layout, intervals } = (await ack(1)).result
  const writer = attachWriter({ kind: 'tickscan-market', memory, layout, intervals })
  send(2, 'ADD_TRADER', { ...trader, cooldown: 1000 })
  await ack(2)
  let seq = 2
  const call = async (type, fields) => {
    send(++seq, type, fields)
    return (await ack(seq)).signals
  }
  const price = async (now, last) => {
    writer.updateTicker('AAA', { last })
    return call('PROCESS_UPDATES', { now })
  }
  await call('EVALUATE', asked)
  await price(10_000, 5)
  await price(10_000, 0)
  return { send, ack, until, call, price }
}

test('an EVALUATE that comes again runs no cycle at the time at which it was made', {
  timeout,
}, async (t) => {
  const { send, ack, price } = await cooling(t)
  const signals = await price(10_600, 5)
  send(3, 'EVALUATE', asked)
  assert.equal((await ack(3, 2)).result.values[0], 5, 'what is there now')
  assert.equal(await price(10_999, 6), signals, 'the cooldown goes on')
  assert.notEqual(await price(11_000, 7), signals)
})

test("a command that arrives behind the engine's own cycles does not set the time back", {
  timeout,
}, async (t) => {
  const { call, price, until } = await cooling(t)
  // The engine's own cycles are far ahead of what commands say, as where these were lost for an hour.
  const clockOffset = 10_000 + 3_600_000 - Date.now()
  await call('SET_CONFIG', { clockOffset, cadence: { everyMs: 20, minGapMs: 0, eventDriven: false } })
  await price(10_000, 5)
  await until((message) => message.type === 'SIGNALS', 3)
  await call('SET_CONFIG', { cadence: null })
  // It entered an hour later by the engine's clock, so that its cooldown is not over, whatever the command says.
  await price(10_001, 0)
  const signals = await price(11_500, 5)
  assert.equal(await price(12_000, 6), signals)
  // A clock that is set back is heard: the cooldown begins anew.
  await price(9000, 7)
  assert.equal(await price(9999, 8), signals)
  assert.notEqual(await price(10_000, 9), signals)
})
