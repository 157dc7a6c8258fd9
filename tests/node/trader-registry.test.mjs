// The client's traders by themselves: what a new engine's words are folded onto, and what is waited for.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TickscanError } from '../../js/errors.js'
import { SessionGate } from '../../js/session-gate.js'
import { packSignals } from '../../js/signals.js'
import { SymbolList } from '../../js/symbol-list.js'
import { checkTrader } from '../../js/trader.js'
import { TraderRegistry } from '../../js/trader-registry.js'
import { packedWords } from './helpers/packed-words.mjs'

function setUp(...specs) {
  const symbols = new SymbolList()
  symbols.fill(['AAA', 'BBB', 'CCC'].map((symbol, key) => ({ symbol, key, state: 'ready' })))
  const gate = new SessionGate()
  const registry = new TraderRegistry(64, symbols, gate)
  const traders = specs.map((spec) => registry.add(checkTrader({ filter: 'x', ...spec })))
  let cycle = 0
  /** SIGNALS with one item; gives what was told. */
  const fold = (ref, { entered = [], left = [], snapshot = false, more = false, time = 0, values = [] }) => {
    const columns = entered.length > 0 ? values.length / entered.length : 0
    const flags = (snapshot ? 1 : 0) | (more ? 4 : 0)
    const words = packedWords(0, flags, entered, left, columns)
    const doubles = [time, ...values]
    const memory = new ArrayBuffer(doubles.length * 8 + words.length * 4)
    new Float64Array(memory, 0, doubles.length).set(doubles)
    new Int32Array(memory, doubles.length * 8).set(words)
    const place = {
      wordsOffset: doubles.length * 8,
      wordsCount: words.length,
      valuesOffset: 0,
      valuesCount: doubles.length,
    }
    const [message] = packSignals(memory, place, new Map([[0, ref]]))
    const told = []
    const outside = (delta) => told.push([delta.entered.map(({ symbol }) => symbol), delta.left])
    registry.fold({ cycle: ++cycle, ...message }, { inside: () => {}, outside, heard: () => true })
    return told
  }
  /** SESSION of the cycle whose SIGNALS come next. */
  const session = (fields) => {
    const times = { cycle: cycle + 1, time: 0, scope: 'symbol', resync: false, lagging: [] }
    gate.apply({ ...times, ...fields }, symbols)
  }
  return { registry, traders, fold, session }
}

test('a new engine repeats: what it knows stays, what it never acknowledged leaves and is told anew', () => {
  const { registry, traders, fold } = setUp({ id: 'known' }, { id: 'unknown' })
  const [known, unknown] = traders.map(({ ref }) => ref)
  fold(known, { snapshot: true, entered: [0, 1] })
  fold(unknown, { snapshot: true, entered: [2] })
  const leaving = registry.repeat(new Map([[known, {}]]))
  assert.deepEqual(
    leaving.map(({ inside, outside }) => [inside.traderId, inside.left, outside.left]),
    [['unknown', ['CCC'], ['CCC']]],
  )
  assert.deepEqual(registry.matchesOf('known', false), ['AAA', 'BBB'])
  assert.deepEqual(registry.matchesOf('unknown', false), [])
  assert.deepEqual(registry.start(known).matches, [0, 1])
  // Ticks are no repetition: what comes is folded onto what was there.
  assert.deepEqual(fold(known, { entered: [2], left: [0] }), [[['CCC'], ['AAA']]])
  assert.deepEqual(registry.matchesOf('known', false), ['BBB', 'CCC'])
})

test('a new engine starts at what matches, and at the closes that this is decided up to', () => {
  const { registry, traders, fold } = setUp({ id: 'known', on: 'close' })
  const [{ ref }] = traders
  const decided = new Float64Array(64).fill(60)
  const checkpoint = (cycle, upTo = decided) =>
    registry.checkpoint({
      cycle,
      timelines: [{ refs: [ref], entered: [new Float64Array(0)], decided: upTo }],
    })
  fold(ref, { snapshot: true, time: 60, entered: [0] })
  assert.equal(registry.start(ref).decided, undefined, 'nobody knows up to where')
  checkpoint(1)
  fold(ref, { time: 120, entered: [1] })
  fold(ref, { time: 180, left: [0] })
  registry.repeat(new Map([[ref, {}]]))
  const { matches, told, ...start } = registry.start(ref)
  assert.deepEqual(matches, [1])
  assert.deepEqual(start.decided, decided)
  assert.deepEqual(told, [1, 0, 120, 180])
  // It came behind changes that it does not include.
  checkpoint(2, decided.slice().fill(120))
  assert.deepEqual(registry.start(ref).told, [0, 180])
  registry.forget(0, 'AAA')
  assert.deepEqual(registry.start(ref).told, [])
  // A snapshot with nothing lost before it is the trader's first delta: its time is that of the close.
  fold(ref, { snapshot: true, time: 300, entered: [2] })
  assert.deepEqual(registry.start(ref).told, [1, 2, 300, 300])
  // Where deltas were lost, nobody knows since when its symbols match.
  registry.markStale()
  fold(ref, { snapshot: true, time: 360, entered: [2] })
  assert.equal(registry.start(ref).decided, undefined)
  checkpoint(4)
  assert.equal(registry.start(ref).decided, undefined, 'the checkpoint does not include it')
  checkpoint(5)
  assert.deepEqual(registry.start(ref).decided, decided)
})

test('what a cooldown counts from is what the engine says, but for what entered since', () => {
  const { registry, traders, fold } = setUp({ id: 'a', on: 'close', cooldown: 60 })
  const [{ ref }] = traders
  const timeline = {
    refs: [ref],
    entered: [new Float64Array(64).fill(30)],
    decided: new Float64Array(64).fill(60),
  }
  fold(ref, { snapshot: true, time: 60, entered: [0] })
  registry.checkpoint({ cycle: 1, timelines: [timeline] })
  assert.deepEqual([...registry.start(ref).entered.slice(0, 2)], [30, 30])
  // It comes again, behind a change that it does not include.
  fold(ref, { time: 120, entered: [1] })
  registry.checkpoint({ cycle: 1, timelines: [timeline] })
  assert.deepEqual([...registry.start(ref).entered.slice(0, 3)], [30, 120, 30])
})

test('a cooldown on closes does not count from the time at which a snapshot was asked for', () => {
  // Seed 27823 of the simulator: with klines behind the clock, the next engine held the symbol back for ever.
  const { registry, traders, fold } = setUp({ id: 'a', on: 'close', cooldown: 60 }, { id: 'b', cooldown: 60 })
  const [a, b] = traders.map(({ ref }) => ref)
  const entered = (ref) => [...registry.start(ref).entered.slice(0, 2)]
  registry.markStale()
  fold(a, { snapshot: true, time: 1e12, entered: [0] })
  fold(b, { snapshot: true, time: 1e12, entered: [0] })
  assert.deepEqual(entered(a), [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY])
  assert.deepEqual(entered(b), [1e12, Number.NEGATIVE_INFINITY], 'a cooldown on ticks is one of the clock')
  fold(a, { time: 120, entered: [1] })
  // What was known before deltas were lost is known after.
  registry.markStale()
  fold(a, { snapshot: true, time: 1e12, entered: [0, 1] })
  assert.deepEqual(entered(a), [Number.NEGATIVE_INFINITY, 120])
})

test('a page of a snapshot that the dead engine began says nothing with the next engine', () => {
  const { registry, traders, fold } = setUp({ id: 'a' })
  const [{ ref }] = traders
  assert.deepEqual(fold(ref, { snapshot: true, more: true, entered: [0] }), [])
  registry.repeat(new Map([[ref, {}]]))
  fold(ref, { snapshot: true, entered: [1] })
  assert.deepEqual(registry.matchesOf('a', false), ['BBB'])
})

test('of all that missed a delta, only those that an engine runs are waited for', () => {
  const { registry, traders, fold } = setUp({ id: 'a' }, { id: 'b' })
  const [a, b] = traders.map(({ ref }) => ref)
  registry.disable(b, new TickscanError('E_POISON', 'twice'))
  registry.markStale()
  assert.equal(registry.hasStale, true)
  assert.deepEqual(fold(a, { entered: [0] }), [], 'no delta makes it right')
  fold(a, { snapshot: true, entered: [1] })
  assert.equal(registry.hasStale, false)
  // Missed before it was disabled: it comes back with a snapshot of its own.
  registry.markStale()
  registry.disable(a, new TickscanError('E_POISON', 'twice'))
  assert.equal(registry.hasStale, false)
  registry.enable(registry.get('a'), {})
  assert.equal(registry.hasStale, false)
})

test('what a trader is replayed with is what its deltas are read with', () => {
  const { registry, traders, fold } = setUp({ id: 'a', columns: { old: 'open' } })
  const [{ ref }] = traders
  const { change } = registry.change('a', { columns: ['one', 'two'], columnFilters: ['high', 'low'] })
  assert.deepEqual(registry.start(ref).columns, ['old'])
  fold(change.as, { snapshot: true, entered: [0], values: [1, 2] })
  assert.deepEqual(registry.start(ref).columns, ['one', 'two'])
  registry.markStale()
  assert.deepEqual(registry.start(ref).columns, ['one', 'two'])
  assert.equal(registry.start(ref).matches, undefined)
})

test('a change of the clock starts cooldowns anew, also for the engine that follows', () => {
  const { registry, traders, fold } = setUp({ id: 'a', on: 'close', cooldown: 60 })
  const [{ ref }] = traders
  const change = (changes) => registry.change('a', changes).change.as
  const timeline = {
    refs: [ref],
    entered: [new Float64Array(64).fill(30)],
    decided: new Float64Array(64).fill(60),
  }
  const entered = () => registry.start(ref).entered?.slice(0, 3)
  fold(ref, { snapshot: true, time: 60, entered: [0] })
  assert.deepEqual([...entered()].slice(0, 1), [60])
  // The same clock: they go on.
  registry.made(change({ filter: 'y' }))
  assert.deepEqual([...entered()].slice(0, 1), [60])
  registry.made(change({ on: 'tick' }))
  assert.equal(entered(), undefined)
  fold(change({ on: 'close' }), { time: 120, entered: [1] })
  assert.deepEqual([...entered()], [Number.NEGATIVE_INFINITY, 120, Number.NEGATIVE_INFINITY])
  // It was made before the change was, and comes behind the change's first delta.
  registry.checkpoint({ cycle: 1, timelines: [timeline] })
  assert.deepEqual([...entered()], [Number.NEGATIVE_INFINITY, 120, Number.NEGATIVE_INFINITY])
  assert.equal(registry.start(ref).decided, undefined, 'by another filter')
  registry.checkpoint({ cycle: 2, timelines: [timeline] })
  assert.deepEqual([...entered()], [30, 30, 30])
})

test('a time without a cooldown starts cooldowns anew, also for the engine that follows', () => {
  const { registry, traders, fold } = setUp({ id: 'a', cooldown: 60 })
  const [{ ref }] = traders
  fold(ref, { snapshot: true, time: 60, entered: [0] })
  registry.made(registry.change('a', { cooldown: 0 }).change.as)
  registry.made(registry.change('a', { cooldown: 60 }).change.as)
  assert.equal(registry.start(ref).entered, undefined)
})

test('a symbol that is removed while its delta is lost leaves with everything else where its trader is disabled', () => {
  // Another symbol is muted: what was told is less than the matches, and kept apart.
  const { registry, traders, fold, session } = setUp({ id: 'a' })
  const [{ ref }] = traders
  assert.deepEqual(fold(ref, { snapshot: true, entered: [0, 1] }), [[['AAA', 'BBB'], []]])
  session({ active: true, muted: [2] })
  assert.deepEqual(fold(ref, { entered: [2] }), [])
  registry.markStale()
  assert.deepEqual(
    registry.forget(0, 'AAA').map(({ outside }) => outside),
    [undefined],
    'with the next snapshot it is said',
  )
  const { outside } = registry.disable(ref, new TickscanError('E_POISON', 'twice'))
  assert.deepEqual(outside.left, ['AAA', 'BBB'])
})

test('what a trader that no engine acknowledged was told to match leaves when the session is shown again', () => {
  const { registry, traders, fold, session } = setUp({ id: 'a' })
  const [{ ref }] = traders
  fold(ref, { snapshot: true, entered: [0, 1] })
  session({ active: false, muted: [] })
  assert.deepEqual(
    registry.repeat(new Map()).map(({ inside, outside }) => [inside.left, outside]),
    [[['AAA', 'BBB'], undefined]],
  )
  assert.deepEqual(fold(ref, { snapshot: true, entered: [1, 2] }), [], 'the session is not active')
  session({ active: true, muted: [], resync: true })
  const [[entered, left]] = fold(ref, { snapshot: true, entered: [1, 2] })
  assert.deepEqual([entered, left], [['CCC'], ['AAA']])
})
