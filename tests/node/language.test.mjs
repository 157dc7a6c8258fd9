// Questions about filters without a scanner, docs/filters.md, and the parameters of filters.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { createScanner, describeFilters, TickscanError, validateFilter } from 'tickscan'
import { exampleErrors, filterDocs } from '../../scripts/lib/filter-docs.mjs'

const root = new URL('../../', import.meta.url)

test('a filter that is right is described', async () => {
  const intervals = ['1m', '5m']
  assert.deepEqual(await validateFilter('rsi(14) < 30'), {
    valid: true,
    type: 'condition',
    nodes: 4,
    intervals: ['1m'],
  })
  const number = await validateFilter('close@5m * n', { intervals, params: { n: 2 }, expression: true })
  assert.deepEqual(number, { valid: true, type: 'number', nodes: 3, intervals: ['5m'] })
  const second = await validateFilter('close > 1', { intervals, interval: '5m' })
  assert.deepEqual(second.intervals, ['5m'])
})

test('a filter that is wrong is an answer with a place and a hint', async () => {
  const { valid, error } = await validateFilter('close > 1 and\n  ris(14) < 30')
  assert.equal(valid, false)
  assert.ok(error instanceof TickscanError)
  assert.equal(error.code, 'E_NAME')
  assert.deepEqual(error.position, { offset: 16, line: 2, column: 3 })
  assert.equal(error.hint, 'rsi')
  assert.equal(error.excerpt, '  ris(14) < 30\n  ^')
  const codes = {
    'close +': 'E_SYNTAX',
    'close + 1': 'E_TYPE',
    'close@5m > 1': 'E_INTERVAL',
    'highest(close) > 1': 'E_ARGUMENT',
    'highest(close, 0) > 1': 'E_RANGE',
  }
  for (const [filter, code] of Object.entries(codes)) {
    assert.equal((await validateFilter(filter)).error.code, code, filter)
  }
  assert.equal((await validateFilter('close > 1', { params: { close: 1 } })).error.code, 'E_DUPLICATE')
  assert.equal((await validateFilter('close > 1', { params: { 'a b': 1 } })).error.code, 'E_ARGUMENT')
})

test('unsuitable options are E_CONFIG', async () => {
  const wrong = [
    { intervals: [] },
    { intervals: ['7m'] },
    { interval: '5m' },
    { params: { n: Number.NaN } },
    { params: [1] },
    { params: { n: '14' } },
    { expression: 1 },
    { colour: 'red' },
  ]
  for (const options of wrong)
    await assert.rejects(validateFilter('close > 1', options), { code: 'E_CONFIG' })
  await assert.rejects(validateFilter(5), { code: 'E_CONFIG' })
})

test('every example of the description is a valid filter', async () => {
  const { functions, indicators, operators } = await describeFilters()
  assert.ok(operators.length > 10 && indicators.length > 2)
  for (const { name, example } of functions) {
    assert.deepEqual((await validateFilter(example)).error, undefined, name)
  }
  for (const { name, outputs, aliases } of indicators) {
    for (const called of [name, ...aliases]) {
      const checked = await validateFilter(`${called}.${outputs.at(-1)}`, { expression: true })
      assert.deepEqual(checked.error, undefined, called)
    }
  }
})

test('docs/filters.md is what npm run docs makes', async () => {
  const written = await readFile(new URL('docs/filters.md', root), 'utf8')
  const page = filterDocs(await describeFilters(), await exampleErrors(validateFilter))
  assert.equal(written, page, 'run npm run docs')
})

test('a question does not keep the process alive', async () => {
  const program =
    "import { validateFilter } from 'tickscan'; console.log((await validateFilter('close > 1')).valid)"
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { cwd: root })
  assert.equal((await run).stdout.trim(), 'true')
})

test('parameters are constants of the filter, the columns, evaluate and series', async (t) => {
  const scanner = await createScanner({ symbols: ['A'], intervals: ['1m'], threads: 1 })
  t.after(() => scanner.close())
  for (const [i, close] of [1, 2, 4].entries()) {
    const kline = {
      openTime: i * 60_000,
      open: close,
      high: close,
      low: close,
      close,
      volume: 1,
      closed: true,
    }
    scanner.writer.updateKline('A', '1m', kline)
  }
  const params = { n: 2, level: 3 }
  await scanner.addTrader({ id: 'a', filter: 'close > level', columns: { mean: 'sma(n)' }, params })
  assert.deepEqual(scanner.matches('a'), ['A'])
  assert.deepEqual(await scanner.evaluate('sma(n) * level', { params }), new Map([['A', 9]]))
  assert.deepEqual([...(await scanner.series('change(close, n)', 'A', '1m', { params }))].slice(2), [3])
  await assert.rejects(scanner.evaluate('sma(n)'), { code: 'E_NAME' })
  await assert.rejects(scanner.addTrader({ id: 'b', filter: 'close > 1', params: { rsi: 1 } }), {
    code: 'E_DUPLICATE',
  })
  await assert.rejects(scanner.addTrader({ id: 'b', filter: 'close > x', params: { x: 1 / 0 } }), {
    code: 'E_CONFIG',
  })
})
