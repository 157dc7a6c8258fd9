// What comes late, twice, or not at all: events of symbols and sessions, answers to changes. The simulator found
// each of these; here they stand alone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { restoreSymbols } from '../../js/engine-restore.js'
import { EngineSymbols } from '../../js/engine-symbols.js'
import { TickscanError } from '../../js/errors.js'
import { KEY_SLOTS } from '../../js/layout.js'
import { Matches } from '../../js/match-table.js'
import { Outside } from '../../js/outside.js'
import { SessionGate } from '../../js/session-gate.js'
import { SymbolCommands } from '../../js/symbol-commands.js'
import { SymbolList, symbolEvent } from '../../js/symbol-list.js'
import { TraderChanges } from '../../js/trader-changes.js'
import { TraderRegistry } from '../../js/trader-registry.js'

const spec = { filter: 'close > open', interval: '1m', on: 'close', columns: [], columnFilters: [] }

// Seed 63572 of the simulator: the next engine refused the trader's memory, and every call ended with the scanner.
test('a symbol that matches is ready for the next engine, although the event that says so was lost', () => {
  const symbols = new SymbolList()
  symbols.apply('AAA', 3, 'loading')
  symbols.apply('BBB', 4, 'loading')
  const states = symbols.carried((slot) => slot === 3).map(({ symbol, state }) => [symbol, state])
  assert.deepEqual(states, [
    ['AAA', 'ready'],
    ['BBB', 'loading'],
  ])
})

test('a symbol that was removed does not come back with a late event', () => {
  const symbols = new SymbolList()
  symbols.apply('AAA', 3, 'ready')
  assert.deepEqual(symbols.remove(3), { slot: 3, symbol: 'AAA' })
  assert.equal(symbols.apply('AAA', 3, 'loading'), undefined)
  assert.equal(symbols.remove(3), undefined)
  assert.deepEqual(symbols.list(), [])
})

test('a state that was passed does not return, and an end that came first stays', () => {
  const symbols = new SymbolList()
  symbols.apply('AAA', 3, 'ready')
  symbols.apply('AAA', 3, 'loading')
  assert.equal(symbols.list()[0].state, 'ready')
  symbols.remove(4 + KEY_SLOTS)
  symbols.apply('BBB', 4 + KEY_SLOTS, 'loading')
  assert.equal(symbols.size, 1)
})

test('where a removal was not heard of, the next symbol of the slot says it', () => {
  const symbols = new SymbolList()
  symbols.apply('AAA', 3, 'ready')
  assert.deepEqual(symbols.apply('BBB', 3 + KEY_SLOTS, 'loading'), { slot: 3, symbol: 'AAA' })
  assert.deepEqual(
    symbols.list().map(({ symbol }) => symbol),
    ['BBB'],
  )
})

test('a name that is added again is not dropped for the one before', () => {
  const symbols = new SymbolList()
  const first = symbols.pend('AAA', {})
  symbols.drop('AAA', first)
  symbols.pend('AAA', {})
  assert.equal(symbols.drop('AAA', first), -1)
  assert.equal(symbols.size, 1)
})

test('an answer says of a symbol what its event says', () => {
  assert.deepEqual(symbolEvent('REMOVE_SYMBOL', { symbol: 'AAA', key: 7 }), {
    symbol: 'AAA',
    key: 7,
    state: 'removed',
  })
  assert.equal(symbolEvent('REMOVE_SYMBOL', { symbol: 'AAA', key: -1 }), undefined)
  assert.equal(symbolEvent('ADD_TRADER', { symbol: 'AAA', key: 7 }), undefined)
})

test('a SESSION that comes twice or late is passed over, until the next engine', () => {
  const gate = new SessionGate()
  assert.deepEqual(
    [5, 5, 4, 6].map((cycle) => gate.isNews(cycle)),
    [true, false, false, true],
  )
  gate.restart()
  assert.equal(gate.isNews(2), true)
})

test('a key that an engine before the last had given is never valid again', () => {
  const layout = {
    maxSymbols: 4,
    symbols: 64,
    symbolStride: 16,
    symbolGeneration: 0,
    symbolCount: 0,
    symbolTableVersion: 4,
  }
  const market = () => ({ layout, memory: /** @type {any} */ ({ buffer: new SharedArrayBuffer(256) }) })
  const [from, own] = [market(), market()]
  const generation = (one, slot) => new Int32Array(one.memory.buffer)[(64 + slot * 16) / 4]
  // The dead engine itself has used two slots, one before it more.
  const old = new Int32Array(from.memory.buffer)
  old[0] = 2
  old[(64 + 3 * 16) / 4] = 5
  restoreSymbols({ from, symbols: [{ symbol: 'AAA', key: 0, state: 'ready' }] }, own, () => {})
  assert.equal(generation(own, 0), 0)
  assert.equal(generation(own, 3), 6)
})

test('a change that was made and not answered is made again by the next engine, in its turn', () => {
  const changes = new TraderChanges()
  const entry = /** @type {any} */ ({ spec: {} })
  changes.expect(entry, 5, { filter: 'a' })
  changes.expect(entry, 6, { filter: 'b' })
  assert.equal(changes.make(6)?.as, 6)
  assert.equal(changes.make(5), undefined)
  assert.deepEqual(changes.unmake(entry), {})
  assert.equal(changes.make(5)?.as, 5)
  assert.equal(changes.make(6)?.as, 6)
  changes.settle(6)
  assert.equal(changes.make(6), undefined)
})

test('what a removed symbol matched leaves, if no delta has said so', () => {
  const symbols = new SymbolList()
  symbols.apply('AAA', 0, 'ready')
  const registry = new TraderRegistry(64, symbols, new SessionGate())
  const { ref } = registry.add(/** @type {any} */ ({ id: 'a', ...spec }))
  const { matches } = registry.get('a')
  matches.fold(/** @type {any} */ ({ snapshot: true, left: [], entered: [0], columns: 0, time: 1 }), 1, [])
  assert.equal(ref, 1)
  const [gone] = registry.forget(0, 'AAA')
  assert.deepEqual(gone.inside.left, ['AAA'])
  assert.deepEqual(registry.forget(0, 'AAA'), [])
})

test('a symbol that was removed and added again while nothing was shown neither leaves nor enters', () => {
  const [symbols, gate, matches, outside] = [
    new SymbolList(),
    new SessionGate(),
    new Matches(64),
    new Outside(),
  ]
  const session = (cycle, active) =>
    gate.apply({ cycle, time: 0, active, resync: active, scope: 'session', lagging: [], muted: [] }, symbols)
  const tell = (cycle, entered, left, snapshot) => {
    outside.prepare(matches, gate, cycle)
    matches.fold(/** @type {any} */ ({ snapshot, entered, left, columns: 0, time: 0 }), cycle, [])
    return outside.tell(/** @type {any} */ ({ cycle }), { snapshot }, matches, gate, symbols)
  }
  symbols.apply('AAA', 0, 'ready')
  symbols.apply('BBB', 1, 'ready')
  tell(1, [0, 1], [], true)
  session(2, false)
  tell(3, [], [1], false)
  symbols.remove(0)
  outside.forget(0, 'AAA', matches, gate)
  matches.forget(0)
  symbols.apply('AAA', 2, 'ready')
  tell(4, [2], [], false)
  session(5, true)
  const told = tell(5, [2], [], true)
  assert.deepEqual(
    [told.entered, told.left, told.matches.map(({ symbol }) => symbol)],
    [[], ['BBB'], ['AAA']],
  )
})

// Seeds 15679 and 31622: the delta with which it leaves was lost, and no other had come since the session closed.
test('a symbol that is removed while nothing is shown leaves when the session is back', () => {
  const [symbols, gate] = [new SymbolList(), new SessionGate()]
  const registry = new TraderRegistry(64, symbols, gate)
  const session = (cycle, active) =>
    gate.apply({ cycle, time: 0, active, resync: active, scope: 'session', lagging: [], muted: [] }, symbols)
  registry.add(/** @type {any} */ ({ id: 'a', ...spec }))
  const { matches, outside } = registry.get('a')
  const snapshot = (cycle, entered) => {
    const item = /** @type {any} */ ({ snapshot: true, entered, left: [], columns: 0, time: 0 })
    outside.prepare(matches, gate, cycle)
    matches.fold(item, cycle, [])
    return outside.tell(/** @type {any} */ ({ cycle }), item, matches, gate, symbols)
  }
  symbols.apply('AAA', 0, 'ready')
  symbols.apply('BBB', 1, 'ready')
  snapshot(1, [0, 1])
  session(2, false)
  symbols.remove(0)
  const [gone] = registry.forget(0, 'AAA')
  assert.deepEqual([gone.inside.left, gone.outside], [['AAA'], undefined])
  assert.equal(snapshot(3, [1]), undefined)
  session(4, true)
  const told = snapshot(4, [1])
  assert.deepEqual(
    [told.entered, told.left, told.matches.map(({ symbol }) => symbol)],
    [[], ['AAA'], ['BBB']],
  )
})

test('what makes sure that a symbol is gone leaves the next one of its name alone', async () => {
  const symbols = new SymbolList()
  const calls = []
  const client = {
    get lastSeq() {
      return calls.length
    },
    call: (type) => new Promise((resolve, reject) => void calls.push({ type, resolve, reject })),
  }
  const commands = new SymbolCommands(
    /** @type {any} */ ({ client, symbols, intervals: ['1m'], now: () => 0, onSymbol: () => {} }),
  )
  const turns = () => new Promise((resolve) => setImmediate(resolve))
  const first = commands.add('AAA', {})
  const removed = commands.remove('AAA', {})
  calls[0].reject(new TickscanError('E_LIMIT', 'no slot'))
  await assert.rejects(first, { code: 'E_LIMIT' })
  await turns()
  void commands.add('AAA', {})
  calls[1].reject(new TickscanError('E_CLONE', 'its answer could not be sent'))
  await assert.rejects(removed, { code: 'E_CLONE' })
  await turns()
  assert.deepEqual(
    calls.map(({ type }) => type),
    ['ADD_SYMBOL', 'REMOVE_SYMBOL', 'ADD_SYMBOL'],
  )
})

test('a removal by name that comes again in the next engine leaves a symbol alone that was added later', () => {
  const list = new SymbolList()
  list.drop('AAA', list.pend('AAA', {}))
  const order = list.pend('AAA', {})
  list.apply('AAA', 7, 'loading')
  const calls = []
  const symbols = new EngineSymbols({
    call: (...call) => void calls.push(call),
    cycle: () => {},
    event: () => {},
  })
  symbols.fill(
    list.carried(() => false).map(({ symbol, key, order }) => ({ symbol, key, order })),
    true,
  )
  assert.deepEqual(symbols.remove({ symbol: 'AAA', order: order - 1, now: 0 }, 1), { symbol: 'AAA', key: -1 })
  assert.deepEqual(calls, [])
  assert.deepEqual(symbols.remove({ symbol: 'AAA', order, now: 0 }, 2), { symbol: 'AAA', key: 7 })
  assert.deepEqual(calls, [['removeSymbol', 7]])
})
