/**
 * Messages are read by own keys alone: what somebody puts on Object.prototype, on the page or in the worker, is no field of
 * any, and a message that brings a `__proto__` along changes nothing.
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Engine } from '../../js/engine.js'
import { Inbox } from '../../js/inbox.js'
import { messageId, own, takeFields } from '../../js/message-check.js'
import { COMMANDS } from '../../js/protocol.js'
import { FakeCore, fakeHost } from './helpers/fake-engine.mjs'
import { setUp } from './helpers/fake-scanner.mjs'

/** What messages are looked at for, and optional fields of theirs that no caller's option is named like. */
const NAMES = [
  'ok',
  'error',
  'result',
  'fatal',
  'command',
  'seq',
  'incarnation',
  'carried',
  'lock',
  'snapshot',
  'slot',
]
NAMES.push('cadence', 'clockOffset', 'updateTracking', 'batchSymbols', 'position', 'signals', 'more', 'late')

/** While `run` runs, everything inherits a value by each of these names. */
async function polluted(values, run) {
  for (const [name, value] of Object.entries(values)) {
    Object.defineProperty(Object.prototype, name, { value, writable: true, configurable: true })
  }
  try {
    return await run()
  } finally {
    for (const name of Object.keys(values)) delete Object.prototype[name]
  }
}

test('what is inherited is no field', () =>
  polluted({ id: { incarnation: 'x', seq: 1 }, v: 1, cooldown: 5, incarnation: 'x', seq: 1 }, () => {
    assert.equal(own({}, 'cooldown'), undefined)
    assert.equal(messageId({}), undefined)
    assert.equal(messageId({ id: {} }), undefined)
    const given = {
      ref: 1,
      traderId: 't',
      filter: 'x',
      interval: '1m',
      on: 'tick',
      columns: [],
      columnFilters: [],
      now: 1,
    }
    const taken = takeFields('ADD_TRADER', COMMANDS.ADD_TRADER.fields, given)
    assert.deepEqual(Object.keys(taken), Object.keys(given))
    const { now, ...less } = given
    assert.throws(() => takeFields('ADD_TRADER', COMMANDS.ADD_TRADER.fields, less), { code: 'E_PROTOCOL' })
  }))

test('a message with __proto__ in every place is refused, or applied without it', async () => {
  const posted = []
  const core = new FakeCore()
  const engine = new Engine(fakeHost(core, (message) => posted.push(message)))
  const inbox = new Inbox({
    apply: (...given) => engine.apply(...given),
    post: (message) => posted.push(message),
  })
  const evil = '"__proto__": { "polluted": 1, "enabled": false, "ok": true }'
  const id = (seq) => `"v": 1, "id": { "incarnation": "i", "seq": ${seq}, ${evil} }`
  const messages = [
    `{ ${id(1)}, "type": "__proto__", ${evil} }`,
    `{ ${id(2)}, "type": "constructor" }`,
    `{ ${id(3)}, "type": "SET_CONFIG", "cadence": { ${evil} }, "session": { ${evil} }, ${evil} }`,
    `{ "__proto__": { "v": 1, "type": "SHUTDOWN", "id": { "incarnation": "i", "seq": 4 } } }`,
    `{ "v": 1, "id": { "__proto__": { "incarnation": "i", "seq": 4 } }, "type": "SHUTDOWN" }`,
  ]
  for (const text of messages) inbox.receive(JSON.parse(text))
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(
    posted.map(({ type, ok, error }) => [type, ok, error?.code]),
    [
      // What has no id is reported at once, the others are answered in turn.
      ['ERROR', undefined, 'E_PROTOCOL'],
      ['ERROR', undefined, 'E_PROTOCOL'],
      ['ACK', false, 'E_UNKNOWN_MESSAGE'],
      ['ACK', false, 'E_UNKNOWN_MESSAGE'],
      ['ACK', false, 'E_PROTOCOL'],
    ],
  )
  assert.equal({}.polluted, undefined)
  assert.deepEqual(core.calls, [])
})

test('a page and a worker on whose Object.prototype fields of messages stand work as ever', async (t) => {
  const values = Object.fromEntries(NAMES.map((name) => [name, 'polluted']))
  const { core, scanner } = await setUp(t)
  await polluted(values, async () => {
    await scanner.addTrader({ id: 'a', filter: 'x' })
    core.matching = [[1]]
    core.deltas.push({ trader: 0, snapshot: true, entered: [[1]] })
    await scanner.processUpdates()
    await assert.rejects(scanner.addTrader({ id: 'b', filter: 'wrong' }), { code: 'E_NAME' })
    await scanner.removeTrader('a')
    await scanner.addTrader({ id: 'a', filter: 'x' })
    assert.equal((await scanner.status()).state, 'running')
  })
  const [first] = core.calls.filter(([name]) => name === 'addTrader').map(([, spec]) => spec)
  for (const name of NAMES) assert.ok(!Object.hasOwn(first, name) || first[name] !== 'polluted', name)
  assert.equal(
    core.calls.filter(([name]) => name === 'cycle').every(([, now]) => Number.isFinite(now)),
    true,
  )
})
