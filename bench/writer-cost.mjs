// What one update costs from JavaScript, beside the bare cost of the same stores and one Atomics.or: everything
// that keeps an update from being lost or torn is in the difference. Medians of interleaved rounds in one run,
// because machines are noisy: read the ratios.
//
//   node bench/writer-cost.mjs [--json FILE]

import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { createScanner } from 'tickscan'

const SYMBOLS = 1000
const ROUNDS = 41
const UPDATES = 100_000

const { values: options } = parseArgs({ options: { json: { type: 'string' } } })

const scanner = await createScanner({
  symbols: Array.from({ length: SYMBOLS }, (_, i) => `S${i}`),
  intervals: ['1m'],
  maxSymbols: SYMBOLS,
  maxKlines: 500,
  threads: 1,
})
const { writer } = scanner

// The bare stores go into shared memory of the same kind, one record of 256 bytes for each symbol.
const bare = new SharedArrayBuffer(SYMBOLS * 256 + 4096)
const bareDoubles = new Float64Array(bare)
const bareWords = new Int32Array(bare, SYMBOLS * 256)

function bareTicker(symbol, v) {
  const at = symbol * 32
  bareDoubles[at] = v.last
  bareDoubles[at + 1] = v.bid
  bareDoubles[at + 2] = v.ask
  bareDoubles[at + 3] = v.open24h
  bareDoubles[at + 4] = v.high24h
  bareDoubles[at + 5] = v.low24h
  bareDoubles[at + 6] = v.volume24h
  bareDoubles[at + 7] = v.quoteVolume24h
  Atomics.or(bareWords, symbol >>> 5, 1 << (symbol & 31))
}

function bareKline(symbol, v) {
  const at = symbol * 32
  bareDoubles[at] = v.openTime
  bareDoubles[at + 1] = v.open
  bareDoubles[at + 2] = v.high
  bareDoubles[at + 3] = v.low
  bareDoubles[at + 4] = v.close
  bareDoubles[at + 5] = v.volume
  Atomics.or(bareWords, symbol >>> 5, 1 << (symbol & 31))
}

const ticker = { last: 1, bid: 1, ask: 1, open24h: 1, high24h: 2, low24h: 1, volume24h: 1, quoteVolume24h: 1 }
const kline = { openTime: 60_000, open: 1, high: 2, low: 1, close: 1, volume: 1, closed: false }

/** @type {Record<string, (symbol: number, price: number) => void>} */
const subjects = {
  'bare ticker stores + Atomics.or': (symbol, price) => {
    ticker.last = price
    bareTicker(symbol, ticker)
  },
  updateTicker: (symbol, price) => {
    ticker.last = price
    writer.updateTicker(symbol, ticker)
  },
  'bare kline stores + Atomics.or': (symbol, price) => {
    kline.close = price
    bareKline(symbol, kline)
  },
  'updateKline (live)': (symbol, price) => {
    kline.close = price
    writer.updateKline(symbol, '1m', kline)
  },
}

/** Nanoseconds per update. */
function measure(update) {
  const start = process.hrtime.bigint()
  for (let i = 0; i < UPDATES; i++) update(i % SYMBOLS, 1 + (i & 7) / 8)
  return Number(process.hrtime.bigint() - start) / UPDATES
}

// As in use: every series has history, and the live kline is newer.
for (let symbol = 0; symbol < SYMBOLS; symbol++) {
  writer.updateKline(symbol, '1m', { ...kline, openTime: 0, closed: true })
}

const samples = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]))
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, update] of Object.entries(subjects)) samples[name].push(measure(update))
}
const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]
const medians = Object.fromEntries(Object.entries(samples).map(([name, all]) => [name, median(all)]))
await scanner.close()

const rows = [
  ['updateTicker', 'bare ticker stores + Atomics.or'],
  ['updateKline (live)', 'bare kline stores + Atomics.or'],
].map(([name, peer]) => ({
  scenario: 'S6',
  metric: name,
  unit: 'ns/update',
  tickscan: medians[name],
  peers: { [peer]: medians[peer] },
  ratio: medians[name] / medians[peer],
}))
for (const row of rows) {
  const [[peer, cost]] = Object.entries(row.peers)
  console.log(
    `${row.metric}: ${row.tickscan.toFixed(1)} ns, ${peer}: ${cost.toFixed(1)} ns, ratio ${row.ratio.toFixed(2)}`,
  )
}
if (options.json) await writeFile(options.json, `${JSON.stringify(rows, null, 2)}\n`)
