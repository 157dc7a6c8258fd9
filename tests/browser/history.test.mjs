// Files of klines in a page: a gzipped File, and Parquet with hyparquet from the page's own server, both read by a worker
// under the strict policy.

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { inRoot } from '../../scripts/lib/paths.mjs'
import { serve } from '../../scripts/lib/server.mjs'
import { launch, openPage } from './helpers/browser.mjs'

const START = Date.UTC(2026, 0, 5)
const FIELDS = ['openTime', 'open', 'high', 'low', 'close', 'volume']
const rows = Array.from({ length: 120 }, (_, i) => [START + i * 60_000, i, i + 2, i - 1, i + 1, 0.1])

describe('histories in a page', () => {
  /** @type {import('playwright-core').Browser} */
  let browser
  /** @type {Awaited<ReturnType<typeof serve>>} */
  let server
  before(async () => {
    browser = await launch()
    const mounts = {
      '/': inRoot('tests/browser/pages'),
      '/dist/': inRoot('dist'),
      '/hyparquet/': inRoot('node_modules/hyparquet/src'),
    }
    server = await serve({ mounts })
  })
  after(async () => {
    await browser?.close()
    await server?.close()
  })

  it('are read from a File and from Parquet', async () => {
    const { page, faults } = await openPage(browser, server.url)
    const csv = gzipSync([FIELDS, ...rows].join('\n')).toString('base64')
    const columnData = FIELDS.map((name, c) => ({ name, data: rows.map((row) => row[c]), type: 'DOUBLE' }))
    const parquet = Buffer.from(parquetWriteBuffer({ columnData })).toString('base64')
    const seen = await page.evaluate(
      async (files) => {
        const { createScanner } = await import('/dist/index.js')
        const bytes = (base64) => Uint8Array.from(atob(base64), (one) => one.charCodeAt(0))
        const scanner = await createScanner({ symbols: ['A', 'B', 'C'], intervals: ['1m', '1h'] })
        const progress = []
        scanner.addEventListener('progress', ({ detail }) => progress.push(detail))
        const file = new File([bytes(files.csv)], 'A-1m.csv.gz')
        const a = await scanner.loadHistory('A', '1m', { csv: file }, { derive: ['1h'] })
        const hyparquetUrl = new URL('/hyparquet/index.js', location.href)
        const b = await scanner.loadHistory('B', '1m', { parquet: bytes(files.parquet) }, { hyparquetUrl })
        const none = await scanner
          .loadHistory('C', '1m', { parquet: bytes(files.parquet) })
          .catch(({ code }) => code)
        await scanner.processUpdates()
        const klines = ['A', 'B', 'C'].map((symbol) => scanner.klines(symbol).map(Object.values))
        const hours = scanner.klines('A', '1h').length
        await scanner.close()
        return { a, b, none, klines, hours, progress: progress.at(-1) }
      },
      { csv, parquet },
    )
    const { a, b, none, klines, hours, progress } = /** @type {any} */ (seen)
    assert.equal(a.loaded, 120)
    assert.deepEqual(a.derived, { '1h': { kept: 2, incomplete: 0 } })
    assert.equal(hours, 2)
    assert.equal(b.kept, 120)
    assert.equal(none, 'E_UNSUPPORTED')
    const wanted = rows.map((row) => [...row, true])
    assert.deepEqual(klines, [wanted, wanted, []])
    assert.equal(progress.klines, 120)
    await page.close()
    assert.deepEqual(faults, [])
  })
})
