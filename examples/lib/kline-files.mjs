// A folder of kline files in Node: which files are there, and their klines as a stream. Files are named
// `SYMBOL-INTERVAL.csv` or `.csv.gz`; where both exist the plain one is read. Nothing is held in memory but
// the batch being read, so a folder of any size replays.

import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { createGunzip } from 'node:zlib'
import { intervalMs } from './intervals.mjs'
import { KlineFileError, parseKlines } from './kline-csv.mjs'

/** @typedef {import('./kline-csv.mjs').Kline} Kline */
/** @typedef {{ symbol: string, interval: string, path: string }} KlineFile */

const FILE_NAME = /^(.+)-(\d+[smhdw])\.csv(\.gz)?$/

/**
 * The kline files of a folder, by symbol and then by interval, shortest first.
 * @param {string} folder
 * @returns {Promise<KlineFile[]>}
 */
export async function listKlineFiles(folder) {
  const names = await readdir(folder).catch((error) => {
    const reason = error.code === 'ENOENT' ? 'there is no such folder' : error.message
    throw new KlineFileError(
      folder,
      0,
      `${reason}; expected a folder of SYMBOL-INTERVAL.csv or .csv.gz files`,
    )
  })
  /** @type {Map<string, KlineFile>} */
  const files = new Map()
  // Sorted, so that NAME.csv comes before NAME.csv.gz and is the one that is kept.
  for (const name of names.sort()) {
    const [, symbol, interval] = FILE_NAME.exec(name) ?? []
    if (symbol === undefined || intervalMs(interval) === undefined) continue
    const key = `${symbol}-${interval}`
    if (!files.has(key)) files.set(key, { symbol, interval, path: join(folder, name) })
  }
  if (files.size === 0) {
    throw new KlineFileError(
      folder,
      0,
      'no kline files; expected names such as BTCUSDT-1m.csv or BTCUSDT-1m.csv.gz',
    )
  }
  return [...files.values()].sort(
    (a, b) => compare(a.symbol, b.symbol) || Number(intervalMs(a.interval)) - Number(intervalMs(b.interval)),
  )
}

/**
 * The klines of one file, in batches.
 * @param {KlineFile} file
 * @param {{ limit?: number, untilCloseTime?: number }} [bounds] stop after so many klines, or before the first
 *   that closes later than this
 * @returns {AsyncGenerator<Kline[], void, undefined>}
 */
export async function* readKlines(file, { limit = Infinity, untilCloseTime = Infinity } = {}) {
  const lastOpenTime = untilCloseTime - Number(intervalMs(file.interval))
  let left = limit
  for await (const batch of parseKlines(textOf(file.path), {
    file: basename(file.path),
    interval: file.interval,
  })) {
    const wanted = batch.slice(0, left).filter((kline) => kline.openTime <= lastOpenTime)
    if (wanted.length > 0) yield wanted
    left -= batch.length
    if (left <= 0 || wanted.length < batch.length) return
  }
}

/**
 * @param {string} path
 * @returns {AsyncGenerator<string, void, undefined>}
 */
async function* textOf(path) {
  const raw = createReadStream(path)
  const stream = path.endsWith('.gz') ? raw.pipe(createGunzip()) : raw
  // pipe() forwards data and not errors: without this a file that cannot be read would wait for ever.
  if (stream !== raw) raw.on('error', (error) => stream.destroy(error))
  stream.setEncoding('utf8')
  try {
    yield* stream
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new KlineFileError(basename(path), 0, `cannot be read: ${reason}`)
  } finally {
    raw.destroy()
  }
}

/** By code unit, which is the same on every machine, as locales are not. @param {string} a @param {string} b */
function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0
}
