// scanner.loadHistory: files of klines through a worker into the scanner's memory. Right files give the same series
// whatever their format; wrong ones are refused with the line, and leave the series as it was.

import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { createScanner } from 'tickscan'

const MINUTE = 60_000
const START = Date.UTC(2026, 0, 5)

/** Klines that all differ; `at` counts minutes from START. */
const klineAt = (/** @type {number} */ at) => ({
  openTime: START + at * MINUTE,
  open: 100 + (at % 7),
  high: 110 + (at % 11),
  low: 90 - (at % 5),
  close: 100 + ((at + 1) % 7),
  volume: 0.1 * (at % 13),
})
const rows = Array.from({ length: 63 }, (_, at) => klineAt(at))
const FIELDS = /** @type {const} */ (['openTime', 'open', 'high', 'low', 'close', 'volume'])
const csvOf = (/** @type {typeof rows} */ klines, header = 'open_time_ms,open,high,low,close,volume') =>
  `${[header, ...klines.map((kline) => FIELDS.map((field) => kline[field]).join(','))].join('\n')}\n`
const arraysOf = (/** @type {typeof rows} */ klines) =>
  Object.fromEntries(FIELDS.map((field) => [field, klines.map((kline) => kline[field])]))
const parquetOf = (/** @type {typeof rows} */ klines) =>
  parquetWriteBuffer({
    columnData: [
      { name: 'close_time', data: klines.map(() => 'ignored'), type: 'STRING' },
      { name: 'open_time', data: klines.map(({ openTime }) => BigInt(openTime)), type: 'INT64' },
      ...FIELDS.slice(1).map((name) => ({
        name,
        data: klines.map((k) => k[name]),
        type: /** @type {const} */ ('DOUBLE'),
      })),
    ],
    rowGroupSize: 20,
  })

/** @type {import('tickscan').Scanner} */
let scanner
let folder = ''
/** @type {any[]} */
const progress = []
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tickscan-history-'))
  scanner = await createScanner({
    symbols: ['A', 'B'],
    maxSymbols: 64,
    intervals: ['1m', '5m'],
    maxKlines: 50,
  })
  scanner.addEventListener('progress', (event) => progress.push(event.detail))
})
after(async () => {
  await scanner?.close()
  await rm(folder, { recursive: true, force: true })
})

/** The klines of a symbol, closed ones as the engine has them. */
async function stored(/** @type {string} */ symbol, interval = '1m') {
  await scanner.processUpdates()
  return scanner.klines(symbol, interval).map(({ closed, ...kline }) => kline)
}

describe('loadHistory', () => {
  const newest = rows.slice(-50)
  const csv = csvOf(rows)
  /** @type {Record<string, () => Promise<any> | any>} */
  const sources = {
    arrays: () => arraysOf(rows),
    'CSV text': () => ({ csv }),
    'CSV bytes': () => ({ csv: new TextEncoder().encode(csv) }),
    'gzipped CSV': () => ({ csv: gzipSync(csv) }),
    'a Blob': () => ({ csv: new Blob([csv]) }),
    'a URL': async () => {
      const place = join(folder, 'klines.csv.gz')
      await writeFile(place, gzipSync(csv))
      return { csv: pathToFileURL(place) }
    },
    'CSV without a header': () => ({ csv: csv.slice(csv.indexOf('\n') + 1) }),
    'CSV with other columns, in another order': () => ({
      csv: `Symbol;VOLUME;Open Time;low;high;close;open\r\n${rows
        .map(
          (k) =>
            `"X";${k.volume};"${new Date(k.openTime).toISOString()}";${k.low};${k.high};${k.close};${k.open}`,
        )
        .join('\r\n')}`,
    }),
    'times in µs': () => ({ csv: csvOf(rows.map((k) => ({ ...k, openTime: k.openTime * 1000 }))) }),
    'times in s': () => ({ csv: csvOf(rows.map((k) => ({ ...k, openTime: k.openTime / 1000 }))) }),
    Parquet: () => ({ parquet: parquetOf(rows) }),
  }
  for (const [name, source] of Object.entries(sources)) {
    it(`takes ${name}`, async () => {
      const fresh = await createScanner({ symbols: ['A'], intervals: ['1m', '5m'], maxKlines: 50 })
      try {
        const report = await fresh.loadHistory('A', '1m', await source())
        const { loaded, kept, duplicates, missing, gaps, derived } = report
        assert.deepEqual(
          { loaded, kept, duplicates, missing, gaps, derived },
          {
            ...{ loaded: 63, kept: 50, duplicates: 0, missing: 0, gaps: [], derived: {} },
          },
        )
        await fresh.processUpdates()
        assert.deepEqual(
          fresh.klines('A').map(({ closed, ...kline }) => kline),
          newest,
        )
      } finally {
        await fresh.close()
      }
    })
  }

  it('makes longer intervals of the whole file, not only of what is kept', async () => {
    const { derived } = await scanner.loadHistory('A', '1m', { csv }, { derive: ['5m'] })
    assert.deepEqual(derived, { '5m': { kept: 12, incomplete: 1 } })
    const made = await stored('A', '5m')
    assert.equal(made.length, 12)
    const parts = rows.slice(0, 5)
    assert.deepEqual(made[0], {
      openTime: START,
      open: parts[0].open,
      high: Math.max(...parts.map(({ high }) => high)),
      low: Math.min(...parts.map(({ low }) => low)),
      close: parts[4].close,
      volume: 1,
    })
    assert.ok(progress.some(({ symbol, klines }) => symbol === 'A' && klines > 0))
  })

  it('reports repeated rows and gaps', async () => {
    const some = [...rows.slice(0, 10), rows[9], ...rows.slice(12, 20), ...rows.slice(25)]
    const report = await scanner.loadHistory('B', '1m', { csv: csvOf(some) }, { derive: ['5m'] })
    assert.equal(report.loaded, 56)
    assert.equal(report.duplicates, 1)
    assert.equal(report.missing, 7)
    assert.deepEqual(report.gaps, [
      { after: rows[9].openTime, before: rows[12].openTime, missing: 2 },
      { after: rows[19].openTime, before: rows[25].openTime, missing: 5 },
    ])
    assert.deepEqual(report.derived, { '5m': { kept: 10, incomplete: 2 } })
  })

  /** @type {[string, string, RegExp][]} */
  const wrong = [
    ['an empty file', '', /line 1 is missing/],
    ['a missing column', 'time,open,high,low,close\n1,1,1,1,1\n', /no column volume/],
    ['rows that go back', csvOf([rows[1], rows[0]]), /line 3: openTime is \d+, older/],
    [
      'two values at one time',
      csvOf([rows[1], { ...rows[1], close: 1 }]),
      /line 3: openTime .* other values/,
    ],
    ['a time between', csvOf([{ ...rows[1], openTime: START + 1 }]), /line 2: openTime .*1/],
    ['high below low', csvOf([{ ...rows[1], high: 1 }]), /line 2: high is 1, below low/],
    ['a negative volume', csvOf([{ ...rows[1], volume: -1 }]), /line 2: volume is -1/],
    [
      'a word for a number',
      `${csvOf([rows[0]])}1767571260000,1,x,1,1,1\n`,
      /line 3 has the text 'x' for high/,
    ],
    ['an empty value', `${csvOf([rows[0]])}1767571260000,1,,1,1,1\n`, /line 3 has the text '' for high/],
    ['infinity', `${csvOf([rows[0]])}1767571260000,1,Infinity,1,1,1\n`, /line 3: high is Infinity/],
    ['too few values', `${csvOf([rows[0]])}1767571260000,1\n`, /line 3 has 2 values/],
    ['an endless line', 'x'.repeat(10_000), /line 1 is too long/],
  ]
  for (const [name, text, message] of wrong) {
    it(`refuses ${name} and stores nothing`, async () => {
      await scanner.loadHistory('A', '1m', { csv })
      const earlier = await stored('A')
      await assert.rejects(scanner.loadHistory('A', '1m', { csv: text }), (/** @type {any} */ error) => {
        assert.equal(error.code, 'E_VALUE')
        assert.match(error.message, message)
        assert.ok(error.expected)
        return true
      })
      assert.deepEqual(await stored('A'), earlier)
    })
  }

  it('refuses what is no file, and options that nobody knows', async () => {
    const code = (/** @type {string} */ wanted) => (/** @type {any} */ error) => error.code === wanted
    await assert.rejects(scanner.loadHistory('A', '1m', { csv: 7 }), code('E_CONFIG'))
    await assert.rejects(scanner.loadHistory('A', '1m', { parquet: 'text' }), code('E_CONFIG'))
    await assert.rejects(scanner.loadHistory('A', '1m', null), code('E_VALUE'))
    await assert.rejects(scanner.loadHistory('A', '2h', { csv }), code('E_INTERVAL'))
    await assert.rejects(scanner.loadHistory('Z', '1m', { csv }), code('E_SYMBOL'))
    await assert.rejects(scanner.loadHistory('A', '5m', { csv }, { derive: ['1m'] }), code('E_CONFIG'))
    await assert.rejects(scanner.loadHistory('A', '1m', { csv }, { drive: ['5m'] }), code('E_CONFIG'))
    await assert.rejects(
      scanner.loadHistory('A', '1m', { csv: pathToFileURL(join(folder, 'none')) }),
      code('E_VALUE'),
    )
    await assert.rejects(
      scanner.loadHistory('A', '1m', { csv: gzipSync(csv).subarray(0, 60) }),
      code('E_VALUE'),
    )
    await assert.rejects(scanner.loadHistory('A', '1m', { parquet: new Uint8Array(100) }), code('E_VALUE'))
    const noModule = { hyparquetUrl: pathToFileURL(join(folder, 'none.js')) }
    await assert.rejects(
      scanner.loadHistory('A', '1m', { parquet: parquetOf(rows) }, noModule),
      code('E_UNSUPPORTED'),
    )
  })

  it('ends by its signal, and the next load is not held up', async () => {
    // A server that takes the request and never answers.
    const silent = createServer(() => asked())
    let asked = () => {}
    const request = new Promise((resolve) => {
      asked = () => resolve(undefined)
    })
    await new Promise((resolve) => silent.listen(0, '127.0.0.1', () => resolve(undefined)))
    const { port } = /** @type {import('node:net').AddressInfo} */ (silent.address())
    const given = new AbortController()
    const place = new URL(`http://127.0.0.1:${port}/klines.csv`)
    const aborted = scanner.loadHistory('A', '1m', { csv: place }, { signal: given.signal })
    const next = scanner.loadHistory('B', '1m', { csv })
    await request
    given.abort()
    await assert.rejects(aborted, (/** @type {any} */ error) => error.code === 'E_ABORTED')
    assert.equal((await next).loaded, 63)
    silent.closeAllConnections()
    silent.close()
  })

  it('ends with the scanner', async () => {
    const other = await createScanner({ symbols: ['A'] })
    const load = other.loadHistory('A', '1m', { csv })
    const ended = assert.rejects(load, (/** @type {any} */ error) => error.code === 'E_CLOSED')
    await other.close()
    await ended
    await assert.rejects(
      other.loadHistory('A', '1m', { csv }),
      (/** @type {any} */ error) => error.code === 'E_CLOSED',
    )
  })
})
