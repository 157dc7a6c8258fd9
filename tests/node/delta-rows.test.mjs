// Rows of deltas are made only where somebody looks; what is not looked at still counts.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { columnsOf, deltaOf } from '../../js/delta-rows.js'
import { KEY_SLOTS } from '../../js/layout.js'
import { SymbolList } from '../../js/symbol-list.js'
import { setUp } from './helpers/fake-scanner.mjs'

const columns = {}

/** A cycle that no call collects: it belongs to the adding of some other trader. */
async function cycle({ core, scanner }, delta) {
  core.deltas.push({ trader: 0, ...delta })
  await scanner.addTrader({ id: `other ${core.cycles}`, filter: 'x' })
}

test('deltas that nobody hears change the matches; who comes later gets whole ones', async (t) => {
  const all = await setUp(t)
  const { scanner } = all
  await scanner.addTrader({ id: 'a', filter: 'x' })
  await cycle(all, { snapshot: true, entered: [[2], [0]] })
  assert.deepEqual(scanner.matches('a'), ['AAA', 'CCC'])

  await cycle(all, { entered: [[1]], left: [0] })
  const events = []
  scanner.addEventListener('signals', { handleEvent: ({ detail }) => events.push(detail) })
  await cycle(all, { entered: [[0]], left: [1] })
  assert.deepEqual(
    events.map(({ entered, left }) => ({ entered, left })),
    [{ entered: [{ symbol: 'AAA', columns }], left: ['BBB'] }],
  )
  assert.deepEqual(scanner.matches('a'), ['AAA', 'CCC'])
})

for (const internal of [false, true]) {
  test(`a listener alone gets whole deltas, ${internal ? 'internal' : 'as the session lets through'}`, async (t) => {
    const all = await setUp(t)
    await all.scanner.addTrader({ id: 'a', filter: 'x' })
    const events = []
    all.scanner.addEventListener('signals', ({ detail }) => events.push(detail), { internal })
    await cycle(all, { snapshot: true, entered: [[1]] })
    assert.deepEqual(events[0].entered, [{ symbol: 'BBB', columns }])
  })

  test(`a stream alone gets whole deltas, ${internal ? 'internal' : 'as the session lets through'}`, async (t) => {
    const all = await setUp(t)
    await all.scanner.addTrader({ id: 'a', filter: 'x' })
    const stream = all.scanner.deltas({ internal })
    await cycle(all, { snapshot: true, entered: [[1]] })
    await cycle(all, { entered: [[2]], left: [1] })
    assert.deepEqual((await stream.next()).value.entered, [{ symbol: 'BBB', columns }])
    const { entered, left } = (await stream.next()).value
    assert.deepEqual([entered, left], [[{ symbol: 'CCC', columns }], ['BBB']])
  })

  test(`processUpdates() alone gets whole deltas, ${internal ? 'internal' : 'as the session lets through'}`, async (t) => {
    const { core, scanner } = await setUp(t)
    await scanner.addTrader({ id: 'a', filter: 'x' })
    core.deltas.push({ trader: 0, snapshot: true, entered: [[1]] })
    const { deltas } = await scanner.processUpdates({ internal })
    assert.deepEqual(deltas[0].entered, [{ symbol: 'BBB', columns }])
  })
}

test('a symbol that nobody knows is noticed also where nobody looks', async (t) => {
  const all = await setUp(t)
  const { core, scanner } = all
  await scanner.addTrader({ id: 'a', filter: 'x' })
  const errors = []
  scanner.addEventListener('error', ({ detail }) => errors.push(detail.message))
  core.matching = [[0]]
  await cycle(all, { entered: [[7]] })
  await scanner.processUpdates()
  assert.deepEqual(errors, ['no symbol has the slot 7'])
  assert.deepEqual(scanner.matches('a'), ['AAA'], 'by the snapshot that was asked for')
})

test('columns are own properties whatever they are called; slots that were used again keep the order of adding', () => {
  const symbols = new SymbolList()
  symbols.fill(['A', 'B', 'C'].map((symbol, key) => ({ symbol, key, state: 'ready' })))
  const packed = {
    ref: 1,
    time: 5,
    snapshot: false,
    late: true,
    more: false,
    entered: [1, 2],
    left: [0],
    columns: 2,
    values: Float64Array.of(1, Number.NaN, 3, 4),
  }
  const rows = columnsOf(packed, ['__proto__', 'x'])
  assert.deepEqual(rows.map(Object.entries), [
    [
      ['__proto__', 1],
      ['x', undefined],
    ],
    [
      ['__proto__', 3],
      ['x', 4],
    ],
  ])
  assert.equal(Object.getPrototypeOf(rows[0]), Object.prototype)
  const names = (delta) => [delta.entered.map(({ symbol }) => symbol), delta.left]
  assert.deepEqual(names(deltaOf(packed, 'a', 9, rows, symbols)), [['B', 'C'], ['A']])
  // B goes, D comes and gets its slot.
  symbols.remove(1)
  const again = 1 + KEY_SLOTS
  symbols.apply('D', again, 'ready')
  const delta = deltaOf(packed, 'a', 9, rows, symbols)
  assert.deepEqual(names(delta), [['C', 'D'], ['A']])
  assert.deepEqual(
    delta.entered.map(({ columns: row }) => row.x),
    [4, undefined],
  )
  symbols.remove(again)
  assert.throws(() => deltaOf(packed, 'a', 9, rows, symbols), { code: 'E_PROTOCOL' })
})
