// The kline file reader: a right file gives its klines whatever the chunks, and every kind of wrong row is
// refused with the file, the line and what was expected.

import assert from 'node:assert/strict'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { HEADER, KlineFileError, parseKlines } from '../../examples/lib/kline-csv.mjs'
import { listKlineFiles, readKlines } from '../../examples/lib/kline-files.mjs'
import { mergeByCloseTime } from '../../examples/lib/merge.mjs'

const ROWS = [
  '60000,1,2,0.5,1.5,10',
  '120000,1.5,1.6,1.4,1.55,0',
  // Two minutes are missing here: a gap is legal.
  '300000,4.965e-05,4.968e-05,4.957e-05,4.959e-05,17653.6',
]
const TEXT = `${[HEADER, ...ROWS].join('\n')}\n`

/** @param {string} text @param {number} size */
async function* chunked(text, size) {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size)
}

/** @param {AsyncIterable<any[]>} batches */
async function collect(batches) {
  const all = []
  for await (const batch of batches) all.push(...batch)
  return all
}

/** @param {string} text @param {number} [size] */
const parse = (text, size = 1000) =>
  collect(parseKlines(chunked(text, size), { file: 'X-1m.csv', interval: '1m' }))

describe('parseKlines', () => {
  it('gives the same klines for every chunk size', async () => {
    const expected = await parse(TEXT)
    assert.deepEqual(
      expected.map((kline) => kline.openTime),
      [60000, 120000, 300000],
    )
    assert.deepEqual(expected[2], {
      openTime: 300000,
      open: 4.965e-5,
      high: 4.968e-5,
      low: 4.957e-5,
      close: 4.959e-5,
      volume: 17653.6,
      closed: true,
    })
    for (let size = 1; size <= TEXT.length; size += 1) assert.deepEqual(await parse(TEXT, size), expected)
  })

  it('takes CRLF line ends, a byte order mark and a last line without line end', async () => {
    const expected = await parse(TEXT)
    assert.deepEqual(await parse(TEXT.replaceAll('\n', '\r\n'), 7), expected)
    assert.deepEqual(await parse(`\ufeff${TEXT}`), expected)
    assert.deepEqual(await parse(TEXT.trimEnd()), expected)
  })

  it('takes a file that has only a header', async () => {
    assert.deepEqual(await parse(HEADER), [])
  })

  /** @type {[string, string, number, RegExp][]} */
  const broken = [
    ['an empty file', '', 1, /is empty; expected the header open_time_ms/],
    [
      'a wrong header',
      `time,o,h,l,c,v\n${ROWS[0]}\n`,
      1,
      /header is 'time,o,h,l,c,v', expected 'open_time_ms,/,
    ],
    ['a missing header', `${ROWS[0]}\n${ROWS[1]}\n`, 1, /header is '60000,1,2/],
    ['too few columns', `${HEADER}\n${ROWS[0]}\n120000,1,2\n`, 3, /has 3 columns, expected 6/],
    ['too many columns', `${HEADER}\n${ROWS[0]},7\n`, 2, /has 7 columns, expected 6/],
    ['an empty row in the middle', `${HEADER}\n${ROWS[0]}\n\n${ROWS[1]}\n`, 3, /has 1 column, expected 6/],
    ['text for a number', `${HEADER}\n60000,1,2,abc,1.5,10\n`, 2, /low is 'abc', expected a number/],
    ['an empty field', `${HEADER}\n60000,1,2,,1.5,10\n`, 2, /low is '', expected a number/],
    ['NaN', `${HEADER}\n60000,1,2,0.5,NaN,10\n`, 2, /close is 'NaN', expected a number/],
    [
      'a number too large for f64',
      `${HEADER}\n60000,1,1e999,0.5,1,10\n`,
      2,
      /high is '1e999', expected a number/,
    ],
    ['hexadecimal', `${HEADER}\n0xEA60,1,2,0.5,1,10\n`, 2, /open_time_ms is '0xEA60', expected a number/],
    [
      'a fraction of a millisecond',
      `${HEADER}\n60000.5,1,2,0.5,1,10\n`,
      2,
      /60000.5, expected whole milliseconds/,
    ],
    ['the same time twice', `${HEADER}\n${ROWS[0]}\n${ROWS[0]}\n`, 3, /60000 does not follow 60000/],
    ['a step back', `${HEADER}\n${ROWS[2]}\n${ROWS[0]}\n`, 3, /60000 does not follow 300000/],
    [
      'rows nearer than the interval',
      `${HEADER}\n${ROWS[0]}\n90000,1,2,0.5,1,1\n`,
      3,
      /expected 120000 or later/,
    ],
    ['high below low', `${HEADER}\n60000,1,1,2,1,10\n`, 2, /high 1 is below low 2/],
    ['a negative volume', `${HEADER}\n60000,1,2,0.5,1,-1\n`, 2, /volume -1 is negative/],
  ]
  for (const [what, text, line, message] of broken) {
    it(`refuses ${what}`, async () => {
      for (const size of [1, 5, 1000]) {
        await assert.rejects(parse(text, size), (error) => {
          assert.ok(error instanceof KlineFileError)
          assert.equal(error.code, 'E_KLINE_FILE')
          assert.equal(error.line, line)
          assert.ok(error.message.startsWith(`X-1m.csv:${line}: `), error.message)
          assert.match(error.message, message)
          return true
        })
      }
    })
  }
})

describe('a folder of kline files', () => {
  /** @type {string} */
  let folder
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tickscan-klines-'))
    await writeFile(join(folder, 'B-1m.csv'), TEXT)
    await writeFile(join(folder, 'A-5m.csv.gz'), gzipSync(`${HEADER}\n0,1,2,0.5,1,1\n300000,1,2,0.5,1,1\n`))
    await writeFile(join(folder, 'A-1m.csv.gz'), gzipSync(TEXT))
    await writeFile(join(folder, 'B-1m.csv.gz'), 'never read: the plain file is there')
    await writeFile(join(folder, 'notes.txt'), 'no kline file')
    await writeFile(join(folder, 'A-7q.csv'), 'no interval')
  })
  after(() => rm(folder, { recursive: true }))

  it('is listed by symbol and interval, and read plain or gzipped', async () => {
    const files = await listKlineFiles(folder)
    assert.deepEqual(
      files.map(({ symbol, interval }) => `${symbol} ${interval}`),
      ['A 1m', 'A 5m', 'B 1m'],
    )
    assert.deepEqual(await collect(readKlines(files[0])), await collect(readKlines(files[2])))
  })

  it('stops at a number of klines or at a close time', async () => {
    const [file] = await listKlineFiles(folder)
    const times = async (/** @type {object} */ bounds) =>
      (await collect(readKlines(file, bounds))).map((kline) => kline.openTime)
    assert.deepEqual(await times({ limit: 2 }), [60000, 120000])
    assert.deepEqual(await times({ limit: 100 }), [60000, 120000, 300000])
    assert.deepEqual(await times({ untilCloseTime: 180000 }), [60000, 120000])
    assert.deepEqual(await times({ untilCloseTime: 179999 }), [60000])
  })

  it('names the file when the gzip stream is damaged or cut off', async () => {
    const path = join(folder, 'C-1m.csv.gz')
    const whole = gzipSync(TEXT)
    await writeFile(path, whole)
    await truncate(path, whole.length - 12)
    const file = { symbol: 'C', interval: '1m', path }
    await assert.rejects(collect(readKlines(file)), {
      code: 'E_KLINE_FILE',
      message: /^C-1m\.csv\.gz: cannot be read: /,
    })
    await rm(path)
    await assert.rejects(collect(readKlines(file)), {
      code: 'E_KLINE_FILE',
      message: /C-1m\.csv\.gz.*ENOENT/,
    })
  })

  it('is merged by close time, shorter intervals first', async () => {
    const files = await listKlineFiles(folder)
    const sources = files.reverse().map((file) => ({ ...file, batches: readKlines(file) }))
    const seen = []
    for await (const { time, klines } of mergeByCloseTime(sources)) {
      seen.push([time, ...klines.map(({ symbol, interval }) => `${symbol} ${interval}`)])
    }
    assert.deepEqual(seen, [
      [120000, 'B 1m', 'A 1m'],
      [180000, 'B 1m', 'A 1m'],
      [300000, 'A 5m'],
      [360000, 'B 1m', 'A 1m'],
      [600000, 'A 5m'],
    ])
  })

  it('is refused when it does not exist or holds no klines', async () => {
    await assert.rejects(listKlineFiles(join(folder, 'nowhere')), {
      code: 'E_KLINE_FILE',
      message: /no such folder/,
    })
    const empty = await mkdtemp(join(tmpdir(), 'tickscan-empty-'))
    await assert.rejects(listKlineFiles(empty), {
      code: 'E_KLINE_FILE',
      message: /no kline files; expected names/,
    })
    await rm(empty, { recursive: true })
  })
})
