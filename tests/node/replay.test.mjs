// The replay as a user runs it, on real klines: its signals against an independent computation, one by one,
// and the same output for any number of threads.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { oracleSignals } from './helpers/oracle.mjs'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const KLINES = join(resolve(ROOT, process.env.TICKSCAN_DATA ?? '../shared/data'), 'klines')
const SYMBOLS = [
  'ADABTC',
  'ADAUSDT',
  'AVAXUSDT',
  'BTCUSDT',
  'DOGEBTC',
  'DOGEUSDT',
  'DOTBTC',
  'DOTUSDT',
  'ETHBTC',
  'ETHUSDT',
  'LTCBTC',
  'LTCUSDT',
]
const DIP = 'rsi(14)@1m < 30 and close > ema(close, 50)@5m'
const COLUMNS = 'rsi=rsi(14),close=close,trend=ema(close, 50)@5m,calm=sma(volume, 20)'

const skip = existsSync(KLINES) ? false : `no klines at ${KLINES}: set TICKSCAN_DATA`

/**
 * Runs the replay and gives what it printed; its signals keep their lines, for comparing bytes.
 * @param {string[]} args
 */
async function replay(args) {
  const child = spawn(process.execPath, [join(ROOT, 'examples/replay.mjs'), '--json', ...args])
  const [stdout, stderr, code] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    new Promise((done) => child.on('close', done)),
  ])
  assert.equal(code, 0, stderr)
  const lines = stdout.trimEnd().split('\n')
  const summary = JSON.parse(lines.pop() ?? '')
  assert.equal(summary.type, 'summary')
  return { lines, signals: lines.map((line) => JSON.parse(line)), summary }
}

/** @param {NodeJS.ReadableStream} stream */
async function textOf(stream) {
  let text = ''
  for await (const chunk of stream) text += chunk
  return text
}

/**
 * Equal in time, symbol and direction; the columns of an entered signal equal to 1e-12.
 * @param {any[]} actual
 * @param {import('./helpers/oracle.mjs').OracleSignal[]} expected
 */
function assertSameSignals(actual, expected) {
  const times = actual.map(({ time }) => time)
  assert.deepEqual(times, [...times].sort(), 'signals come in the order of time')
  // Within one moment the engine names who entered before who left; the oracle goes by symbol.
  const place = (/** @type {any} */ a) => `${a.time} ${String(SYMBOLS.indexOf(a.symbol)).padStart(3)}`
  const sorted = [...actual].sort((a, b) => (place(a) < place(b) ? -1 : 1))
  const bare = (/** @type {any} */ { time, symbol, event }) => `${time} ${symbol} ${event}`
  assert.deepEqual(sorted.map(bare), expected.map(bare))
  for (const [at, { event, values, ...where }] of expected.entries()) {
    if (event !== 'entered') continue
    for (const [name, value] of Object.entries(values)) {
      const got = sorted[at].columns[name]
      if (got === null && !(Math.abs(value) >= 0)) continue
      assert.ok(
        got !== null && Math.abs(got - value) <= 1e-12 * Math.abs(value),
        `${where.time} ${where.symbol}: ${name} is ${got}, expected ${value}`,
      )
    }
  }
}

describe('replay of real klines', { skip }, () => {
  it('finds exactly the signals of an independent computation: 12 symbols, 20,000 minutes, 1 or 2 threads', async () => {
    const args = ['--data', KLINES, '--filter', DIP, '--columns', COLUMNS]
    const one = await replay([...args, '--threads', '1'])
    const expected = oracleSignals(KLINES, SYMBOLS, ({ rsi, close, trend }) => rsi < 30 && close > trend)
    assert.ok(expected.length > 300, `${expected.length} signals`)
    assertSameSignals(one.signals, expected)
    assert.equal(one.summary.entered + one.summary.left, expected.length)
    assert.equal(one.summary.klines, 12 * 24_000)
    assert.equal(one.summary.filtersRun + one.summary.filtersSkipped, one.summary.cycles * SYMBOLS.length)

    const two = await replay([...args, '--threads', '2'])
    assert.deepEqual(two.lines, one.lines)
  })

  it('agrees from the first kline at which the indicators are ready', async () => {
    const symbols = SYMBOLS.slice(1, 7)
    const condition = (/** @type {any} */ { close, trend, calm }) => close > trend && calm > 0
    const filter = 'close > ema(close, 50)@5m and sma(volume, 20) > 0'
    const args = ['--data', KLINES, '--filter', filter, '--symbols', symbols.join(), '--columns', COLUMNS]
    const { signals } = await replay([...args, '--limit', '5000', '--threads', '2'])
    const expected = oracleSignals(KLINES, symbols, condition, 5000)
    assert.ok(expected.length > 1000, `${expected.length} signals`)
    assertSameSignals(signals, expected)
  })

  it("decides the same at each close, which closed klines leave nothing to choose: on: 'close'", async () => {
    // Only symbols whose 5m file reaches as far as its 1m file: a decision waits for the klines that it reads.
    const symbols = SYMBOLS.filter((symbol) => symbol.endsWith('USDT'))
    const args = ['--data', KLINES, '--filter', DIP, '--symbols', symbols.join(), '--columns', COLUMNS]
    const { signals } = await replay([...args, '--on', 'close', '--threads', '2'])
    const condition = (/** @type {any} */ { rsi, close, trend }) => rsi < 30 && close > trend
    const expected = oracleSignals(KLINES, symbols, condition)
    assert.ok(expected.length > 200, `${expected.length} signals`)
    assertSameSignals(signals, expected)
  })

  it('gives the same bytes when many symbols keep more threads than one busy', async () => {
    // 144 names for 12 files: three blocks of 64 lanes, so that the pool has something to share.
    const folder = await mkdtemp(join(tmpdir(), 'tickscan-many-'))
    try {
      for (const symbol of SYMBOLS) {
        for (const interval of ['1m', '5m']) {
          for (let copy = 0; copy < 12; copy += 1) {
            const target = join(KLINES, `${symbol}-${interval}.csv.gz`)
            await symlink(target, join(folder, `${symbol}${copy}-${interval}.csv.gz`))
          }
        }
      }
      const filter = 'rsi(14)@1m < 45 and close > sma(close, 20)@5m'
      const args = ['--data', folder, '--filter', filter, '--columns', 'rsi=rsi(14)', '--limit', '1500']
      const one = await replay([...args, '--threads', '1'])
      const two = await replay([...args, '--threads', '2'])
      assert.equal(one.summary.symbols, 144)
      assert.ok(one.lines.length > 1000, `${one.lines.length} signals`)
      assert.deepEqual(two.lines, one.lines)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
