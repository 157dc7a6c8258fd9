/**
 * LOAD_HISTORY: reads a file of klines, checks it, makes the longer intervals, and answers with the newest klines of
 * each. Runs in a worker that has no engine, so that no scan waits for it; the client's writer stores the result.
 */

import { TickscanError } from './errors.js'
import { blobOf, textOf } from './history-source.js'
import { readCsv } from './kline-csv.js'
import { readParquet } from './kline-parquet.js'
import { KlineTable } from './kline-table.js'

/** Least change of bytes that is worth a message. */
const PROGRESS_BYTES = 1 << 18

/**
 * @typedef {object} Progress
 * @property {number} bytes read so far
 * @property {number} totalBytes
 * @property {number} klines read so far
 */

/**
 * What a job needs of its thread.
 * @typedef {object} JobHost
 * @property {(progress: Progress) => void} onProgress
 * @property {import('./history-source.js').OpenUrl} openUrl
 */

/**
 * How a file is read, by format, to how many bytes it had. A new format is a row here.
 * @type {Readonly<Record<string, (table: KlineTable, fields: any, host: JobHost) =>
 *   Promise<number>>>}
 */
const READERS = Object.freeze({
  csv: async (table, { source }, { openUrl, onProgress }) => {
    const blob = await blobOf(source, openUrl)
    await readCsv(textOf(blob, progressOf(blob, table, onProgress)), table)
    return blob.size
  },
  parquet: async (table, { source, hyparquetUrl }, { openUrl, onProgress }) => {
    const blob = await blobOf(source, openUrl)
    await readParquet(blob, table, hyparquetUrl, progressOf(blob, table, onProgress))
    return blob.size
  },
  arrays: async (table, { source: { columns } }) => {
    const row = new Float64Array(columns.length)
    for (let i = 0; i < columns[0].length; i++) {
      for (let c = 0; c < columns.length; c++) row[c] = columns[c][i]
      table.push(row, () => `kline ${i}`)
    }
    return columns.length * columns[0].length * Float64Array.BYTES_PER_ELEMENT
  },
})

/**
 * @param {Record<string, any>} fields of LOAD_HISTORY
 * @param {JobHost} host
 */
export async function loadHistoryFile(fields, host) {
  const { format, intervalMs, derive, keep } = fields
  if (!Object.hasOwn(READERS, format)) {
    const expected = Object.keys(READERS).join(', ')
    throw new TickscanError('E_CONFIG', `the format ${format} is unknown`, { expected })
  }
  const table = new KlineTable(intervalMs, keep, derive)
  const bytes = await READERS[format](table, fields, host)
  host.onProgress({ bytes, totalBytes: bytes, klines: table.rows })
  const { rows, duplicates, missing, gaps } = table
  return { history: table.history(), derived: table.derived(), rows, duplicates, missing, gaps }
}

/**
 * Says how far the reading is, now and then.
 * @param {Blob} blob
 * @param {KlineTable} table
 * @param {(progress: Progress) => void} onProgress
 */
function progressOf(blob, table, onProgress) {
  let reported = 0
  return (/** @type {number} */ bytes) => {
    if (bytes - reported < PROGRESS_BYTES) return
    reported = bytes
    onProgress({ bytes, totalBytes: blob.size, klines: table.rows })
  }
}
