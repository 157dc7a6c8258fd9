// The latest signals, newest first. Bursts are drawn once per frame, and the list never grows past what one
// would scroll: it is a view and no archive.

import { chip } from './chips.js'
import { clockTime, price } from './format.js'
import { drawSoon } from './frames.js'

const KEPT = 120

/** @typedef {{ time: number, symbol: string, traderId: string, entered: boolean, columns?: Record<string, number | undefined> }} Signal */

export class SignalFeed {
  /** @param {import('./matches.js').TraderColors} colors */
  constructor(colors) {
    this.colors = colors
    this.list = /** @type {HTMLElement} */ (document.getElementById('feed'))
    this.counter = /** @type {HTMLElement} */ (document.getElementById('feed-count'))
    this.total = 0
    this.paused = false
    /** Not drawn yet, oldest first. @type {Signal[]} */
    this.waiting = []
    this.draw = this.draw.bind(this)
    const pause = /** @type {HTMLButtonElement} */ (document.getElementById('feed-pause'))
    pause.addEventListener('click', () => {
      this.paused = !this.paused
      pause.textContent = this.paused ? 'Resume' : 'Pause'
      pause.setAttribute('aria-pressed', String(this.paused))
      drawSoon(this.draw)
    })
  }

  /** @param {import('./matches.js').SignalDetail} detail */
  add({ traderId, time, entered, left }) {
    for (const { symbol, columns } of entered)
      this.waiting.push({ time, symbol, traderId, entered: true, columns })
    for (const symbol of left) this.waiting.push({ time, symbol, traderId, entered: false })
    this.total += entered.length + left.length
    if (this.waiting.length > KEPT) this.waiting.splice(0, this.waiting.length - KEPT)
    drawSoon(this.draw)
  }

  draw() {
    this.counter.textContent = `${this.total.toLocaleString('en-US')} so far`
    if (this.paused || this.waiting.length === 0) return
    this.list.prepend(...this.waiting.reverse().map((signal) => this.item(signal)))
    this.waiting = []
    while (this.list.children.length > KEPT) this.list.lastElementChild?.remove()
  }

  /** @param {Signal} signal */
  item({ time, symbol, traderId, entered, columns }) {
    const item = document.createElement('li')
    item.dataset.event = entered ? 'entered' : 'left'
    item.append(
      text('time', 'num', clockTime(time)),
      text('span', 'event', entered ? 'entered' : 'left'),
      text('strong', '', symbol),
      chip(traderId, this.colors.of(traderId)),
      text('span', 'num values', columns ? price(columns.price) : ''),
    )
    return item
  }
}

/** @param {string} tag @param {string} className @param {string} content */
function text(tag, className, content) {
  const element = document.createElement(tag)
  if (className) element.className = className
  element.textContent = content
  return element
}
