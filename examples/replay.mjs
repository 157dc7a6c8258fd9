#!/usr/bin/env node
// Replays kline files through the scanner, as fast as it goes, and prints each signal.
//
//   node examples/replay.mjs --data DIR --filter "rsi(14)@1m < 30 and close > ema(close, 50)@5m"
//
// All files are read side by side in the order in which their klines closed. Whatever closes at one moment is
// written, then one cycle decides: a filter sees exactly what was known then. The files are read twice: once
// to check every row (a broken one stops the replay before its first signal) and once to replay them.

import { createScanner } from 'tickscan'
import { caretUnder, faultText } from './lib/filter-error.mjs'
import { intervalsIn } from './lib/intervals.mjs'
import { KlineFileError } from './lib/kline-csv.mjs'
import { listKlineFiles, readKlines } from './lib/kline-files.mjs'
import { mergeByCloseTime } from './lib/merge.mjs'
import { replayOptions, USAGE, UsageError } from './lib/replay-options.mjs'
import { planReplay } from './lib/replay-plan.mjs'
import { ReplayCount } from './lib/replay-summary.mjs'
import { SignalPrinter } from './lib/signal-printer.mjs'

/** @typedef {import('./lib/replay-options.mjs').ReplayOptions} ReplayOptions */

/** @param {ReplayOptions} options */
async function replay(options) {
  const { data, filter, columns, interval, on } = options
  const plan = planReplay(
    await listKlineFiles(data),
    options,
    intervalsIn([filter, ...Object.values(columns)]),
  )
  for (const note of plan.notes) process.stderr.write(`note: ${note}\n`)

  let replayedTime = 0
  const scanner = await createScanner({
    symbols: plan.symbols,
    intervals: plan.intervals,
    maxSymbols: plan.symbols.length,
    maxKlines: options.history,
    threads: options.threads,
    clock: () => replayedTime,
  })
  try {
    await scanner.addTrader({ id: 'replay', filter, interval, on, columns })
    const { klines, sources } = await checkedSources(plan.files, options)
    const printer = new SignalPrinter({ json: options.json, total: klines })
    const count = new ReplayCount({ symbols: plan.symbols.length, columns: Object.keys(columns).length > 0 })
    for await (const moment of mergeByCloseTime(sources())) {
      replayedTime = moment.time
      for (const { symbol, interval, kline } of moment.klines)
        scanner.writer.updateKline(symbol, interval, kline)
      printer.signals(count.cycle(await scanner.processUpdates(), moment.klines.length))
      printer.progress(count.klines, moment.time)
    }
    printer.summary(count.summary())
  } finally {
    await scanner.close()
  }
}

/**
 * Reads every file once, so that a broken row is found before anything is printed, and counts its klines.
 * Under --limit a symbol's longer intervals end with its last base kline.
 * @param {import('./lib/replay-plan.mjs').PlannedFile[]} files a symbol's base file before its others
 * @param {{ limit: number }} options
 */
async function checkedSources(files, { limit }) {
  let klines = 0
  /** @type {Map<string, number>} */
  const endOf = new Map()
  /** @type {{ file: import('./lib/kline-files.mjs').KlineFile, bounds: Parameters<typeof readKlines>[1] }[]} */
  const bounded = []
  for (const { file, base, intervalMs } of files) {
    const bounds = base
      ? { limit }
      : { untilCloseTime: limit === Infinity ? Infinity : endOf.get(file.symbol) }
    for await (const batch of readKlines(file, bounds)) {
      klines += batch.length
      if (base) endOf.set(file.symbol, batch[batch.length - 1].openTime + intervalMs)
    }
    bounded.push({ file, bounds })
  }
  const sources = () =>
    bounded.map(({ file, bounds }) => ({
      symbol: file.symbol,
      interval: file.interval,
      batches: readKlines(file, bounds),
    }))
  return { klines, sources }
}

/**
 * What to print for an error that the user can do something about; anything else is a fault and is thrown on.
 * @param {unknown} error
 * @param {ReplayOptions | undefined} options
 */
function explain(error, options) {
  if (error instanceof UsageError) return `${error.message}\n\n${USAGE}`
  if (error instanceof KlineFileError) return `${error.code}: ${error.message}`
  const fault = /** @type {import('tickscan').TickscanError} */ (error)
  const { code, message, position } = fault
  if (typeof code !== 'string' || !code.startsWith('E_')) throw error
  // An error in a column says whose it is; any other position lies in the filter.
  const [, column] = /^column '(\w+)'/.exec(message) ?? []
  const text = (column === undefined ? options?.filter : options?.columns[column]) ?? ''
  return [`${code}: ${faultText(fault)}`, caretUnder(text, position)].filter(Boolean).join('\n')
}

/** @type {ReplayOptions | undefined} */
let options
// A reader such as `head` that has seen enough is no fault.
process.stdout.on('error', (error) => {
  if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EPIPE') process.exit(0)
  throw error
})
try {
  options = replayOptions(process.argv.slice(2))
  if (options.help) process.stdout.write(`${USAGE}\n`)
  else await replay(options)
} catch (error) {
  process.stderr.write(`replay: ${explain(error, options)}\n`)
  process.exitCode = error instanceof UsageError ? 2 : 1
}
