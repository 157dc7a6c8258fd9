// Adds up what a replay's cycles report, and turns their deltas into single signals.

/** @typedef {import('./signal-printer.mjs').Signal} Signal */
/**
 * @typedef {object} Cycle the part of processUpdates()'s result that is used here
 * @property {number} filtersRun
 * @property {number} filtersSkipped
 * @property {number} elapsedUs
 * @property {Delta[]} deltas
 */
/**
 * @typedef {object} Delta
 * @property {number} time
 * @property {boolean} snapshot
 * @property {{ symbol: string, columns?: Record<string, number | undefined> }[]} entered
 * @property {string[]} left
 */
/**
 * @typedef {object} Summary
 * @property {number} symbols
 * @property {number} klines
 * @property {number} cycles
 * @property {number} filtersRun
 * @property {number} filtersSkipped
 * @property {number} skippedShare 0 to 1
 * @property {number} entered
 * @property {number} left
 * @property {number} elapsedMs
 * @property {number} klinesPerSecond
 * @property {number} cyclesPerSecond
 * @property {number} engineUsPerCycle
 */

export class ReplayCount {
  /** @param {{ symbols: number, columns: boolean }} options */
  constructor({ symbols, columns }) {
    this.symbols = symbols
    this.columns = columns
    this.startedAt = performance.now()
    this.klines = 0
    this.cycles = 0
    this.filtersRun = 0
    this.filtersSkipped = 0
    this.engineUs = 0
    this.entered = 0
    this.left = 0
    /** Who matches now, from folding all deltas: what a snapshot is compared with. @type {Set<string>} */
    this.matching = new Set()
  }

  /**
   * Counts one cycle and returns its signals, in the order of the engine's deltas.
   * @param {Cycle} cycle
   * @param {number} klines how many were fed for it
   * @returns {Signal[]}
   */
  cycle({ filtersRun, filtersSkipped, elapsedUs, deltas }, klines) {
    this.klines += klines
    this.cycles += 1
    this.filtersRun += filtersRun
    this.filtersSkipped += filtersSkipped
    this.engineUs += elapsedUs
    return deltas.flatMap((delta) => this.fold(delta))
  }

  /**
   * A snapshot lists everything that matches; a signal is only what is new against the state so far.
   * @param {Delta} delta
   * @returns {Signal[]}
   */
  fold({ time, snapshot, entered, left }) {
    const now = new Set(entered.map(({ symbol }) => symbol))
    const gone = snapshot ? [...this.matching].filter((symbol) => !now.has(symbol)) : left
    /** @type {Signal[]} */
    const signals = []
    for (const { symbol, columns } of entered) {
      if (this.matching.has(symbol)) continue
      this.matching.add(symbol)
      signals.push({ time, symbol, event: 'entered', ...(this.columns && { columns }) })
    }
    for (const symbol of gone) {
      if (this.matching.delete(symbol)) signals.push({ time, symbol, event: 'left' })
    }
    this.entered += signals.filter(({ event }) => event === 'entered').length
    this.left += signals.filter(({ event }) => event === 'left').length
    return signals
  }

  /** @returns {Summary} */
  summary() {
    const elapsedMs = performance.now() - this.startedAt
    const perSecond = (/** @type {number} */ count) => (elapsedMs > 0 ? (count / elapsedMs) * 1000 : 0)
    const filters = this.filtersRun + this.filtersSkipped
    return {
      symbols: this.symbols,
      klines: this.klines,
      cycles: this.cycles,
      filtersRun: this.filtersRun,
      filtersSkipped: this.filtersSkipped,
      skippedShare: filters > 0 ? this.filtersSkipped / filters : 0,
      entered: this.entered,
      left: this.left,
      elapsedMs,
      klinesPerSecond: perSecond(this.klines),
      cyclesPerSecond: perSecond(this.cycles),
      engineUsPerCycle: this.cycles > 0 ? this.engineUs / this.cycles : 0,
    }
  }
}
