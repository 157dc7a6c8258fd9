// attachWriter refuses a handle or a memory that it does not understand, before it writes a byte.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attachWriter } from '../../js/index.js'
import { Market } from './helpers/market.mjs'

function refused(handle, message) {
  assert.throws(
    () => attachWriter(handle),
    (error) => {
      assert.equal(error.code, 'E_LAYOUT')
      assert.match(error.message, message)
      return true
    },
  )
}

test('a handle that is none', () => {
  for (const handle of [undefined, null, 1, 'x', {}, { kind: 'other' }, [], () => {}])
    refused(handle, /not a handle/)
})

test('memory that is not shared', () => {
  const { handle } = new Market()
  refused({ ...handle, memory: undefined }, /not shared/)
  refused({ ...handle, memory: new WebAssembly.Memory({ initial: 1 }) }, /not shared/)
  refused({ ...handle, memory: { buffer: new ArrayBuffer(8) } }, /not shared/)
})

test('a layout with a number missing, of the wrong kind, or only inherited', () => {
  const { handle, layout } = new Market()
  for (const name of Object.keys(layout)) {
    for (const value of [undefined, -1, 0.5, '1', Number.NaN]) {
      refused({ ...handle, layout: { ...layout, [name]: value } }, new RegExp(name))
    }
  }
  refused({ ...handle, layout: Object.create(layout) }, /magic/)
  refused({ ...handle, layout: null }, /missing/)
})

test('another version, and a memory that is not what the layout says', () => {
  const market = new Market()
  const { handle, layout } = market
  refused({ ...handle, layout: { ...layout, version: 2 } }, /version 2/)
  for (const offset of [0, 4, 8]) {
    const before = market.get(layout.descriptor + offset)
    market.set(layout.descriptor + offset, before + 1)
    refused(handle, /the memory's (magic|version|regionBytes) is/)
    market.set(layout.descriptor + offset, before)
  }
  attachWriter(handle).close()
})

test('tables that lie outside the region, or not where doubles can lie', () => {
  const { handle, layout } = new Market()
  refused({ ...handle, layout: { ...layout, regionBytes: 2 ** 31 } }, /region ends/)
  const end = layout.descriptor + layout.regionBytes
  for (const name of [
    'symbols',
    'tickers',
    'series',
    'rings',
    'dirty',
    'times',
    'writers',
    'epoch',
    'idle',
  ]) {
    refused({ ...handle, layout: { ...layout, [name]: end } }, new RegExp(name))
    refused({ ...handle, layout: { ...layout, [name]: 0 } }, new RegExp(name))
  }
  refused({ ...handle, layout: { ...layout, maxSymbols: 8192 } }, /symbols lies/)
  refused({ ...handle, layout: { ...layout, ringColumnBytes: 12 } }, /ringColumnBytes/)
})

test('intervals that do not fit the layout', () => {
  const { handle } = new Market()
  refused({ ...handle, intervals: [] }, /intervals/)
  refused({ ...handle, intervals: undefined }, /intervals/)
})

test('a symbol table that was tampered with is read within its bounds', () => {
  const market = new Market()
  const { layout } = market
  market.set(layout.symbolCount, 1e9)
  market.set(layout.symbols + layout.symbolNameLength, 1e9)
  const writer = attachWriter(market.handle)
  writer.updateTicker('BBB', { last: 1 })
  assert.throws(() => writer.updateTicker('AAA', { last: 1 }), { code: 'E_SYMBOL' })
})
