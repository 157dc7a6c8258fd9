// Every error that the table of messages names is what the real worker answers, and it answers with no other.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { CORE_ERROR_CODES } from '../../js/errors.js'
import { COMMANDS, COMMON_ERRORS } from '../../js/protocol.js'

const timeout = 60_000 // against a test that hangs, no measure of anything
const dist = new URL('./', import.meta.resolve('tickscan'))
const core = await WebAssembly.compile(await readFile(new URL('core.wasm', dist)))

const init = {
  core,
  symbols: ['AAA'],
  intervals: ['1m', '5m'],
  maxSymbols: 2,
  maxKlines: 10,
  maxTraders: 3,
  threads: 1,
  memoryLimit: 2 ** 31,
  traderBytes: 16384,
}
const trader = {
  ref: 2,
  traderId: 'b',
  filter: 'last > 1',
  interval: '',
  on: 'tick',
  columns: [],
  columnFilters: [],
  now: 1,
}
const csv = (text) => ({ format: 'csv', source: { text }, intervalMs: 60_000, derive: [], keep: 5 })

/** A filter that is refused, for each code that its text, or what it needs, can be refused with. */
const BAD_FILTERS = {
  E_SYNTAX: 'last >',
  E_NAME: 'lats > 1',
  E_TYPE: 'last',
  E_ARGUMENT: 'rsi(close, 14, 3, 4) > 1',
  E_RANGE: 'rsi(0) > 1',
  E_LIMIT: `last > 1${' and last > 1'.repeat(400)}`,
  E_INTERVAL: 'close@1h > 1',
}
const HEAVY = 'sma(close, 9) > ema(high, 8) and stddev(low, 7) > wma(close, 6) and rsi(5) > 1'
const DOUBLE = { params: { close: 1 } }

/** Fields of a command → what is answered; a whole engine stands, with AAA and a trader of the ref 1. */
const bad = (fields) =>
  Object.fromEntries(Object.entries(BAD_FILTERS).map(([code, filter]) => [code, { ...fields, filter }]))

const CASES = {
  INIT: {
    E_CONFIG: { ...init, maxKlines: 0 },
    E_INTERVAL: { ...init, intervals: ['7m'] },
    E_SYMBOL: { ...init, symbols: [''] },
    E_DUPLICATE: { ...init, symbols: ['AAA', 'AAA'] },
    E_MEMORY: { ...init, memoryLimit: 1 },
    E_WASM: { ...init, core: {} },
    E_WORKER_LOAD: { ...init, threads: 2 },
  },
  ADD_SYMBOL: {
    E_SYMBOL: { symbol: '', intervals: [] },
    E_DUPLICATE: { symbol: 'AAA', intervals: [] },
    E_LIMIT: [
      { symbol: 'BBB', intervals: [] },
      { symbol: 'CCC', intervals: [] },
    ],
    E_INTERVAL: { symbol: 'BBB', intervals: ['1h'] },
    E_CONFIG: { symbol: 'BBB', intervals: [], thresholdSeconds: -1 },
  },
  START_SYMBOL: { E_SYMBOL: { key: 5, now: 1 } },
  REMOVE_SYMBOL: { E_SYMBOL: { key: 5, now: 1 } },
  ADD_TRADER: {
    ...bad(trader),
    E_HISTORY: { ...trader, filter: 'sma(close, 50) > 1' },
    E_MEMORY: { ...trader, filter: HEAVY },
    E_DUPLICATE: { ...trader, traderId: 'a' },
    E_CONFIG: { ...trader, cooldown: -1 },
  },
  UPDATE_TRADER: {
    ...bad({ ref: 1, as: 3, now: 1 }),
    E_TRADER: { ref: 9, as: 3, now: 1 },
    E_HISTORY: { ref: 1, as: 3, now: 1, filter: 'sma(close, 50) > 1' },
    E_MEMORY: { ref: 1, as: 3, now: 1, filter: HEAVY },
    E_DUPLICATE: { ref: 1, as: 3, now: 1, ...DOUBLE },
    E_CONFIG: { ref: 1, as: 3, now: 1, cooldown: -1 },
  },
  REMOVE_TRADER: { E_TRADER: { ref: 9 } },
  SNAPSHOT: { E_TRADER: { ref: 9, now: 1 } },
  CHECKPOINT: {},
  RECOPY: {},
  PROCESS_UPDATES: { E_TRADER: { now: 1, snapshot: 9 } },
  EVALUATE: {
    ...bad({ interval: '', now: 1 }),
    E_TYPE: { interval: '', now: 1, filter: 'last + (last > 1)' },
    E_HISTORY: { interval: '', now: 1, filter: 'sma(close, 50)' },
    E_MEMORY: { interval: '', now: 1, filter: HEAVY },
    E_SYMBOL: { interval: '', now: 1, filter: 'close', slot: 7 },
    E_DUPLICATE: { interval: '', now: 1, filter: 'close', ...DOUBLE },
  },
  VALIDATE_FILTER: {
    ...bad({ core, intervals: ['1m'], base: 0, expression: false }),
    E_DUPLICATE: { core, intervals: ['1m'], base: 0, expression: false, filter: 'close > 1', ...DOUBLE },
    E_WASM: { core: {}, intervals: ['1m'], base: 0, expression: false, filter: 'close > 1' },
  },
  DESCRIBE_FILTERS: { E_WASM: { core: {} } },
  GET_STATUS: {},
  SET_CONFIG: { E_CONFIG: { statusEveryMs: 1 } },
  LOAD_HISTORY: {
    E_VALUE: csv('openTime,open\n1,2'),
    E_CONFIG: { ...csv(''), format: 'xls' },
    E_UNSUPPORTED: { ...csv(''), format: 'parquet', hyparquetUrl: 'file:///none.js' },
  },
  SHUTDOWN: {},
  BACKTEST: { E_UNSUPPORTED: {} },
}

/** A worker that answers; `load` false: the threads of its pool do not load. */
function talk() {
  const worker = new Worker(new URL('./helpers/mortal-pool.cjs', import.meta.url), {
    workerData: { worker: new URL('node/worker.cjs', dist).pathname, poolFile: '/none.cjs' },
  })
  after(() => worker.terminate())
  const waiting = new Map()
  worker.on('message', ({ type, id, ...ack }) => type === 'ACK' && waiting.get(id.seq)(ack))
  let last = 0
  return (type, fields) => {
    const seq = ++last
    worker.postMessage({ ...fields, v: 1, id: { incarnation: 'x', seq }, type })
    return new Promise((resolve) => waiting.set(seq, resolve))
  }
}

const engine = talk()
const bare = talk()

/** The code that the last of some commands is answered with; one that needs no engine is asked of a worker without. */
async function answer(type, fields, ask = COMMANDS[type].alone ? bare : engine) {
  let ack
  for (const one of [fields].flat()) ack = await ask(type, one)
  return ack.ok ? 'ok' : ack.error.code
}

test('there is a case for every error of every command, and no other', () => {
  const named = Object.entries(COMMANDS).map(([type, { errors }]) => [type, [...errors].sort()])
  const provoked = Object.entries(CASES).map(([type, cases]) => [type, Object.keys(cases).sort()])
  assert.deepEqual(Object.fromEntries(provoked), Object.fromEntries(named))
})

test('what the core refuses with is named somewhere', () => {
  const named = new Set([...Object.values(COMMANDS).flatMap(({ errors }) => errors), ...COMMON_ERRORS])
  assert.deepEqual(
    Object.keys(CORE_ERROR_CODES).filter((code) => !named.has(code)),
    [],
  )
})

test('the worker answers with every error that the table names', { timeout }, async () => {
  // What fails leaves nothing behind, so the engine can still be made.
  for (const [code, fields] of Object.entries(CASES.INIT)) assert.equal(await answer('INIT', fields), code)
  assert.equal(await answer('INIT', init), 'ok')
  assert.equal(await answer('ADD_TRADER', { ...trader, ref: 1, traderId: 'a' }), 'ok')
  for (const [type, cases] of Object.entries(CASES)) {
    if (type === 'INIT') continue
    for (const [code, fields] of Object.entries(cases)) {
      // What does not load must not be there already.
      const fresh = code === 'E_WASM' ? talk() : undefined
      assert.equal(await answer(type, fields, fresh), code, `${type} ${code}`)
    }
  }
})

const ODD = [
  ...[null, undefined, true, -1, 0.5, Number.NaN, 1e308, 2 ** 53, Number.POSITIVE_INFINITY],
  ...['', 'x', 'x'.repeat(100_000), [], [5], ['x'], [[]], {}, { x: [] }, { x: null }, new Float64Array(2)],
  ...[{ prioritySymbols: [5] }, { scope: 5 }, { catchupThresholdSeconds: 'x' }, { everyMs: null }, { '': 1 }],
]

/** Fields with which a command is carried out. */
const GOOD = {
  ADD_SYMBOL: { symbol: 'BBB', intervals: ['5m'], thresholdSeconds: 5 },
  START_SYMBOL: { key: 0, now: 1 },
  REMOVE_SYMBOL: { key: 1, now: 1 },
  ADD_TRADER: {
    ...trader,
    columns: ['c'],
    columnFilters: ['last'],
    params: {},
    cooldown: 1,
    refresh: 1,
    enabled: true,
  },
  UPDATE_TRADER: {
    ...trader,
    ref: 1,
    as: 3,
    columns: ['c'],
    columnFilters: ['last'],
    params: {},
    cooldown: 1,
    refresh: 1,
    enabled: true,
  },
  REMOVE_TRADER: { ref: 2 },
  SNAPSHOT: { ref: 1, now: 1 },
  PROCESS_UPDATES: { now: 1, snapshot: 1 },
  EVALUATE: { filter: 'close', interval: '1m', params: {}, slot: 0, now: 1 },
  VALIDATE_FILTER: { core, filter: 'close > 1', intervals: ['1m'], base: 0, params: {}, expression: false },
  SET_CONFIG: {
    cadence: { everyMs: 1e6, minGapMs: 0, eventDriven: false },
    clockOffset: 0,
    updateTracking: true,
    batchSymbols: 5,
    session: {},
    statusEveryMs: 0,
    now: 1,
  },
  LOAD_HISTORY: csv('1,2,3,1,2,5'),
}

test('whatever stands in a field, the answer is one that the table names, and the engine lives', {
  timeout,
}, async () => {
  for (const [type, good] of Object.entries(GOOD)) {
    const named = [...COMMANDS[type].errors, ...COMMON_ERRORS, 'ok']
    for (const name of Object.keys(good)) {
      for (const odd of ODD) {
        const code = await answer(type, { ...good, [name]: odd })
        const what = `${type} ${name}: ${String(JSON.stringify(odd)).slice(0, 40)}: ${code}`
        assert.ok(named.includes(code), what)
        if (name !== 'core') assert.ok(!['E_WASM', 'E_INTERNAL', 'E_CLOSED'].includes(code), what)
      }
    }
    assert.equal(await answer('GET_STATUS', {}), 'ok')
  }
})
