// What a new engine is told: the effect of what was acknowledged, and of nothing else; and the slots that it begins with.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { restoreSymbols } from '../../js/engine-restore.js'
import { Journal } from '../../js/journal.js'
import { KEY_SLOTS } from '../../js/layout.js'
import { Market } from './helpers/market.mjs'

test('the journal keeps the effect of acknowledged commands, in the order of adding', () => {
  const journal = new Journal()
  journal.note('INIT', { threads: 2 }, true)
  for (const ref of [1, 2, 3])
    journal.note('ADD_TRADER', { ref, filter: `last > ${ref}`, on: 'tick' }, ref !== 2)
  journal.note('UPDATE_TRADER', { ref: 1, as: 7, now: 5, filter: 'last > 9', cooldown: 10 }, true)
  journal.note('UPDATE_TRADER', { ref: 1, as: 8, now: 6, enabled: false }, true)
  journal.note('UPDATE_TRADER', { ref: 3, as: 9, now: 6, filter: 'wrong' }, false)
  journal.note('UPDATE_TRADER', { ref: 2, as: 10, now: 6, filter: 'late' }, true)
  assert.deepEqual(journal.traders, [
    { ref: 1, filter: 'last > 9', on: 'tick', cooldown: 10, enabled: false },
    { ref: 3, filter: 'last > 3', on: 'tick' },
  ])
  // The client knows a removed trader no more, whatever the answer.
  journal.note('REMOVE_TRADER', { ref: 1 }, false)
  journal.note('SET_CONFIG', { cadence: { everyMs: 5 }, session: { scope: 'symbol' }, now: 1 }, true)
  journal.note('SET_CONFIG', { updateTracking: false, session: { stalledAfterSeconds: 9 }, now: 2 }, true)
  journal.note('SET_CONFIG', { cadence: { everyMs: 7 } }, false)
  for (const type of ['__proto__', 'constructor', 'toString']) journal.note(type, { ref: 5 }, true)
  assert.deepEqual(
    journal.traders.map(({ ref }) => ref),
    [3],
  )
  assert.deepEqual(journal.config, {
    cadence: { everyMs: 5 },
    updateTracking: false,
    session: { scope: 'symbol', stalledAfterSeconds: 9 },
  })
  journal.forget(3)
  assert.deepEqual([journal.init, journal.traders], [{ threads: 2 }, []])
})

test('symbols get their slots and keys again; no other key of the dead engine is ever valid', () => {
  const old = new Market({ symbols: ['AAA', 'BBB', 'CCC'] })
  for (let n = 0; n < 3; n++) {
    old.removeSymbol(1)
    // Added by the dead engine, and nobody heard of it but those who looked at the table.
    old.addSymbol('BBB', 1)
  }
  const own = new Market({ symbols: [] })
  const calls = []
  const market = ({ memory, layout }) => ({ memory, layout })
  const symbols = [
    { symbol: 'CCC', key: 2, state: 'loading', intervals: ['1m'], thresholdSeconds: 9 },
    { symbol: 'AAA', key: 0, state: 'ready' },
  ]
  restoreSymbols({ from: market(old), symbols }, market(own), (...call) => calls.push(call))
  assert.deepEqual(calls, [
    ['addSymbol', { symbol: 'CCC', intervals: ['1m'], threshold: 9, slot: 2 }],
    ['addSymbol', { symbol: 'AAA', intervals: [], threshold: Number.NaN, slot: 0 }],
    ['startSymbol', 0],
  ])
  const { layout } = own
  const generation = (slot) => own.get(layout.symbols + slot * layout.symbolStride + layout.symbolGeneration)
  // Of a slot that was never used, too: the count of slots is not believed.
  assert.deepEqual([0, 1, 2, 3].map(generation), [0, 4, 0, 1])
  assert.ok(own.get(layout.symbolTableVersion) > old.get(old.layout.symbolTableVersion))
  assert.ok(KEY_SLOTS > layout.maxSymbols)
})
