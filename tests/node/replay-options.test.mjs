// The parts of the replay that need no engine: its command line, what it decides to read, how deltas become
// signals, and the caret under a wrong filter.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { caretUnder, faultText } from '../../examples/lib/filter-error.mjs'
import { intervalMs, intervalsIn } from '../../examples/lib/intervals.mjs'
import { columnTexts, replayOptions, UsageError } from '../../examples/lib/replay-options.mjs'
import { planReplay } from '../../examples/lib/replay-plan.mjs'
import { ReplayCount } from '../../examples/lib/replay-summary.mjs'

describe('the command line', () => {
  const needed = ['--data', 'dir', '--filter', 'close > 1']

  it('has defaults for all but the folder and the filter', () => {
    assert.deepEqual(replayOptions(needed), {
      data: 'dir',
      filter: 'close > 1',
      symbols: undefined,
      interval: '1m',
      on: 'tick',
      columns: {},
      limit: Infinity,
      history: 1000,
      threads: 'auto',
      json: false,
      help: false,
    })
  })

  it('splits symbols and columns, leaving commas in parentheses and brackets alone', () => {
    const { symbols } = replayOptions([...needed, '--symbols', 'A, B,,C'])
    assert.deepEqual(symbols, ['A', 'B', 'C'])
    assert.deepEqual(columnTexts('a=close, e = ema(close, 9)[1] ,up=close >= 3'), {
      a: 'close',
      e: 'ema(close, 9)[1]',
      up: 'close >= 3',
    })
    assert.deepEqual(columnTexts(''), {})
  })

  /** @type {[string[], RegExp][]} */
  const wrong = [
    [['--filter', 'close > 1'], /--data is missing/],
    [['--data', 'dir'], /--filter is missing/],
    [[...needed, '--on', 'open'], /--on is 'open', expected tick or close/],
    [[...needed, '--interval', '1x'], /--interval is '1x'/],
    [[...needed, '--limit', '0'], /--limit is '0', expected a whole number from 1/],
    [[...needed, '--threads', '1.5'], /--threads is '1.5'/],
    [[...needed, '--columns', 'rsi(14)'], /--columns has 'rsi\(14\)', expected name=expression/],
    [[...needed, '--columns', 'a=1,a=2'], /names 'a' twice/],
    [[...needed, '--nonsense'], /--nonsense/],
    [[...needed, 'stray'], /stray/],
  ]
  for (const [args, message] of wrong) {
    it(`refuses ${args.join(' ')}`, () => {
      assert.throws(
        () => replayOptions(args),
        (error) => error instanceof UsageError && message.test(error.message),
      )
    })
  }
})

describe('the plan', () => {
  const files = ['A 1m', 'A 5m', 'B 1m', 'C 5m'].map((name) => {
    const [symbol, interval] = name.split(' ')
    return { symbol, interval, path: `${symbol}-${interval}.csv` }
  })
  const options = { data: 'dir', interval: '1m', symbols: undefined }

  it('reads the base interval and those that the filter names', () => {
    const plan = planReplay(files, options, intervalsIn(['rsi(14)@5m > 3 and close@ 1m > open@5m']))
    assert.deepEqual(plan.symbols, ['A', 'B'])
    assert.deepEqual(plan.intervals, ['1m', '5m'])
    assert.deepEqual(
      plan.files.map(({ file, base }) => `${file.path} ${base}`),
      ['A-1m.csv true', 'A-5m.csv false', 'B-1m.csv true'],
    )
    assert.deepEqual(plan.notes, ['B has no 5m klines: whatever reads them is unknown for it'])
  })

  it('leaves an interval without files to the engine, which knows where in the filter it stands', () => {
    assert.deepEqual(planReplay(files, options, ['4h']).intervals, ['1m'])
  })

  it('keeps the order of the symbols asked for, and refuses one without a file', () => {
    assert.deepEqual(planReplay(files, { ...options, symbols: ['B', 'A', 'B'] }, []).symbols, ['B', 'A'])
    assert.throws(() => planReplay(files, { ...options, symbols: ['A', 'C'] }, []), {
      code: 'E_KLINE_FILE',
      message: /no file C-1m\.csv or \.csv\.gz; the folder has A, B/,
    })
    assert.throws(() => planReplay(files, { ...options, interval: '1h' }, []), {
      code: 'E_KLINE_FILE',
      message: /no file of the interval 1h; the folder has 1m, 5m/,
    })
  })
})

describe('signals', () => {
  const cycle = (/** @type {any[]} */ ...deltas) => ({
    filtersRun: 2,
    filtersSkipped: 1,
    elapsedUs: 10,
    deltas,
  })
  const entered = (/** @type {string[]} */ ...symbols) =>
    symbols.map((symbol) => ({ symbol, columns: { x: 1 } }))

  it('are what deltas change, and a snapshot changes only what differs', () => {
    const count = new ReplayCount({ symbols: 3, columns: false })
    const step = (/** @type {any} */ delta) =>
      count.cycle(cycle(delta), 3).map(({ symbol, event }) => `${symbol} ${event}`)
    assert.deepEqual(step({ time: 1, snapshot: true, entered: entered('A'), left: [] }), ['A entered'])
    assert.deepEqual(step({ time: 2, snapshot: false, entered: entered('B'), left: ['A'] }), [
      'B entered',
      'A left',
    ])
    assert.deepEqual(step({ time: 3, snapshot: true, entered: entered('B', 'C'), left: [] }), ['C entered'])
    assert.deepEqual(step({ time: 4, snapshot: true, entered: [], left: [] }), ['B left', 'C left'])
    const { klines, cycles, filtersRun, filtersSkipped, skippedShare, ...rest } = count.summary()
    assert.deepEqual(
      { klines, cycles, filtersRun, filtersSkipped },
      { klines: 12, cycles: 4, filtersRun: 8, filtersSkipped: 4 },
    )
    assert.equal(skippedShare, 1 / 3)
    assert.deepEqual([rest.entered, rest.left, rest.engineUsPerCycle], [3, 3, 10])
  })
})

describe('small things', () => {
  it('intervals have lengths', () => {
    assert.deepEqual(['1s', '1m', '4h', '3d', '1w'].map(intervalMs), [1e3, 6e4, 144e5, 2592e5, 6048e5])
    assert.deepEqual(['', 'm', '0m', '5', '1M', '5 m'].map(intervalMs), Array(6).fill(undefined))
  })

  it('an error says what would have been right', () => {
    const message = '`rsj` is not a known name'
    assert.equal(
      faultText({ message, expected: 'a series', hint: 'rsi' }),
      `${message}: did you mean \`rsi\`?`,
    )
    assert.equal(faultText({ message, expected: 'a series' }), `${message}; expected a series`)
    assert.equal(faultText({ message, hint: 'remove it first' }), `${message}; remove it first`)
    assert.equal(faultText({ message }), message)
  })

  it('a caret stands under the position, tabs and lines included', () => {
    assert.equal(caretUnder('rsi(14) <', { offset: 9, line: 1, column: 10 }), 'rsi(14) <\n         ^')
    assert.equal(caretUnder('a > 1\n\tand b', { offset: 11, line: 2, column: 6 }), '\tand b\n\t    ^')
    assert.equal(caretUnder('a', undefined), '')
  })
})
