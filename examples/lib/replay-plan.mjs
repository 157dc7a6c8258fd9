// Decides what a replay reads: which symbols, which intervals and which files, or why that cannot be.

import { intervalMs } from './intervals.mjs'
import { KlineFileError } from './kline-csv.mjs'

/** @typedef {import('./kline-files.mjs').KlineFile} KlineFile */
/** @typedef {{ file: KlineFile, base: boolean, intervalMs: number }} PlannedFile */
/**
 * @typedef {object} ReplayPlan
 * @property {string[]} symbols
 * @property {string[]} intervals the base interval first
 * @property {PlannedFile[]} files a symbol's base file before its others
 * @property {string[]} notes what the user should know though it stops nothing
 */

/**
 * @param {KlineFile[]} available
 * @param {{ data: string, interval: string, symbols: string[] | undefined }} options
 * @param {string[]} mentioned intervals that the filter and the columns name. One without files is left out:
 *   the engine's own error then points at the place in the filter.
 * @returns {ReplayPlan}
 */
export function planReplay(available, { data, interval, symbols: wanted }, mentioned) {
  const inFolder = [...new Set(available.map((file) => file.interval))]
  const symbols = symbolsWith(available, interval, wanted, data, inFolder)
  const intervals = [interval, ...mentioned.filter((other) => other !== interval && inFolder.includes(other))]
  /** @type {PlannedFile[]} */
  const files = []
  const notes = []
  for (const symbol of symbols) {
    for (const name of intervals) {
      const file = available.find((entry) => entry.symbol === symbol && entry.interval === name)
      if (file) files.push({ file, base: name === interval, intervalMs: Number(intervalMs(name)) })
      else notes.push(`${symbol} has no ${name} klines: whatever reads them is unknown for it`)
    }
  }
  return { symbols, intervals, files, notes }
}

/**
 * @param {KlineFile[]} available
 * @param {string} interval
 * @param {string[] | undefined} wanted
 * @param {string} data
 * @param {string[]} inFolder
 */
function symbolsWith(available, interval, wanted, data, inFolder) {
  const symbols = available.filter((file) => file.interval === interval).map((file) => file.symbol)
  if (symbols.length === 0) {
    throw new KlineFileError(
      data,
      0,
      `no file of the interval ${interval}; the folder has ${inFolder.join(', ')}`,
    )
  }
  for (const symbol of wanted ?? []) {
    if (symbols.includes(symbol)) continue
    const known =
      symbols.length > 20
        ? `${symbols.slice(0, 20).join(', ')} and ${symbols.length - 20} more`
        : symbols.join(', ')
    throw new KlineFileError(data, 0, `no file ${symbol}-${interval}.csv or .csv.gz; the folder has ${known}`)
  }
  return wanted ? [...new Set(wanted)] : symbols
}
