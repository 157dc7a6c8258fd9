// Delta streams and matches: folding what next() gives always ends at the matches.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DeltaStream, foldDeltas } from '../../js/delta-stream.js'
import { Matches } from '../../js/match-table.js'
import { joinPages, packSignals, unpackSignals } from '../../js/signals.js'
import { packedWords } from './helpers/packed-words.mjs'

let cycle = 0
const delta = (traderId, entered, left = [], snapshot = false) => ({
  cycle: ++cycle,
  traderId,
  time: cycle,
  snapshot,
  late: false,
  entered: entered.map((symbol) => ({ symbol, columns: {} })),
  left,
})

function setUp(limit = 8) {
  const truth = new Map()
  const stream = new DeltaStream({
    limit,
    snapshots: (withEmpty) => snapshots(truth, withEmpty),
    onReturn: () => {},
  })
  const push = (one, foldable = true) => {
    apply(truth, one)
    stream.push(one, foldable)
  }
  return { truth, stream, push }
}

function snapshots(truth, withEmpty) {
  return [...truth]
    .filter(([, symbols]) => withEmpty || symbols.size > 0)
    .map(([id, symbols]) => delta(id, [...symbols], [], true))
}

function apply(matches, { traderId, snapshot, entered, left }) {
  if (snapshot || !matches.has(traderId))
    matches.set(traderId, new Set(snapshot ? [] : matches.get(traderId)))
  for (const symbol of left) matches.get(traderId).delete(symbol)
  for (const { symbol } of entered) matches.get(traderId).add(symbol)
}

const sorted = (matches) =>
  [...matches]
    .map(([id, set]) => [id, [...set].sort()])
    .filter(([, set]) => set.length > 0)
    .sort()

test('a consumer that keeps up gets every delta as it came', async () => {
  const { stream, push } = setUp()
  const one = delta('a', ['X'])
  push(one)
  assert.deepEqual(await stream.next(), { value: one, done: false })
  const waiting = [stream.next(), stream.next()]
  const two = delta('a', [], ['X'])
  const three = delta('b', ['Y'])
  push(two)
  push(three, false)
  assert.deepEqual(
    (await Promise.all(waiting)).map((result) => result.value),
    [two, three],
  )
})

test("a slow one gets a trader's tick deltas folded, close deltas never", async () => {
  const { stream, push } = setUp(8)
  push(delta('tick', ['X']))
  push(delta('close', ['X']), false)
  push(delta('tick', ['Y'], ['X']))
  push(delta('close', [], ['X']), false)
  push(delta('tick', ['Z'], ['Y']))
  stream.end()
  const got = []
  for await (const one of stream) got.push([one.traderId, one.entered.map((entry) => entry.symbol), one.left])
  assert.deepEqual(got, [
    ['tick', ['Z'], []],
    ['close', ['X'], []],
    ['close', [], ['X']],
  ])
})

test("an id that was a 'close' trader's before does not take its deltas along", async () => {
  const { stream, push } = setUp(4)
  push(delta('a', ['X']), false)
  push(delta('a', ['Y'], [], true))
  assert.deepEqual((await stream.next()).value.entered[0].symbol, 'X')
  assert.deepEqual((await stream.next()).value.entered[0].symbol, 'Y')
})

test('over the limit comes an error, then snapshots, then deltas again', async () => {
  const { stream, push, truth } = setUp(4)
  for (let i = 0; i < 6; i++) push(delta('a', [`S${i}`]), false)
  await assert.rejects(stream.next(), (error) => error.code === 'E_BACKPRESSURE' && error.details.limit === 4)
  push(delta('a', ['LATE']), false)
  const { value } = await stream.next()
  assert.equal(value.snapshot, true)
  assert.deepEqual(
    value.entered.map((entry) => entry.symbol),
    [...truth.get('a')],
  )
  const next = stream.next()
  const one = delta('a', [], ['S0'])
  push(one, false)
  assert.deepEqual((await next).value, one)
})

test('a stream starts with snapshots of what matches, and ends with done or with an error', async () => {
  const { truth } = setUp()
  apply(truth, delta('a', ['X']))
  const stream = new DeltaStream({
    limit: 4,
    snapshots: (withEmpty) => snapshots(truth, withEmpty),
    onReturn: () => {},
  })
  assert.equal((await stream.next()).value.snapshot, true)
  const waiting = stream.next()
  stream.end()
  assert.deepEqual(await waiting, { value: undefined, done: true })
  stream.push(delta('a', ['Y']), true)
  assert.deepEqual(await stream.next(), { value: undefined, done: true })

  const failed = setUp().stream
  const rejected = assert.rejects(failed.next(), /lost/)
  failed.end(new Error('lost'))
  await rejected
  assert.deepEqual(await failed.next(), { value: undefined, done: true })
})

test('leaving a loop ends the stream', async () => {
  let returned = 0
  const stream = new DeltaStream({ limit: 4, snapshots: () => [], onReturn: () => returned++ })
  stream.push(delta('a', ['X']), true)
  for await (const one of stream) {
    assert.equal(one.traderId, 'a')
    break
  }
  assert.equal(returned, 1)
  assert.deepEqual(await stream.next(), { value: undefined, done: true })
})

test('whatever comes and however slowly it is read, folding ends at the matches', async () => {
  const symbols = fc.subarray(['A', 'B', 'C', 'D'])
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('push'),
      id: fc.constantFrom('t', 'u'),
      symbols,
      snapshot: fc.boolean(),
      close: fc.boolean(),
    }),
    fc.record({ kind: fc.constant('read') }),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 12 }),
      fc.array(step, { maxLength: 60 }),
      async (limit, steps) => {
        const { truth, stream, push } = setUp(limit)
        const folded = new Map()
        let queued = 0
        const read = async () => {
          try {
            const { value, done } = await stream.next()
            if (done) return false
            apply(folded, value)
          } catch (error) {
            assert.equal(error.code, 'E_BACKPRESSURE')
          }
          return true
        }
        for (const one of steps) {
          if (one.kind === 'push') {
            const now = truth.get(one.id) ?? new Set()
            const entered = one.symbols.filter((symbol) => one.snapshot || !now.has(symbol))
            const left = one.snapshot ? [] : [...now].filter((symbol) => !one.symbols.includes(symbol))
            push(delta(one.id, entered, left, one.snapshot), !(one.close && one.id === 'u'))
            queued++
          } else if (queued > 0) {
            queued = 0
            await read()
          }
        }
        // One more delta for each trader, so that a reader who has overrun and read everything has something to wake up for.
        stream.end()
        while (await read());
        assert.deepEqual(sorted(folded), sorted(truth))
      },
    ),
    { numRuns: 300 },
  )
})

test('foldDeltas: entered and left again is nothing, left and entered again is nothing, snapshots hold', () => {
  const both = foldDeltas(delta('a', ['X'], ['Y']), delta('a', ['Y', 'Z'], ['X']))
  assert.deepEqual([both.entered.map((entry) => entry.symbol), both.left], [['Z'], []])
  const first = foldDeltas(delta('a', ['X', 'Y'], [], true), delta('a', ['Z'], ['Y']))
  assert.deepEqual(
    [first.snapshot, first.entered.map((entry) => entry.symbol), first.left],
    [true, ['X', 'Z'], []],
  )
  const second = foldDeltas(delta('a', ['X']), delta('a', ['Q'], [], true))
  assert.deepEqual([second.snapshot, second.entered.map((entry) => entry.symbol)], [true, ['Q']])
})

test('matches are slots in rising order, whatever they are', () => {
  const matches = new Matches(8192)
  const packed = (entered, left, snapshot = false) => ({
    ref: 1,
    time: 5,
    snapshot,
    late: false,
    columns: 0,
    values: new Float64Array(),
    entered: Int32Array.from(entered),
    left: Int32Array.from(left),
  })
  matches.fold(packed([8191, 0, 31, 32, 63, 64, 199], []), 1, [])
  assert.deepEqual(matches.slots(), [0, 31, 32, 63, 64, 199, 8191])
  matches.fold(packed([1], [0, 31, 8191]), 2, [])
  assert.deepEqual(matches.slots(), [1, 32, 63, 64, 199])
  matches.fold(packed([7], [], true), 3, [])
  assert.deepEqual(matches.slots(), [7])
})

test('SIGNALS survive packing, with refs in place of handles, and damage is noticed', () => {
  const memory = new SharedArrayBuffer(512)
  new Float64Array(memory, 0, 7).set([100, 1.5, Number.NaN, 2.5, 3.5, 200, 300])
  const items = [
    packedWords(7, 3, [5, 95], [], 2),
    packedWords(8, 0, [], [0, 6, 31, 32, 63, 64, 127], 0),
    packedWords(8, 0, [1], [], 0),
  ]
  const wordsCount = items.flat().length - items[2].length
  new Int32Array(memory, 64, items.flat().length).set(items.flat())
  const place = { wordsOffset: 64, wordsCount, valuesOffset: 0, valuesCount: 6 }
  const refs = new Map([
    [7, 70],
    [8, 80],
  ])
  const [packed, ...others] = packSignals(memory, place, refs)
  assert.equal(others.length, 0)
  const deltas = unpackSignals(packed, 128)
  assert.deepEqual(
    deltas.map((one) => ({
      ...one,
      entered: [...one.entered],
      left: [...one.left],
      values: [...one.values],
    })),
    [
      {
        ref: 70,
        time: 100,
        snapshot: true,
        late: true,
        more: false,
        entered: [5, 95],
        left: [],
        columns: 2,
        values: [1.5, Number.NaN, 2.5, 3.5],
      },
      {
        ref: 80,
        time: 200,
        snapshot: false,
        late: false,
        more: false,
        entered: [],
        left: [0, 6, 31, 32, 63, 64, 127],
        columns: 0,
        values: [],
      },
    ],
  )
  const code = (run) => assert.throws(run, (error) => error.code === 'E_PROTOCOL')
  code(() => packSignals(memory, place, new Map([[7, 70]])))
  code(() => unpackSignals(packed, 127))
  code(() => unpackSignals({ ...packed, valueCount: 5 }, 128))
  const valueBytes = 6 * 8
  const surplus = new ArrayBuffer(packed.buffer.byteLength + 8)
  new Uint8Array(surplus).set(new Uint8Array(packed.buffer, 0, valueBytes))
  new Uint8Array(surplus).set(new Uint8Array(packed.buffer, valueBytes), valueBytes + 8)
  code(() => unpackSignals({ buffer: surplus, wordCount: packed.wordCount, valueCount: 7 }, 128))
  const words = () => new Int32Array(packed.buffer, valueBytes)
  for (const [at, value] of [
    [2, 9],
    [2, 1],
    [2, -1],
    [3, 400],
    [3, 1],
    [3, -1],
    [4, 9],
    [5, -1],
    [5, 1],
    [6, 2],
    [6, -1],
    [7, 0],
    [7, -1],
  ]) {
    const before = words()[at]
    words()[at] = value
    code(() => unpackSignals(packed, 128))
    words()[at] = before
  }
})

test('a slot that was used again left and entered in one item, also where all of a block did', () => {
  const all = Array.from({ length: 64 }, (_, slot) => slot)
  const words = packedWords(7, 0, all, all, 0)
  const memory = new SharedArrayBuffer(8 + words.length * 4)
  new Int32Array(memory, 8, words.length).set(words)
  const place = { wordsOffset: 8, wordsCount: words.length, valuesOffset: 0, valuesCount: 1 }
  const [packed] = packSignals(memory, place, new Map([[7, 7]]))
  const [{ entered, left }] = unpackSignals(packed, 64)
  assert.deepEqual([entered, left], [all, all])
})

/** Items in memory as the core leaves them, and their refs: a trader's handle tenfold. */
function packedBy(items, values) {
  const words = items.flat()
  const memory = new SharedArrayBuffer(values.length * 8 + words.length * 4)
  new Float64Array(memory, 0, values.length).set(values)
  new Int32Array(memory, values.length * 8, words.length).set(words)
  const place = {
    wordsOffset: values.length * 8,
    wordsCount: words.length,
    valuesOffset: 0,
    valuesCount: values.length,
  }
  const refs = new Map(items.map(([handle]) => [handle, handle * 10]))
  return { memory, place, refs, messages: () => packSignals(memory, place, refs) }
}

test('a page ends its message, and pages are one snapshot with all that entered and left', () => {
  const items = [
    packedWords(6, 2, [0], [], 0),
    packedWords(7, 5, [1, 70], [3], 1),
    packedWords(7, 1, [130], [131], 1),
    packedWords(8, 0, [], [4], 0),
  ]
  const messages = packedBy(items, [50, 100, 1, 2, 100, 3, 200]).messages()
  const [first, second] = messages.map((message) => unpackSignals(message, 192))
  assert.equal(messages.length, 2)
  assert.deepEqual(
    [...first, ...second].map(({ ref, time, snapshot, late, more }) => [ref, time, snapshot, late, more]),
    [
      [60, 50, false, true, false],
      [70, 100, true, false, true],
      [70, 100, true, false, false],
      [80, 200, false, false, false],
    ],
  )
  const { entered, left, values, more } = joinPages([first[1], second[0]])
  assert.deepEqual([entered, left, [...values], more], [[1, 70, 130], [3, 131], [1, 2, 3], false])
})

test('an item that ends beyond what there is is damaged, on either side', () => {
  const damaged = (run) => assert.throws(run, (error) => error.code === 'E_PROTOCOL')
  const items = [packedWords(8, 0, [1], [2], 0)]
  for (const changes of [-1, 2]) {
    const { memory, place, messages } = packedBy(items, [100])
    new Int32Array(memory, place.wordsOffset)[5] = changes
    damaged(messages)
  }
  const { memory, place, refs, messages } = packedBy(items, [100])
  damaged(() => packSignals(memory, { ...place, valuesCount: 0 }, refs))
  const [message] = messages()
  // As many slots as halves of the block that is not there.
  const words = new Int32Array(message.buffer, 8)
  words[2] = words[3] = 3
  words[5] = 2
  damaged(() => unpackSignals(message, 128))
})
