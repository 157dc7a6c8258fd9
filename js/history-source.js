/**
 * Where a history comes from: text, bytes, a Blob (a File too) or a URL, gzipped or not, as one stream of text or one
 * Blob. Runs in the thread that reads it.
 */

import { TickscanError } from './errors.js'

/** @import { SourceData } from './history-loader.js' */

/** @typedef {(url: string) => Promise<Blob>} OpenUrl what a URL leads to, as this thread may read it */

/**
 * @param {SourceData} source
 * @param {OpenUrl} openUrl
 * @returns {Promise<Blob>}
 */
export async function blobOf({ text, bytes, blob, url }, openUrl) {
  if (blob !== undefined) return blob
  if (url !== undefined) return open(url, openUrl)
  return new Blob([/** @type {any} */ (text ?? bytes)])
}

/**
 * @param {string} url
 * @param {OpenUrl} openUrl
 */
async function open(url, openUrl) {
  try {
    return await openUrl(url)
  } catch (cause) {
    throw new TickscanError('E_VALUE', `${url} could not be read: ${cause}`, {
      expected: 'a URL that this thread may read',
      details: { url },
      cause,
    })
  }
}

/**
 * The text of a blob, chunk by chunk. `onBytes` hears how much of the blob has been read.
 * @param {Blob} blob
 * @param {(bytes: number) => void} onBytes
 * @returns {AsyncGenerator<string>}
 */
export async function* textOf(blob, onBytes) {
  const magic = new Uint8Array(await blob.slice(0, 2).arrayBuffer())
  const counted = blob.stream().pipeThrough(counter(onBytes))
  const gzipped = magic[0] === 0x1f && magic[1] === 0x8b
  const plain = gzipped ? counted.pipeThrough(new DecompressionStream('gzip')) : counted
  const reader = plain.pipeThrough(new TextDecoderStream()).getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } catch (cause) {
    throw new TickscanError('E_VALUE', `the file could not be read: ${cause}`, { cause })
  } finally {
    // Whoever stops early, at a bad row, does not read the rest.
    await reader.cancel().catch(() => {})
  }
}

/**
 * @param {(bytes: number) => void} onBytes
 * @returns {TransformStream<any, any>}
 */
function counter(onBytes) {
  let bytes = 0
  return new TransformStream({
    transform(chunk, controller) {
      bytes += chunk.byteLength
      onBytes(bytes)
      controller.enqueue(chunk)
    },
  })
}
