// The worker's inbox: order, duplicates, refusals; every command ends in exactly one ack.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Inbox } from '../../js/inbox.js'
import { COMMANDS } from '../../js/protocol.js'

function setUp({ apply = (type, _fields, seq) => `${type} ${seq}`, ...more } = {}) {
  const posted = []
  const applied = []
  const inbox = new Inbox({
    apply: (type, fields, seq, again) => {
      applied.push(again ? [seq, type, fields, 'again'] : [seq, type, fields])
      return apply(type, fields, seq)
    },
    post: (message) => posted.push(message),
    ...more,
  })
  const send = (seq, type = 'PROCESS_UPDATES', fields = { now: 1 }) =>
    inbox.receive({ v: 1, id: { incarnation: 'a', seq }, type, ...fields })
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  return { inbox, posted, applied, send, settled }
}

test('commands are applied in order of seq however they arrive, each once', async () => {
  const { posted, applied, send, settled } = setUp()
  for (const seq of [3, 1, 3, 2, 2, 5]) send(seq)
  await settled()
  assert.deepEqual(
    applied.map(([seq]) => seq),
    [1, 2, 3],
  )
  assert.deepEqual(
    posted.map((ack) => [ack.type, ack.id, ack.ok, ack.result]),
    [1, 2, 3].map((seq) => ['ACK', { incarnation: 'a', seq }, true, `PROCESS_UPDATES ${seq}`]),
  )
  send(4)
  await settled()
  assert.deepEqual(
    applied.map(([seq]) => seq),
    [1, 2, 3, 4, 5],
  )
})

test('a duplicate gets the first answer, also a refusal, and is not applied again', async () => {
  let count = 0
  const { posted, applied, send, settled } = setUp({
    apply: () => {
      if (++count === 2) throw new Error('broken')
      return { count }
    },
  })
  send(1)
  send(2)
  await settled()
  send(2)
  send(1)
  await settled()
  assert.equal(applied.length, 2)
  assert.deepEqual(posted.slice(2), [posted[1], posted[0]])
  assert.deepEqual(posted[1].error, { code: 'E_INTERNAL', message: 'broken' })
})

test('answers are kept for a bounded number of duplicates; reads are simply run again', async () => {
  const { posted, applied, send, settled } = setUp({ answerLimit: 2 })
  for (const seq of [1, 2, 3]) send(seq)
  send(4, 'GET_STATUS', {})
  await settled()
  for (const seq of [1, 2, 3]) send(seq)
  send(4, 'GET_STATUS', {})
  await settled()
  assert.equal(posted[4].error.code, 'E_PROTOCOL')
  assert.deepEqual(posted.slice(5), [posted[1], posted[2], posted[3]])
  assert.equal(applied.length, 5)
})

test('an answer that the client has is not kept', async () => {
  const { posted, applied, send, settled } = setUp()
  for (const seq of [1, 2, 3]) send(seq)
  await settled()
  send(4, 'PROCESS_UPDATES', { now: 1, heard: 2 })
  await settled()
  for (const seq of [1, 2, 3, 4]) send(seq)
  await settled()
  assert.equal(applied.length, 4)
  assert.deepEqual(
    posted.slice(4).map(({ id, ok }) => [id.seq, ok]),
    [
      [1, false],
      [2, false],
      [3, true],
      [4, true],
    ],
  )
})

test('a read that comes again is said to, and not applied once the client has its answer', async () => {
  const { posted, applied, send, settled } = setUp()
  const read = (fields) => send(1, 'EVALUATE', { filter: 'close', interval: '', now: 1, ...fields })
  for (const _ of ['first', 'again']) {
    read()
    await settled()
  }
  assert.deepEqual(
    applied.map(([, , , again]) => again),
    [undefined, 'again'],
  )
  assert.deepEqual(posted[0], posted[1])
  send(2, 'PROCESS_UPDATES', { now: 2, heard: 1 })
  // An older message knows less.
  send(3, 'PROCESS_UPDATES', { now: 2, heard: 0 })
  read({ heard: 0 })
  await settled()
  assert.equal(applied.length, 4)
  assert.equal(posted.find(({ id, ok }) => id.seq === 1 && !ok).error.code, 'E_PROTOCOL')
})

test('a command that takes its time holds back the others, in order', async () => {
  let open
  const gate = new Promise((resolve) => {
    open = resolve
  })
  const { inbox, applied, posted, send, settled } = setUp({
    apply: (type) => (type === 'SHUTDOWN' ? gate : 'done'),
  })
  send(1, 'SHUTDOWN', {})
  send(2)
  send(3)
  await settled()
  assert.equal(applied.length, 1)
  assert.equal(inbox.depth, 3)
  open('late')
  await settled()
  assert.deepEqual(
    posted.map((ack) => ack.result),
    ['late', 'done', 'done'],
  )
  assert.equal(inbox.depth, 0)
})

test('a full queue refuses with E_BACKPRESSURE, and the same message may come again', async () => {
  let open
  const gate = new Promise((resolve) => {
    open = resolve
  })
  const { posted, applied, send, settled } = setUp({
    limit: 2,
    apply: (type) => (type === 'SHUTDOWN' ? gate : 'done'),
  })
  send(1, 'SHUTDOWN', {})
  send(2)
  send(3)
  send(2)
  await settled()
  assert.equal(posted.length, 1)
  assert.deepEqual([posted[0].id.seq, posted[0].ok, posted[0].error.code], [3, false, 'E_BACKPRESSURE'])
  assert.equal(posted[0].error.details.limit, 2)
  open('late')
  await settled()
  send(3)
  await settled()
  assert.deepEqual(
    applied.map(([seq]) => seq),
    [1, 2, 3],
  )
})

test('a queue full of what comes later takes the one that all of them wait for', async () => {
  const { posted, applied, send, settled } = setUp({ limit: 2 })
  for (const seq of [3, 2, 4, 1]) send(seq)
  await settled()
  assert.deepEqual([posted[0].id.seq, posted[0].error.code], [4, 'E_BACKPRESSURE'])
  assert.deepEqual(
    applied.map(([seq]) => seq),
    [1, 2, 3],
  )
})

test('what cannot be understood is answered with a typed error', async () => {
  const { inbox, posted, applied, send, settled } = setUp()
  send(1, 'ADD_TRADR', {})
  send(2, 'toString', {})
  send(3, 'PROCESS_UPDATES', { now: 'soon' })
  send(4, 'ADD_TRADER', {})
  inbox.receive({ v: 2, id: { incarnation: 'a', seq: 5 }, type: 'GET_STATUS' })
  inbox.receive({ v: 1, id: { incarnation: 'b', seq: 6 }, type: 'GET_STATUS' })
  await settled()
  assert.deepEqual(
    posted.map((ack) => ack.error.code),
    ['E_PROTOCOL', 'E_UNKNOWN_MESSAGE', 'E_UNKNOWN_MESSAGE', 'E_PROTOCOL', 'E_PROTOCOL', 'E_PROTOCOL'],
  )
  assert.match(posted[1].error.hint, /ADD_TRADER/)
  assert.equal(posted[0].id.incarnation, 'b')
  assert.deepEqual(applied, [])
  for (const garbage of [
    null,
    7,
    'x',
    {},
    { id: 1 },
    { id: { incarnation: 'a', seq: 0 } },
    { id: { incarnation: 'a', seq: 1.5 } },
  ]) {
    posted.length = 0
    inbox.receive(garbage)
    assert.deepEqual([posted.length, posted[0].type, posted[0].error.code], [1, 'ERROR', 'E_PROTOCOL'])
  }
})

test('only own fields that the row names are handed on', async () => {
  const { applied, inbox, settled } = setUp()
  const message = Object.create({ now: 5 }, { extra: { value: 1, enumerable: true } })
  Object.assign(message, { v: 1, id: { incarnation: 'a', seq: 1 }, type: 'PROCESS_UPDATES' })
  inbox.receive(message)
  inbox.receive({ v: 1, id: { incarnation: 'a', seq: 2 }, type: 'PROCESS_UPDATES', now: 1, extra: 1 })
  await settled()
  assert.deepEqual(
    applied.map(([seq, type, fields]) => [seq, type, Object.entries(fields)]),
    [[2, 'PROCESS_UPDATES', [['now', 1]]]],
  )
  assert.equal(Object.getPrototypeOf(applied[0][2]), null)
})

test('commands of later versions are E_UNSUPPORTED', async () => {
  const later = Object.keys(COMMANDS).filter((type) => COMMANDS[type].later)
  assert.deepEqual(later, ['BACKTEST'])
  const { posted, send, settled } = setUp()
  for (const [i, type] of later.entries()) send(i + 1, type, {})
  await settled()
  assert.ok(posted.every((ack) => ack.error.code === 'E_UNSUPPORTED'))
  assert.equal(posted.length, later.length)
})

test('an answer that cannot be cloned is a negative ack', async () => {
  const posted = []
  const inbox = new Inbox({ apply: () => () => {}, post: (message) => posted.push(structuredClone(message)) })
  inbox.receive({ v: 1, id: { incarnation: 'a', seq: 1 }, type: 'GET_STATUS' })
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual([posted.length, posted[0].ok, posted[0].error.code], [1, false, 'E_CLONE'])
})
