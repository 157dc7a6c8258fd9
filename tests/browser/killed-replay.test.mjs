// The killed replay of tests/node, in Chrome: where no event says that a worker is gone, its Web Lock does.

import { test } from 'node:test'
import { inRoot } from '../../scripts/lib/paths.mjs'
import { serve } from '../../scripts/lib/server.mjs'
import { checkKilled } from '../node/helpers/killed.mjs'
import { KLINES, PAIRS, skipKlines } from '../node/helpers/klines.mjs'
import { launch, openPage } from './helpers/browser.mjs'

test('a replay that is killed three times in Chrome says what an undisturbed one says', {
  skip: skipKlines,
}, async (t) => {
  const mounts = { '/': 'tests/browser/pages', '/dist/': 'dist', '/kills/': 'tests/kills' }
  const server = await serve({
    replay: KLINES,
    mounts: Object.fromEntries(Object.entries(mounts).map(([url, folder]) => [url, inRoot(folder)])),
  })
  const browser = await launch()
  try {
    const { page } = await openPage(browser, server.url)
    const [undisturbed, killed] = await page.evaluate(
      async (options) => (await import('/kills/page.js')).runBoth(options),
      { pairs: PAIRS, rows: 1200 },
    )
    checkKilled(t, undisturbed, killed, { atOnce: false })
  } finally {
    await browser.close()
    await server.close()
  }
})
