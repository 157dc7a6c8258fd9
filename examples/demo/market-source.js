// Chooses what feeds the page: kline files when the server offers some (`npm start -- --replay DIR`), else the
// simulated market.

import { baseInterval, sortedIntervals } from './replay-feed.js'
import { marketSymbols } from './symbols.js'

const HOUR_MS = 3_600_000

/**
 * @typedef {object} MarketSource
 * @property {'simulated' | 'replay'} kind
 * @property {string} title
 * @property {string[]} names symbols
 * @property {string[]} intervals the first is what traders read by default
 * @property {number[]} speeds market time per real time
 * @property {number} speed
 * @property {object} market what the feed worker needs
 */

/**
 * @param {URLSearchParams} query `seed` and `symbols` of the simulated market, `speed`
 * @returns {Promise<MarketSource>}
 */
export async function marketSource(query) {
  const files = await replayFiles()
  return files.length > 0 ? replayed(files, query) : simulated(query)
}

/** @returns {Promise<import('./replay-feed.js').ReplayFile[]>} */
async function replayFiles() {
  const response = await fetch('/replay/index.json')
  if (!response.ok) return []
  return response.json()
}

/** @param {import('./replay-feed.js').ReplayFile[]} files @param {URLSearchParams} query @returns {MarketSource} */
function replayed(files, query) {
  const base = baseInterval(files)
  const names = [
    ...new Set(files.filter(({ interval }) => interval === base).map(({ symbol }) => symbol)),
  ].sort()
  return {
    kind: 'replay',
    title: 'Replayed klines',
    names,
    intervals: sortedIntervals(files),
    speeds: [60, 120, 300],
    speed: positive(query.get('speed'), 300),
    market: { kind: 'replay', files: files.filter(({ symbol }) => names.includes(symbol)), base },
  }
}

/** @param {URLSearchParams} query @returns {MarketSource} */
function simulated(query) {
  const seed = positive(query.get('seed'), 7)
  const symbols = marketSymbols(Math.min(300, positive(query.get('symbols'), 300)), seed)
  return {
    kind: 'simulated',
    title: 'Simulated market',
    names: symbols.map(({ name }) => name),
    intervals: ['1m', '5m', '1h'],
    speeds: [1, 10, 60],
    speed: positive(query.get('speed'), 10),
    market: { kind: 'simulated', symbols, seed, startTime: Math.floor(Date.now() / HOUR_MS) * HOUR_MS },
  }
}

/** @param {string | null} text @param {number} otherwise */
function positive(text, otherwise) {
  const value = Number(text)
  return Number.isInteger(value) && value > 0 ? value : otherwise
}
