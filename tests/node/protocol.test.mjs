// The table of messages, the page made of it, and the code that handles them say the same.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { test } from 'node:test'
import { Engine } from '../../js/engine.js'
import { ERROR_CODES } from '../../js/errors.js'
import { COMMANDS, EVENTS, SIGNALS_TO_WORKER } from '../../js/protocol.js'
import { protocolDocs } from '../../scripts/lib/protocol-docs.mjs'
import { FakeCore, fakeHost } from './helpers/fake-engine.mjs'

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

test('events that the engine posts have a row with exactly these fields', () => {
  const posted = []
  const engine = new Engine(fakeHost(new FakeCore(), (message) => posted.push(message)))
  assert.equal(engine.signal('PING'), true)
  const names = [...source('engine.js').matchAll(/this\.#event\('([A-Z]+)'/g)].map(([, name]) => name)
  for (const name of names) {
    assert.ok(Object.hasOwn(EVENTS, name), name)
    assert.ok(!EVENTS[name].later, name)
  }
  for (const { v, type, ...fields } of posted)
    assert.deepEqual(Object.keys(fields), Object.keys(EVENTS[type].fields))
  assert.equal(posted[0].type, 'HEARTBEAT')
  for (const name of Object.keys(SIGNALS_TO_WORKER)) assert.equal(engine.signal(name), true)
  assert.equal(engine.signal('INIT'), false)
})

test('the errors of every row are codes that exist', () => {
  for (const [name, { errors }] of Object.entries(COMMANDS)) {
    for (const code of errors) assert.ok(Object.hasOwn(ERROR_CODES, code), `${name}: ${code}`)
  }
})
