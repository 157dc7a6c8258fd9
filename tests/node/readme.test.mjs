// The quick start of the README runs as pasted and prints what its comments say.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { createScanner } from 'tickscan'

const root = new URL('../../', import.meta.url)

/** The fenced js blocks of the README, in order. */
async function snippets() {
  const text = await readFile(new URL('README.md', root), 'utf8')
  return [...text.matchAll(/```js\n([\s\S]*?)```/g)].map((match) => match[1])
}

/** Runs a program that lies in the project's root, so that 'tickscan' is found by its name. */
async function run(program) {
  const file = new URL(`build/readme-${process.pid}.mjs`, root)
  await writeFile(file, program)
  try {
    return (await promisify(execFile)(process.execPath, [file.pathname])).stdout
  } finally {
    await rm(file)
  }
}

test('the quick start runs and prints what it says', async () => {
  const [quickStart] = await snippets()
  assert.deepEqual((await run(quickStart)).trim().split('\n'), [
    'dip BTCUSDT 0',
    "[ 'BTCUSDT' ]",
    "Map(2) { 'BTCUSDT' => -1, 'ETHUSDT' => undefined }",
  ])
})

test('the error example throws what its comment says', async () => {
  const [, example] = await snippets()
  const program = `
    import { createScanner } from 'tickscan'
    const scanner = await createScanner({ symbols: ['A'], intervals: ['1m'] })
    ${example.replace('// error.code', 'console.log(error.code, error.position.line, error.position.column, error.hint) // error.code')}
    await scanner.close()`
  assert.equal((await run(program)).trim(), 'E_NAME 1 18 close')
})

test('the history example loads what it says', async () => {
  const example = (await snippets()).find((snippet) => snippet.includes('loadHistory')) ?? ''
  const program = `
    import { parquetWriteBuffer } from 'hyparquet-writer'
    import { createScanner } from 'tickscan'
    const scanner = await createScanner({ symbols: ['BTCUSDT', 'ETHUSDT'], intervals: ['1m', '5m', '1h'] })
    const names = ['openTime', 'open', 'high', 'low', 'close', 'volume']
    const rows = Array.from({ length: 60 }, (_, i) => [Date.UTC(2026, 0, 1) + i * 60_000, 1, 3, 1, 2, i])
    const csv = [names, ...rows].join('\\n')
    const columnData = names.map((name, c) => ({ name, data: rows.map((row) => row[c]), type: 'DOUBLE' }))
    const parquet = parquetWriteBuffer({ columnData })
    ${example.replace('csv: file', 'csv').replace('parquet: file', 'parquet')}
    await scanner.processUpdates()
    for (const interval of ['1m', '5m', '1h']) {
      console.log(scanner.klines('BTCUSDT', interval).length, scanner.klines('ETHUSDT', interval).length)
    }
    await scanner.close()`
  assert.equal(await run(program), '60 60\n12 0\n1 0\n')
})

test('parameters, columns and the questions of editors run and print what they say', async () => {
  const [, , example] = await snippets()
  assert.deepEqual((await run(example)).trim().split('\n'), [
    'false E_NAME sma',
    'close > smaa(20)',
    '        ^',
    'period',
  ])
})

test('every filter in the README is accepted', async () => {
  const text = await readFile(new URL('README.md', root), 'utf8')
  const block = text.match(/## Filters\n\n```\n([\s\S]*?)```/)
  const filters = block[1].trim().split('\n')
  assert.ok(filters.length >= 3)
  const scanner = await createScanner({ symbols: ['A'], intervals: ['1m', '5m', '1h'] })
  for (const [index, filter] of filters.entries()) await scanner.addTrader({ id: `t${index}`, filter })
  await scanner.close()
})
