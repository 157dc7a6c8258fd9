// The table of messages, the page made of it, and the code that handles them say the same.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import fs from 'node:fs'
import { test } from 'node:test'
import { Engine } from '../../js/engine.js'
import { ERROR_CODES } from '../../js/errors.js'
import { takeFields } from '../../js/message-check.js'
import { COMMANDS, COMMON_ERRORS, EVENTS, PROTOCOL_VERSION, SIGNALS_TO_WORKER } from '../../js/protocol.js'
import { protocolDocs } from '../../scripts/lib/protocol-docs.mjs'
import { FakeCore, FakeWorker, fakeHost } from './helpers/fake-engine.mjs'
import { rejects, setUp } from './helpers/fake-scanner.mjs'

const source = (file) => fs.readFileSync(new URL(`../../js/${file}`, import.meta.url), 'utf8')

test('docs/protocol.md is what the table says', () => {
  const page = fs.readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8')
  assert.equal(page, protocolDocs(), 'run node scripts/lib/protocol-docs.mjs')
})

test('every command has a handler, every handler a row', () => {
  const engine = source('engine.js')
  const table = engine.slice(
    engine.indexOf('this.#commands = {'),
    engine.indexOf('\n    }\n  }', engine.indexOf('this.#commands = {')),
  )
  const handlers = [...table.matchAll(/^ {6}([A-Z_]+):/gm)].map(([, name]) => name)
  const rows = Object.keys(COMMANDS).filter((name) => !COMMANDS[name].later)
  assert.deepEqual(handlers.sort(), rows.sort())
})

test('every command, event and signal of the protocol has a row', () => {
  const named = [
    ...[
      'INIT',
      'ADD_TRADER',
      'UPDATE_TRADER',
      'REMOVE_TRADER',
      'ADD_SYMBOL',
      'REMOVE_SYMBOL',
      'LOAD_HISTORY',
    ],
    ...['PROCESS_UPDATES', 'EVALUATE', 'BACKTEST', 'SET_CONFIG', 'GET_STATUS', 'SHUTDOWN'],
  ]
  for (const name of named) assert.ok(Object.hasOwn(COMMANDS, name), name)
  for (const name of ['READY', 'SIGNALS', 'STATUS', 'SESSION', 'ALERT', 'ERROR', 'HEARTBEAT'])
    assert.ok(Object.hasOwn(EVENTS, name), name)
})

test('the engine posts every event that is not for later, each with exactly the fields of its row', async (t) => {
  const worker = new FakeWorker(new FakeCore())
  const { scanner, core } = await setUp(t, { worker })
  await scanner.addTrader({ id: 'a', filter: 'x' })
  await scanner.addSymbol('DDD')
  core.sessionVersion++
  core.deltas.push({ trader: 0, snapshot: true, entered: [[0]] })
  await scanner.processUpdates()
  worker.postMessage({ v: 1, type: 'PING' })
  // Without an id: an ERROR, since there is nothing to answer.
  worker.postMessage({ v: 1, type: 'LOAD_HISTORY' })
  await scanner.setConfig({ statusEveryMs: 100 })
  await once(scanner, 'status')
  // LOAD_HISTORY goes to a worker of its own, which is another one of these.
  const loader = new FakeWorker(new FakeCore())
  const load = { format: 'csv', source: { text: '1,1,1,1,1,1' }, intervalMs: 1, derive: [], keep: 1 }
  loader.postMessage({ ...load, v: 1, id: { incarnation: 'a', seq: 1 }, type: 'LOAD_HISTORY' })
  while (!loader.sent.some(({ type }) => type === 'ACK')) await new Promise((done) => setImmediate(done))
  const posted = [...worker.sent, ...loader.sent].filter(({ type }) => type !== 'ACK')
  for (const { v, type, ...fields } of posted) {
    assert.equal(v, PROTOCOL_VERSION)
    assert.deepEqual(Object.keys(fields).sort(), Object.keys(EVENTS[type].fields).sort(), type)
    takeFields(type, EVENTS[type].fields, fields)
  }
  const names = new Set(posted.map(({ type }) => type))
  const rows = Object.keys(EVENTS).filter((name) => !EVENTS[name].later)
  assert.deepEqual([...names].sort(), rows.sort())
})

test('no source of the engine posts an event without a row', () => {
  const files = fs.readdirSync(new URL('../../js/', import.meta.url))
  const engine = files.filter((name) => /^(engine|cycle|inbox|history-job)[a-z-]*\.js$/.test(name))
  const names = engine.flatMap((file) =>
    [...source(file).matchAll(/[eE]vent\('([A-Z]+)'/g)].map(([, name]) => name),
  )
  assert.ok(names.length >= 7)
  for (const name of names) assert.ok(Object.hasOwn(EVENTS, name) && !EVENTS[name].later, name)
})

test('signals to the worker are understood, and nothing else is taken for one', () => {
  const engine = new Engine(fakeHost(new FakeCore(), () => {}))
  for (const name of Object.keys(SIGNALS_TO_WORKER)) assert.equal(engine.signal(name), true)
  for (const name of [...Object.keys(COMMANDS), 'toString']) assert.equal(engine.signal(name), false)
})

test('what comes later says so: the row, the worker and the call', async (t) => {
  assert.deepEqual(
    Object.keys(COMMANDS).filter((name) => COMMANDS[name].later),
    ['BACKTEST'],
  )
  assert.deepEqual(
    Object.keys(EVENTS).filter((name) => EVENTS[name].later),
    ['ALERT'],
  )
  const { scanner } = await setUp(t)
  await rejects(scanner.backtest({}), 'E_UNSUPPORTED', { details: { type: 'BACKTEST' } })
})

test('the errors of every row are codes that exist', () => {
  for (const [name, { errors }] of Object.entries(COMMANDS)) {
    for (const code of errors) assert.ok(Object.hasOwn(ERROR_CODES, code), `${name}: ${code}`)
  }
  for (const code of COMMON_ERRORS) assert.ok(Object.hasOwn(ERROR_CODES, code), code)
})
