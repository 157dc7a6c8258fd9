/** S7: from an update to its signal, 500 dirty symbols × 50 traders, event-driven, in Node and in Chrome. */

import { inRoot } from '../../scripts/lib/paths.mjs'
import { serve } from '../../scripts/lib/server.mjs'
import { launch, openPage } from '../../tests/browser/helpers/browser.mjs'
import { measure } from '../latency/node.mjs'
import { atMostTimes, timesOf } from '../lib/goals.mjs'
import { row } from '../lib/rows.mjs'
import { percentile } from '../lib/stats.mjs'

export const id = 'S7'
export const title = 'update → signal: 500 dirty × 50 traders, event-driven, in Node and in Chrome'

const SIZE = { symbols: 1000, klines: 500, dirty: 500, traders: 50, trials: 3000, warmUp: 300 }
const BARE = 'bare wake-and-reply'

/** @param {import('./index.mjs').Context} context */
export async function run({ say, size: given }) {
  const size = { ...SIZE, ...given }
  const node = rows('Node', await measure(size))
  say(`Node: ${size.trials} trials`)
  return [...node, ...(await inChrome(size, say))]
}

async function inChrome(size, say) {
  const browser = await launch().catch((error) => {
    say(`no Chrome: ${error.message}`)
    return undefined
  })
  if (!browser) return []
  const server = await serve({
    mounts: { '/': inRoot('bench/latency'), '/lib/': inRoot('bench/lib'), '/dist/': inRoot('dist') },
  })
  try {
    const { page } = await openPage(browser, server.url)
    // Imported by its address: the page's policy forbids scripts in the page itself.
    const samples = await page.evaluate(async (given) => (await import('/page.mjs')).measure(given), size)
    say(`Chrome ${browser.version()}: ${size.trials} trials`)
    return rows(`Chrome ${browser.version().split('.')[0]}`, samples)
  } finally {
    await browser.close()
    await server.close()
  }
}

function rows(where, { tickscan, bare }) {
  const one = (name, share, goal) =>
    row({
      scenario: id,
      metric: `${where}, ${name}`,
      unit: 'µs',
      tickscan: percentile(tickscan, share) * 1000,
      peers: { [BARE]: percentile(bare, share) * 1000 },
      goal,
    })
  return [one('p50', 0.5, timesOf(BARE)), one('p99', 0.99, atMostTimes(BARE, 2))]
}
