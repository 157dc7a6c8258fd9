// The tables that exist twice, in C++ and in JavaScript, are equal; errors cross threads as data.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import {
  CORE_ERROR_CODES,
  ERROR_CODES,
  fromErrorData,
  JS_ERROR_CODES,
  TickscanError,
  toErrorData,
  wrapError,
} from '../../js/errors.js'
import { KLINE_FIELDS } from '../../js/kline-writer.js'
import { didYouMean, nearestName } from '../../js/names.js'
import { INTERVALS, LIMITS } from '../../js/options.js'
import { COMMANDS } from '../../js/protocol.js'
import { TICKER_FIELDS } from '../../js/ticker-writer.js'

const source = (path) => readFileSync(new URL(`../../src/${path}`, import.meta.url), 'utf8')
const rows = (path, pattern) => [...source(path).matchAll(pattern)].map((match) => match.slice(1))

test("the core's error codes and their meanings are those of error_codes.def", () => {
  const defined = rows('base/error_codes.def', /^TICKSCAN_ERROR\((\w+), "(.*)"\)/gm)
  assert.deepEqual(Object.entries(CORE_ERROR_CODES), defined)
  const both = Object.keys(CORE_ERROR_CODES).filter((code) => Object.hasOwn(JS_ERROR_CODES, code))
  assert.deepEqual(both, [])
})

test('fields, intervals and limits are those of the core', () => {
  assert.deepEqual(TICKER_FIELDS, rows('market/fields.def', /^TICKSCAN_TICKER\(\w+, (\w+)\)/gm).flat())
  assert.deepEqual(KLINE_FIELDS, rows('market/fields.def', /^TICKSCAN_KLINE\(\w+, (\w+)\)/gm).flat())
  assert.deepEqual(INTERVALS, rows('market/intervals.def', /^TICKSCAN_INTERVAL\("(\w+)"/gm).flat())
  const limit = (name) => Number(rows('market/records.h', new RegExp(`${name} = (\\d+);`, 'g'))[0][0])
  assert.equal(LIMITS.maxSymbols, limit('kMaxSymbols'))
  assert.equal(LIMITS.maxKlines, limit('kMaxKlines'))
  assert.equal(LIMITS.intervals, limit('kMaxIntervals'))
  assert.equal(LIMITS.symbolBytes, limit('kSymbolNameBytes'))
})

test('every error that the protocol names is in the table', () => {
  for (const [type, { errors }] of Object.entries(COMMANDS)) {
    for (const code of errors) assert.ok(Object.hasOwn(ERROR_CODES, code), `${type}: ${code}`)
  }
})

test('an error crosses threads with all that it says', () => {
  const error = new TickscanError('E_NAME', 'unknown', {
    position: { offset: 3, line: 1, column: 4 },
    expected: 'a name',
    hint: 'rsi?',
    details: { got: 'rzi' },
  })
  const back = fromErrorData(structuredClone(toErrorData(error)), { traderId: 'a' })
  assert.ok(back instanceof TickscanError && back instanceof Error)
  assert.equal(back.name, 'TickscanError')
  assert.deepEqual(
    [back.code, back.message, back.position, back.expected, back.hint, back.details],
    ['E_NAME', 'unknown', { offset: 3, line: 1, column: 4 }, 'a name', 'rsi?', { got: 'rzi', traderId: 'a' }],
  )
  assert.deepEqual(toErrorData(new RangeError('x')), { code: 'E_INTERNAL', message: 'x' })
  assert.deepEqual(toErrorData('x', 'E_WASM'), { code: 'E_WASM', message: 'x' })
  assert.deepEqual(toErrorData({ code: 'toString', message: 'x' }), { code: 'E_INTERNAL', message: 'x' })
  const wrapped = wrapError(Object.assign(new Error('x'), { code: 'E_WORKER_LOAD' }), 'E_WASM')
  assert.deepEqual([wrapped.code, wrapped.cause.message], ['E_WORKER_LOAD', 'x'])
  assert.deepEqual(Object.keys(new TickscanError('E_WASM', 'x')), ['code'])
})

test('the nearest known name is offered only if it is near', () => {
  assert.equal(nearestName('intervls', ['intervals', 'signal']), 'intervals')
  assert.equal(nearestName('maxsymbols', ['maxSymbols', 'maxKlines']), 'maxSymbols')
  assert.equal(nearestName('frequency', ['threads', 'clock']), undefined)
  assert.equal(nearestName('x'.repeat(10_000), ['x']), undefined)
  assert.equal(didYouMean('thread', ['threads']), "did you mean 'threads'?")
})
