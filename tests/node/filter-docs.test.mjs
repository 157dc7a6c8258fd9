// What docs/filters.md shows runs: every example of the tables, every filter of its code blocks, its JavaScript.

import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { after, before, describe, it } from 'node:test'
import { createScanner, describeFilters } from 'tickscan'
import { columns, walk } from './helpers/series.mjs'

const INTERVALS = { '1m': 60_000, '5m': 300_000, '15m': 900_000, '1h': 3_600_000 }
const KLINES = 800

describe('docs/filters.md', async () => {
  const page = await readFile(new URL('../../docs/filters.md', import.meta.url), 'utf8')
  const blocks = [...page.matchAll(/```(\w*)\n([\s\S]*?)```/g)].map(([, language, text]) => ({
    language,
    text,
  }))
  const { functions, indicators } = await describeFilters()
  /** @type {import('../../js/scanner.js').Scanner} */
  let scanner

  before(async () => {
    scanner = await createScanner({
      symbols: ['A'],
      intervals: Object.keys(INTERVALS),
      maxKlines: KLINES,
      threads: 1,
    })
    for (const [interval, ms] of Object.entries(INTERVALS))
      scanner.writer.loadHistory('A', interval, columns(walk(5, KLINES, { ms })))
    const ticker = { last: 100, bid: 99, ask: 101, open24h: 90, high24h: 110, low24h: 80, volume24h: 5 }
    scanner.writer.updateTicker('A', ticker)
  })
  after(() => scanner.close())

  for (const { name, example } of [...functions, ...indicators]) {
    it(`${name}: ${example}`, async () => {
      assert.match(example, new RegExp(`\\b${name}\\b`), 'the example uses it')
      assert.ok(page.includes(`\`${example}\``), 'the page shows it')
      const values = await scanner.series(example, 'A', '1m')
      // Late: what sums over the whole window is known by then, and a pivot was confirmed.
      assert.ok(values[KLINES - 1] === 0 || values[KLINES - 1] === 1, 'it is known in the end')
      await scanner.addTrader({ id: name, filter: example })
      assert.deepEqual(scanner.matches(name), values[KLINES - 1] === 1 ? ['A'] : [])
      await scanner.removeTrader(name)
    })
  }

  it('lookback and unstable period are what a run shows', async () => {
    for (const { name, inputs, lookback, unstable } of indicators) {
      const values = await scanner.series(name, 'A', '1m')
      // A pivot is first confirmed where there is one; what divides may be unknown longer.
      const first = values.findIndex((value) => !Number.isNaN(value))
      if (name.startsWith('pivot_')) assert.ok(first >= lookback, name)
      else assert.equal(first, lookback, `${name} of ${inputs}`)
      assert.ok(Number.isInteger(unstable) && unstable >= 0, name)
    }
    const byName = new Map(indicators.map((row) => [row.name, row]))
    assert.equal(byName.get('sma')?.unstable, 0)
    assert.ok(Number(byName.get('ema')?.unstable) > 300)
  })

  it('every function has lines in tests/filters', async () => {
    const folder = new URL('../filters/', import.meta.url)
    const files = (await readdir(folder)).filter((file) => file.endsWith('.test'))
    const texts = await Promise.all(files.map((file) => readFile(new URL(file, folder), 'utf8')))
    const filters = texts.flatMap((text) => text.split('\n').filter((line) => line.startsWith('filter ')))
    const bare = functions.filter(({ name }) => !filters.some((line) => line.includes(`${name}(`)))
    assert.deepEqual(
      bare.map(({ name }) => name),
      [],
      'functions without lines in tests/filters/*.test',
    )
  })

  it('the filters of the first block are taken', async () => {
    const filters = blocks[0].text.trim().split('\n')
    assert.equal(filters.length, 3)
    for (const [i, filter] of filters.entries()) await scanner.addTrader({ id: `block ${i}`, filter })
  })

  it('its JavaScript runs', async () => {
    const programs = blocks.filter(({ language }) => language === 'js')
    assert.ok(programs.length > 0)
    for (const { text } of programs) {
      const AsyncFunction = /** @type {any} */ (async () => {}).constructor
      await new AsyncFunction('scanner', text)(scanner)
    }
    assert.deepEqual(Array.isArray(scanner.matches('dip')), true)
  })
})
