/**
 * A folder of kline files (SYMBOL-INTERVAL.csv or .csv.gz) as the demo page reads it: an index and plain CSV text.
 */

import fs from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'
import { Failure } from './run.mjs'

/**
 * @typedef {object} ReplayFile
 * @property {string} symbol
 * @property {string} interval
 * @property {string} file its name as served: without .gz
 */

const NAME = /^([A-Z0-9]+)-(\d+[smhdw])\.csv(\.gz)?$/

/** @param {string} folder */
export function openReplay(folder) {
  if (!fs.existsSync(folder)) throw new Failure(`--replay: no such folder: ${folder}`)
  /** @type {Map<string, ReplayFile & { place: string }>} */
  const byFile = new Map()
  for (const name of fs.readdirSync(folder).sort()) {
    const match = NAME.exec(name)
    if (!match) continue
    const file = name.replace(/\.gz$/, '')
    byFile.set(file, { symbol: match[1], interval: match[2], file, place: path.join(folder, name) })
  }
  if (byFile.size === 0)
    throw new Failure(`--replay: no files like BTCUSDT-1m.csv or BTCUSDT-1m.csv.gz in ${folder}`)
  return {
    /** @returns {ReplayFile[]} */
    index: () => [...byFile.values()].map(({ symbol, interval, file }) => ({ symbol, interval, file })),
    /**
     * @param {string} file
     * @returns {Buffer | undefined}
     */
    read: (file) => {
      const found = byFile.get(file)
      if (!found) return undefined
      const bytes = fs.readFileSync(found.place)
      return found.place.endsWith('.gz') ? zlib.gunzipSync(bytes) : bytes
    },
  }
}
