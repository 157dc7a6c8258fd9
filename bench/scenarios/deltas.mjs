/**
 * What deltas save: real klines replayed, and in each cycle the entries of its deltas (entered and left) beside those
 * of full results (every match of every trader), which is what a page would get without deltas.
 */

import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { IDEAS, PRESETS } from '../../examples/demo/presets.js'
import { listKlineFiles, readKlines } from '../../examples/lib/kline-files.mjs'
import { mergeByCloseTime } from '../../examples/lib/merge.mjs'
import { smallerBy } from '../lib/goals.mjs'
import { row } from '../lib/rows.mjs'
import { createScanner } from '../lib/tickscan.mjs'
import { makeTraders } from '../lib/traders.mjs'

export const id = 'deltas'
export const title = 'entries of deltas beside full results, in a replay of real klines'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const KLINES = join(resolve(ROOT, process.env.TICKSCAN_DATA ?? '../shared/data'), 'klines')
const FULL = 'full results'

/** The demo page's filters, which are as users write them; and S1's, which are many and stand where prices are. */
const SETS = [
  {
    name: "the demo page's filters",
    traders: [...PRESETS, ...IDEAS.map(({ label, filter }) => ({ id: label, filter }))],
  },
  {
    name: "S1's 100 traders",
    traders: makeTraders(100).map(({ id: trader, filter }) => ({ id: trader, filter })),
  },
]

/** A cycle where klines close, as examples/replay.mjs does it; and one every 2 s, as often as the exchange sends klines. */
const PACES = [
  { pace: 'a cycle a minute', updates: 0, limit: 10_000 },
  { pace: 'a cycle every 2 s', updates: 29, limit: 600 },
]

/** @param {import('./index.mjs').Context} context */
export async function run({ say, size: { folder = KLINES, sets = SETS, paces = PACES } = {} }) {
  if (!existsSync(folder)) {
    say(`no klines at ${folder}: set TICKSCAN_DATA`)
    return []
  }
  const rows = []
  for (const { name, traders } of sets) {
    for (const { pace, updates, limit } of paces) {
      const { cycles, entered, left, full } = await replay(folder, traders, updates, limit)
      const lasts = (full / entered).toFixed(1)
      say(
        `${name}, ${pace}: ${cycles} cycles, a match lasts ${lasts} of them; the deltas add up to matches()`,
      )
      rows.push(
        row({
          scenario: id,
          metric: `${name}, ${pace}`,
          unit: 'entries/cycle',
          tickscan: (entered + left) / cycles,
          peers: { [FULL]: full / cycles },
          goal: smallerBy(FULL, 0.8),
        }),
      )
    }
  }
  return rows
}

async function replay(folder, traders, updates, limit) {
  const files = await listKlineFiles(folder)
  const scanner = await createScanner({
    symbols: [...new Set(files.map(({ symbol }) => symbol))],
    intervals: ['1m', '5m'],
    threads: 1,
    traders,
  })
  try {
    const sources = files.map((file) => ({
      symbol: file.symbol,
      interval: file.interval,
      batches: readKlines(file, { limit: file.interval === '1m' ? limit : Math.ceil(limit / 5) }),
    }))
    const count = { cycles: 0, entered: 0, left: 0, full: 0 }
    const cycle = async () => {
      const { deltas } = await scanner.processUpdates()
      for (const { entered, left } of deltas) {
        count.entered += entered.length
        count.left += left.length
      }
      count.full += count.entered - count.left
      count.cycles++
    }
    for await (const { klines } of mergeByCloseTime(sources)) {
      // Minutes alone: the forming 5m kline is not in the files.
      const forming = klines.filter(({ interval }) => interval === '1m')
      for (let update = 0; update < updates; update++) {
        for (const { symbol, kline } of forming) {
          scanner.writer.updateKline(symbol, '1m', formingKline(kline, (update + 1) / (updates + 1)))
        }
        await cycle()
      }
      for (const { symbol, interval, kline } of klines) scanner.writer.updateKline(symbol, interval, kline)
      await cycle()
    }
    const matches = traders.reduce((total, trader) => total + scanner.matches(trader.id).length, 0)
    const folded = count.entered - count.left
    if (matches !== folded) throw new Error(`deltas add up to ${folded} matches, there are ${matches}`)
    return count
  } finally {
    await scanner.close()
  }
}

/** A kline at a `part` of its time, on the straight way from its open by its low and high (or high and low) to its close. */
function formingKline({ openTime, open, high, low, close, volume }, part) {
  const corners = close >= open ? [open, low, high, close] : [open, high, low, close]
  const at = Math.min(2, Math.floor(part * 3))
  const price = corners[at] + (corners[at + 1] - corners[at]) * (part * 3 - at)
  const seen = [...corners.slice(0, at + 1), price]
  return {
    openTime,
    open,
    high: Math.max(...seen),
    low: Math.min(...seen),
    close: price,
    volume: volume * part,
    closed: false,
  }
}
