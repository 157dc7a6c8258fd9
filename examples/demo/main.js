// The demo page: start reading here. The page's thread only draws. Market data is written by the feed's worker
// (feed-worker.js) straight into shared memory, filters are run by the scanner's own threads, and what comes
// back are changes: signals, a few numbers for the table, the figures of each cycle.

import { createScanner } from '../../dist/index.js'
import { CycleStats } from './cycle-stats.js'
import { clockTime, dateTime } from './format.js'
import { marketSource } from './market-source.js'
import { MarketTable } from './market-table.js'
import { Matches, TraderColors } from './matches.js'
import { PRESETS } from './presets.js'
import { PriceChart } from './price-chart.js'
import { Quotes } from './quotes.js'
import { SignalFeed } from './signal-feed.js'
import { TraderPanel } from './trader-panel.js'

const CYCLE_EVERY_MS = 100
const QUOTES_EVERY_MS = 250
const CHART_EVERY_MS = 1000
const STATUS_EVERY_MS = 2000
const MAX_KLINES = 500
/** What each signal carries, for the list of signals. */
const COLUMNS = { price: 'close' }

/** @param {string} id @returns {any} */
const byId = (id) => document.getElementById(id)

async function main() {
  const source = await marketSource(new URLSearchParams(location.search))
  const feed = new Feed(source)
  const scanner = await createScanner({
    symbols: source.names,
    intervals: source.intervals,
    maxSymbols: source.names.length,
    maxKlines: MAX_KLINES,
    clock: () => feed.now,
  })
  addEventListener('pagehide', () => scanner.close())

  const matches = new Matches()
  const colors = new TraderColors()
  const stats = new CycleStats(source.names.length)
  const quotes = new Quotes(source.names)
  const chart = new PriceChart(source.intervals[0])
  const signals = new SignalFeed(colors)
  const table = new MarketTable({ symbols: source.names, quotes, matches, colors, onSelect: showChart })
  const panel = new TraderPanel({ intervals: source.intervals, matches, colors, add, remove })
  /** Traders that are being added. @type {Set<string>} */
  const arriving = new Set()

  scanner.addEventListener('signals', (event) => {
    const { detail } = /** @type {CustomEvent<import('./matches.js').SignalDetail>} */ (event)
    const changes = matches.fold(detail)
    // What a new trader finds on its arrival has matched all along: state, and no news.
    if (!arriving.has(detail.traderId)) signals.add({ ...detail, ...changes })
    table.changed()
    panel.changed()
  })

  // An engine that dies is replaced by itself; prices come in all the while, and the calls below wait.
  scanner.addEventListener('restart', (event) => showRestart(/** @type {CustomEvent} */ (event).detail))
  scanner.addEventListener('error', (event) => {
    const { detail } = /** @type {CustomEvent} */ (event)
    if (detail.code === 'E_WORKER_DIED') fail(detail)
    else console.warn(`${detail.code}: ${detail.message}`)
  })

  await feed.start(scanner.writer.handle, MAX_KLINES, (updates) => (stats.updates += updates))
  for (const spec of PRESETS) await add(spec).catch((error) => console.warn(`${spec.id}: ${error.message}`))
  showState('running', `${source.title} · ${source.names.length} symbols`)
  table.select(source.names.includes('BTCUSDT') ? 'BTCUSDT' : source.names[0])

  let quotedAt = 0
  every(CYCLE_EVERY_MS, async () => {
    stats.cycle(await scanner.processUpdates())
    if (performance.now() - quotedAt < QUOTES_EVERY_MS) return
    quotedAt = performance.now()
    // Right after a cycle, because asking for a value takes in what was written since and so runs one itself.
    await quotes.refresh(scanner, source.intervals[0])
    const selected = source.names.indexOf(table.selected)
    chart.quote(quotes.last[selected], quotes.change[selected])
    byId('clock').textContent = dateTime(feed.now)
    table.changed()
  })
  every(CHART_EVERY_MS, () => chart.show(scanner, table.selected))
  every(STATUS_EVERY_MS, async () => {
    stats.memoryBytes = (await scanner.status()).memory.bytes
  })

  /** @param {import('./presets.js').TraderSpec} spec */
  async function add(spec) {
    colors.give(spec.id)
    arriving.add(spec.id)
    try {
      await scanner.addTrader({ ...spec, columns: COLUMNS })
    } catch (error) {
      // Another trader may bear that name and keep its colour.
      if (/** @type {any} */ (error).code !== 'E_DUPLICATE') colors.free(spec.id)
      throw error
    } finally {
      arriving.delete(spec.id)
    }
    panel.added(spec)
  }

  /** @param {string} id */
  async function remove(id) {
    await scanner.removeTrader(id)
    matches.forget(id)
    colors.free(id)
    table.changed()
  }

  /** @param {string} symbol */
  function showChart(symbol) {
    const index = source.names.indexOf(symbol)
    chart.quote(quotes.last[index], quotes.change[index])
    chart.show(scanner, symbol).catch(fail)
  }
}

/** The feed's worker, seen from the page: its time is the scanner's clock. */
class Feed {
  /** @param {import('./market-source.js').MarketSource} source */
  constructor({ market, speeds, speed }) {
    this.market = market
    this.speed = speed
    this.now = 0
    this.worker = new Worker(new URL('./feed-worker.js', import.meta.url), { type: 'module' })
    byId('speed').append(...speeds.map((choice) => this.speedButton(choice)))
  }

  /**
   * Resolves when the market's past is loaded and its present has begun.
   * @param {object} handle @param {number} maxKlines @param {(updates: number) => void} onUpdates
   */
  start(handle, maxKlines, onUpdates) {
    return new Promise((resolve, reject) => {
      this.worker.addEventListener('error', (event) => reject(new Error(`the feed: ${event.message}`)))
      this.worker.addEventListener('message', ({ data }) => {
        if (data.now !== undefined) this.now = data.now
        if (data.type === 'ready') resolve(undefined)
        if (data.type === 'time') onUpdates(data.updates)
        if (data.type === 'end') showState('ended', `Replay finished at ${clockTime(data.now)} UTC`)
        if (data.type === 'failed') {
          reject(new Error(`the feed: ${data.message}`))
          showState('failed', `The feed stopped: ${data.message}`)
        }
      })
      this.worker.postMessage({ type: 'start', handle, market: this.market, maxKlines, speed: this.speed })
    })
  }

  /** @param {number} choice */
  speedButton(choice) {
    const label = document.createElement('label')
    const input = document.createElement('input')
    input.type = 'radio'
    input.name = 'speed'
    input.checked = choice === this.speed
    input.addEventListener('change', () => {
      this.speed = choice
      this.worker.postMessage({ type: 'speed', speed: choice })
    })
    const text = document.createElement('span')
    text.textContent = `${choice}×`
    label.append(input, text)
    return label
  }
}

/** Repeats work, waiting for it to end before it is due again. @param {number} ms @param {() => Promise<unknown>} work */
function every(ms, work) {
  const run = () => work().then(() => setTimeout(run, ms), fail)
  run()
}

/** What the page shows when nothing is the matter with the engine. */
const settled = { state: 'starting', text: 'Starting…' }

/** @param {string} state @param {string} text */
function showState(state, text) {
  Object.assign(settled, { state, text })
  paintState(settled)
}

/** @param {{ phase: 'suspect' | 'died' | 'restored', restarts: number, elapsedMs?: number }} info */
function showRestart({ phase, restarts, elapsedMs = 0 }) {
  if (settled.state === 'failed') return
  const { state, text } = settled
  if (phase === 'suspect') paintState({ state: 'restarting', text: 'The engine does not answer…' })
  if (phase === 'died') paintState({ state: 'restarting', text: `Restarting the engine (${restarts})…` })
  if (phase === 'restored') {
    paintState({ state, text: `${text} · engine restarted in ${(elapsedMs / 1000).toFixed(1)} s` })
  }
}

/** @param {{ state: string, text: string }} shown */
function paintState({ state, text }) {
  byId('state-dot').dataset.state = state
  byId('state').textContent = text
}

/** @param {any} error */
function fail(error) {
  if (error.code === 'E_CLOSED') return
  console.error(error)
  showState('failed', 'Stopped')
  byId('fatal-message').textContent = [error.code, error.message, error.hint].filter(Boolean).join(' · ')
  byId('fatal').hidden = false
}

main().catch(fail)
