// What the replay says when it cannot do what it was asked: one clear message on stderr, the exit code, and
// nothing at all on stdout, whatever was wrong and however late in a file.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

const REPLAY = fileURLToPath(new URL('../../examples/replay.mjs', import.meta.url))
const HEADER = 'open_time_ms,open,high,low,close,volume'

/** Prices that cross their average all the time, so that a replay over them prints signals. @param {number} rows */
const csv = (rows) =>
  [HEADER, ...Array.from({ length: rows }, (_, i) => `${i * 60000},1,3,0.5,${1 + (i % 3) / 2},10`), ''].join(
    '\n',
  )

/** @param {string[]} args */
async function run(args) {
  const child = spawn(process.execPath, [REPLAY, ...args])
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => (stdout += chunk))
  child.stderr.on('data', (chunk) => (stderr += chunk))
  const code = await new Promise((done) => child.on('close', done))
  return { code, stdout, stderr }
}

describe('a replay that cannot be done', () => {
  /** @type {string} */
  let folder
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tickscan-replay-'))
    await writeFile(join(folder, 'GOOD-1m.csv'), csv(3000))
    // So far down that a reader of the first part alone has long begun to replay.
    const text = csv(9000)
    const broken = text.replace('\n510000000,1,3,', '\n510000000,1,x,')
    assert.notEqual(broken, text)
    await writeFile(join(folder, 'BROKEN-1m.csv'), broken)
  })
  after(() => rm(folder, { recursive: true }))

  const filter = 'close > sma(close, 3)'

  it('replays the file that is right', async () => {
    const { code, stdout, stderr } = await run(['--data', folder, '--filter', filter, '--symbols', 'GOOD'])
    assert.equal(code, 0, stderr)
    assert.match(stdout, /^1970-01-01T00:0\d:00.000Z {2}GOOD {8}entered$/m)
    assert.match(stdout, /^3,000 klines of 1 symbols in .* klines\/s$/m)
    assert.match(stdout, /^3,000 cycles: .* cycles\/s, .* µs in the engine each$/m)
    assert.match(stdout, /^3,000 filters run, 0 skipped \(0\.0 %\)$/m)
  })

  it('names file and line of a broken row, before it prints anything', async () => {
    const { code, stdout, stderr } = await run(['--data', folder, '--filter', filter])
    assert.equal(code, 1)
    assert.equal(stdout, '')
    assert.equal(stderr.trim(), "replay: E_KLINE_FILE: BROKEN-1m.csv:8502: high is 'x', expected a number")
  })

  it('shows a wrong filter with a caret under the place', async () => {
    const { code, stdout, stderr } = await run([
      '--data',
      folder,
      '--filter',
      'close > rsj(14)',
      '--symbols',
      'GOOD',
    ])
    assert.equal(code, 1)
    assert.equal(stdout, '')
    assert.match(stderr, /^replay: E_NAME: .*did you mean `rsi`\?$/m)
    assert.match(stderr, /^close > rsj\(14\)\n {8}\^$/m)
  })

  it('shows a wrong column with a caret under the place', async () => {
    const args = ['--data', folder, '--filter', filter, '--symbols', 'GOOD', '--columns', 'a=close,b=close +']
    const { code, stdout, stderr } = await run(args)
    assert.equal(code, 1)
    assert.equal(stdout, '')
    assert.match(stderr, /^close \+\n {7}\^$/m)
  })

  it('shows the place of an interval that the folder does not have', async () => {
    const { code, stderr } = await run(['--data', folder, '--filter', 'close > open@4h', '--symbols', 'GOOD'])
    assert.equal(code, 1)
    assert.match(stderr, /^replay: E_INTERVAL: /)
    assert.match(stderr, /^close > open@4h\n {8,13}\^$/m)
  })

  it('names a symbol without a file and a folder that is not there', async () => {
    const symbol = await run(['--data', folder, '--filter', filter, '--symbols', 'GOOD,NONE'])
    assert.equal(symbol.code, 1)
    assert.match(symbol.stderr, /no file NONE-1m\.csv or \.csv\.gz; the folder has BROKEN, GOOD/)
    const nowhere = await run(['--data', join(folder, 'nowhere'), '--filter', filter])
    assert.equal(nowhere.code, 1)
    assert.match(nowhere.stderr, /there is no such folder/)
  })

  it('tells a wrong command line apart by its exit code', async () => {
    const { code, stdout, stderr } = await run(['--data', folder])
    assert.equal(code, 2)
    assert.equal(stdout, '')
    assert.match(stderr, /^replay: --filter is missing/)
    const help = await run(['--help'])
    assert.equal(help.code, 0)
    assert.match(help.stdout, /--data DIR/)
  })
})
