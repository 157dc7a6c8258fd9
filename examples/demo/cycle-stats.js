// The figures above the table: what the last second's cycles did, and that the page's own thread stayed free.

import { bytes, count, microseconds, percent } from './format.js'
import { drawSoon, FrameWatch } from './frames.js'

const SHOW_EVERY_MS = 500

/** @typedef {{ cycle: number, updatedSymbols: number, filtersRun: number, filtersSkipped: number, elapsedUs: number }} Cycle */

export class CycleStats {
  /** @param {number} symbols */
  constructor(symbols) {
    this.symbols = symbols
    this.frames = new FrameWatch()
    /** @type {Map<string, HTMLElement>} */
    this.fields = new Map()
    for (const field of document.querySelectorAll('[data-stat]')) {
      if (field instanceof HTMLElement) this.fields.set(String(field.dataset.stat), field)
    }
    this.draw = this.draw.bind(this)
    this.memoryBytes = Number.NaN
    /** Cycles since the figures were last shown. @type {Cycle[]} */
    this.cycles = []
    this.updates = 0
    this.shownAt = performance.now()
  }

  /** @param {Cycle} cycle */
  cycle(cycle) {
    this.cycles.push(cycle)
    if (performance.now() - this.shownAt >= SHOW_EVERY_MS) drawSoon(this.draw)
  }

  draw() {
    const seconds = (performance.now() - this.shownAt) / 1000
    if (this.cycles.length === 0 || seconds <= 0) return
    const last = this.cycles[this.cycles.length - 1]
    const run = sum(this.cycles, ({ filtersRun }) => filtersRun)
    const skipped = sum(this.cycles, ({ filtersSkipped }) => filtersSkipped)
    const times = this.cycles.map(({ elapsedUs }) => elapsedUs).sort((a, b) => a - b)
    this.show('cycle', count(last.cycle))
    this.show('updates', count(this.updates / seconds))
    this.show('symbols', count(sum(this.cycles, ({ updatedSymbols }) => updatedSymbols) / this.cycles.length))
    this.show('symbolsOf', `of ${count(this.symbols)}, mean per cycle`)
    this.show('filters', count(run / seconds))
    this.show('skipped', run + skipped > 0 ? percent((skipped / (run + skipped)) * 100).slice(1) : '–')
    this.show('engine', microseconds(times[times.length >> 1]))
    this.show('engineTail', `per cycle, slowest ${microseconds(times[times.length - 1])}`)
    this.show('frame', `${this.frames.longestMs.toFixed(0)} ms`)
    if (Number.isFinite(this.memoryBytes)) this.show('memory', bytes(this.memoryBytes))
    this.cycles = []
    this.updates = 0
    this.shownAt = performance.now()
  }

  /** @param {string} name @param {string} text */
  show(name, text) {
    const field = this.fields.get(name)
    if (field && field.textContent !== text) field.textContent = text
  }
}

/** @param {Cycle[]} cycles @param {(cycle: Cycle) => number} value */
function sum(cycles, value) {
  return cycles.reduce((total, cycle) => total + value(cycle), 0)
}
