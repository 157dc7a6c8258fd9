/**
 * Reads klines from a Parquet file with hyparquet, which whoever wants Parquet installs: an optional dependency, loaded
 * when the first such file comes. Runs in the thread that loads a history, row group by row group.
 */

import { TickscanError } from './errors.js'
import { columnsOf, timeOf } from './kline-csv.js'

/**
 * What of hyparquet is used.
 * @typedef {object} Hyparquet
 * @property {(file: AsyncFile) => Promise<any>} parquetMetadataAsync
 * @property {(options: any) => Promise<void>} parquetRead
 */

/** @typedef {{ byteLength: number, slice: (start: number, end?: number) => Promise<ArrayBuffer> }} AsyncFile */

/**
 * @param {Blob} blob
 * @param {import('./kline-table.js').KlineTable} table
 * @param {string | undefined} moduleUrl where hyparquet lies, if not where modules are found by name
 * @param {(bytes: number) => void} onProgress after each row group
 */
export async function readParquet(blob, table, moduleUrl, onProgress) {
  const { parquetMetadataAsync, parquetRead } = await hyparquet(moduleUrl)
  const file = {
    byteLength: blob.size,
    slice: (/** @type {number} */ a, /** @type {number} */ b = blob.size) => blob.slice(a, b).arrayBuffer(),
  }
  try {
    const metadata = await parquetMetadataAsync(file)
    const names = metadata.schema.slice(1).map((/** @type {{ name: string }} */ { name }) => name)
    const wanted = columnsOf(names).map((at) => names[at])
    const row = new Float64Array(wanted.length)
    let first = 0
    for (const group of metadata.row_groups) {
      const end = first + Number(group.num_rows)
      const columns = await readGroup(parquetRead, { file, metadata, wanted, from: first, to: end })
      for (let i = 0; i < end - first; i++) {
        for (let c = 0; c < wanted.length; c++)
          row[c] = c === 0 ? timeOf(columns[c][i]) : Number(columns[c][i])
        table.push(row, () => `row ${first + i + 1}`)
      }
      first = end
      onProgress(Math.round((blob.size * first) / Number(metadata.num_rows)))
    }
  } catch (cause) {
    if (cause instanceof TickscanError) throw cause
    throw new TickscanError('E_VALUE', `the Parquet file could not be read: ${cause}`, { cause })
  }
}

/**
 * One row group's values, column by column.
 * @param {Hyparquet['parquetRead']} parquetRead
 * @param {{ file: AsyncFile, metadata: any, wanted: string[], from: number, to: number }} what
 * @returns {Promise<any[][]>}
 */
async function readGroup(parquetRead, { file, metadata, wanted, from, to }) {
  /** @type {any[][]} */
  const columns = wanted.map(() => new Array(to - from))
  await parquetRead({
    file,
    metadata,
    columns: wanted,
    rowStart: from,
    rowEnd: to,
    onChunk: (/** @type {{ columnName: string, columnData: ArrayLike<any>, rowStart: number }} */ chunk) => {
      const column = columns[wanted.indexOf(chunk.columnName)]
      for (let i = 0; i < chunk.columnData.length; i++)
        column[chunk.rowStart + i - from] = chunk.columnData[i]
    },
  })
  return columns
}

/**
 * @param {string | undefined} moduleUrl
 * @returns {Promise<Hyparquet>}
 */
async function hyparquet(moduleUrl) {
  // Not a literal: bundlers would insist on finding it, although nobody need have it.
  const name = moduleUrl ?? 'hyparquet'
  try {
    return await import(/* @vite-ignore */ /* webpackIgnore: true */ name)
  } catch (cause) {
    throw new TickscanError(
      'E_UNSUPPORTED',
      `Parquet needs the package hyparquet, which could not be loaded: ${cause}`,
      {
        hint: 'npm install hyparquet; in a browser pass its URL as hyparquetUrl',
        details: { name },
      },
    )
  }
}
