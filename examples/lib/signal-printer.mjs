// Prints what a replay finds: signals on stdout, as text or NDJSON, and progress on stderr, so that stdout can
// be piped into anything. On a terminal the progress is a bar that is redrawn; otherwise a line every tenth.

/** @typedef {{ time: number, symbol: string, event: 'entered' | 'left', columns?: Record<string, number | undefined> }} Signal */

const BAR_WIDTH = 28
const REDRAW_MS = 100

export class SignalPrinter {
  /**
   * @param {{ json: boolean, total: number, out?: NodeJS.WriteStream, err?: NodeJS.WriteStream }} options
   *   `total` is the number of klines that will be fed
   */
  constructor({ json, total, out = process.stdout, err = process.stderr }) {
    this.json = json
    this.total = total
    this.out = out
    this.err = err
    this.startedAt = performance.now()
    this.drawnAt = 0
    this.tenths = 0
    this.barShown = false
  }

  /** @param {Signal[]} signals */
  signals(signals) {
    if (signals.length === 0) return
    this.clearBar()
    this.out.write(signals.map((signal) => `${this.json ? jsonLine(signal) : textLine(signal)}\n`).join(''))
  }

  /**
   * @param {number} fed klines fed so far
   * @param {number} time replayed time in milliseconds
   */
  progress(fed, time) {
    const share = this.total > 0 ? fed / this.total : 1
    const now = performance.now()
    if (this.err.isTTY) {
      if (now - this.drawnAt < REDRAW_MS) return
      this.drawnAt = now
      this.barShown = true
      this.err.write(`\r\x1b[K${bar(share)} ${this.rate(fed, now)} ${iso(time)}`)
    } else if (Math.floor(share * 10) > this.tenths) {
      this.tenths = Math.floor(share * 10)
      this.err.write(`${this.tenths * 10} % ${this.rate(fed, now)} ${iso(time)}\n`)
    }
  }

  /** Removes the bar, so that the next line starts on an empty one. */
  clearBar() {
    if (!this.barShown) return
    this.err.write('\r\x1b[K')
    this.barShown = false
  }

  /** @param {import('./replay-summary.mjs').Summary} summary */
  summary(summary) {
    this.clearBar()
    this.out.write(this.json ? `${JSON.stringify({ type: 'summary', ...summary })}\n` : summaryText(summary))
  }

  /**
   * @param {number} fed
   * @param {number} now
   */
  rate(fed, now) {
    return `${grouped((fed / (now - this.startedAt)) * 1000)} klines/s`
  }
}

/** @param {Signal} signal */
function jsonLine({ time, symbol, event, columns }) {
  // An unknown value is null in JSON: it must not look like a missing column.
  const values =
    columns && Object.fromEntries(Object.entries(columns).map(([name, value]) => [name, known(value)]))
  return JSON.stringify({
    type: 'signal',
    time: iso(time),
    symbol,
    event,
    ...(values && { columns: values }),
  })
}

/** @param {Signal} signal */
function textLine({ time, symbol, event, columns }) {
  const values = Object.entries(columns ?? {}).map(([name, value]) => `${name}=${shortNumber(known(value))}`)
  return [iso(time), symbol.padEnd(10), event.padEnd(7), ...values].join('  ').trimEnd()
}

/** @param {import('./replay-summary.mjs').Summary} summary */
function summaryText(summary) {
  const skippedPercent = (summary.skippedShare * 100).toFixed(1)
  return [
    '',
    `${grouped(summary.klines)} klines of ${summary.symbols} symbols in ${(summary.elapsedMs / 1000).toFixed(2)} s: ` +
      `${grouped(summary.klinesPerSecond)} klines/s`,
    `${grouped(summary.cycles)} cycles: ${grouped(summary.cyclesPerSecond)} cycles/s, ` +
      `${summary.engineUsPerCycle.toFixed(1)} µs in the engine each`,
    `${grouped(summary.filtersRun)} filters run, ${grouped(summary.filtersSkipped)} skipped (${skippedPercent} %)`,
    `${grouped(summary.entered)} entered, ${grouped(summary.left)} left`,
    '',
  ].join('\n')
}

/** @param {number | undefined} value */
function known(value) {
  return value === undefined || !Number.isFinite(value) ? null : value
}

/** Six digits are enough to read; --json has them all. @param {number | null} value */
function shortNumber(value) {
  return value === null ? 'unknown' : String(Number(value.toPrecision(6)))
}

/** @param {number} share */
function bar(share) {
  const full = Math.round(share * BAR_WIDTH)
  const percent = `${Math.floor(share * 100)} %`
  return `[${'█'.repeat(full)}${'·'.repeat(BAR_WIDTH - full)}] ${percent.padStart(5)}`
}

/** @param {number} value */
function grouped(value) {
  return Math.round(value).toLocaleString('en-US')
}

/** @param {number} time */
function iso(time) {
  return new Date(time).toISOString()
}
