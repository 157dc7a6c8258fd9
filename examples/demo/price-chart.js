// The selected symbol's last klines with an average over them: scanner.series() gives one value per closed
// kline, as of its close, straight from the engine that the filters use.

import { percent, price } from './format.js'
import { drawSoon } from './frames.js'

const EXPRESSIONS = ['open', 'high', 'low', 'close', 'ema(close, 50)']
const STEP = 7
const AXIS_WIDTH = 82
const COLORS = {
  up: '#2ebd85',
  down: '#f6465d',
  line: '#f0b90b',
  grid: '#1b2333',
  text: '#7c889c',
  last: '#7aa2ff',
}

export class PriceChart {
  /** @param {string} interval */
  constructor(interval) {
    this.interval = interval
    this.canvas = /** @type {HTMLCanvasElement} */ (document.getElementById('chart'))
    this.context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext('2d'))
    this.symbol = ''
    this.last = Number.NaN
    this.change = Number.NaN
    /** open, high, low, close, average. @type {Float64Array[]} */
    this.series = []
    this.draw = this.draw.bind(this)
    new ResizeObserver(() => drawSoon(this.draw)).observe(this.canvas)
  }

  /** @param {any} scanner @param {string} symbol */
  async show(scanner, symbol) {
    this.symbol = symbol
    const series = await Promise.all(EXPRESSIONS.map((text) => scanner.series(text, symbol, this.interval)))
    // Another symbol may have been chosen while this one was on its way.
    if (this.symbol !== symbol) return
    this.series = series
    drawSoon(this.draw)
  }

  /** @param {number} last @param {number} change */
  quote(last, change) {
    this.last = last
    this.change = change
    drawSoon(this.draw)
  }

  draw() {
    this.heading()
    const { width, height } = this.fit()
    const [open, high, low, close, average] = this.series
    const context = this.context
    context.clearRect(0, 0, width, height)
    if (!close || close.length === 0) return
    const plotWidth = width - AXIS_WIDTH
    const shown = Math.min(close.length, Math.floor(plotWidth / STEP))
    const from = close.length - shown
    let bottom = Math.min(...low.subarray(from), this.last || Infinity)
    let top = Math.max(...high.subarray(from), this.last || -Infinity)
    const margin = (top - bottom) * 0.08 || top * 0.001
    bottom -= margin
    top += margin
    const y = (/** @type {number} */ value) => height - ((value - bottom) / (top - bottom)) * height
    this.axis(plotWidth, height, bottom, top, y)
    for (let at = 0; at < shown; at += 1) {
      const row = from + at
      context.fillStyle = close[row] >= open[row] ? COLORS.up : COLORS.down
      const x = plotWidth - (shown - at) * STEP
      context.fillRect(x + 2, y(high[row]), 1, Math.max(1, y(low[row]) - y(high[row])))
      const bodyTop = y(Math.max(open[row], close[row]))
      context.fillRect(x, bodyTop, 5, Math.max(1, y(Math.min(open[row], close[row])) - bodyTop))
    }
    this.average(average.subarray(from), plotWidth - shown * STEP + 2, y)
    if (Number.isFinite(this.last)) this.lastPrice(plotWidth, width, y(this.last))
  }

  heading() {
    write('chart-title', this.symbol)
    write('chart-last', price(this.last))
    write('chart-change', percent(this.change))
    const change = /** @type {HTMLElement} */ (document.getElementById('chart-change'))
    change.dataset.tone = this.change > 0 ? 'up' : 'down'
  }

  /** Makes the canvas as sharp as the screen. */
  fit() {
    const { clientWidth: width, clientHeight: height } = this.canvas
    const ratio = devicePixelRatio
    if (
      this.canvas.width !== Math.round(width * ratio) ||
      this.canvas.height !== Math.round(height * ratio)
    ) {
      this.canvas.width = Math.round(width * ratio)
      this.canvas.height = Math.round(height * ratio)
    }
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0)
    return { width, height }
  }

  /**
   * @param {number} plotWidth @param {number} height @param {number} bottom @param {number} top
   * @param {(value: number) => number} y
   */
  axis(plotWidth, height, bottom, top, y) {
    const context = this.context
    context.font = '11px ui-sans-serif, system-ui, sans-serif'
    context.textBaseline = 'middle'
    const lines = Math.max(2, Math.floor(height / 44))
    for (let line = 0; line < lines; line += 1) {
      const value = bottom + ((line + 0.5) / lines) * (top - bottom)
      context.fillStyle = COLORS.grid
      context.fillRect(0, Math.round(y(value)), plotWidth, 1)
      // The last price's label covers what stands near it.
      if (Math.abs(y(value) - y(this.last)) < 16) continue
      context.fillStyle = COLORS.text
      context.fillText(price(value), plotWidth + 8, y(value))
    }
  }

  /** @param {Float64Array} values @param {number} left @param {(value: number) => number} y */
  average(values, left, y) {
    const context = this.context
    context.strokeStyle = COLORS.line
    context.lineWidth = 1.5
    context.beginPath()
    values.forEach((value, at) => {
      if (!Number.isNaN(value)) context.lineTo(left + at * STEP, y(value))
    })
    context.stroke()
  }

  /** @param {number} plotWidth @param {number} width @param {number} y */
  lastPrice(plotWidth, width, y) {
    const context = this.context
    context.strokeStyle = COLORS.last
    context.lineWidth = 1
    context.setLineDash([3, 3])
    context.beginPath()
    context.moveTo(0, Math.round(y) + 0.5)
    context.lineTo(plotWidth, Math.round(y) + 0.5)
    context.stroke()
    context.setLineDash([])
    context.fillStyle = COLORS.last
    context.beginPath()
    context.roundRect(plotWidth + 2, y - 9, width - plotWidth - 4, 18, 3)
    context.fill()
    context.fillStyle = '#0a0d14'
    context.fillText(price(this.last), plotWidth + 8, y)
  }
}

/** @param {string} id @param {string} text */
function write(id, text) {
  const element = document.getElementById(id)
  if (element && element.textContent !== text) element.textContent = text
}
