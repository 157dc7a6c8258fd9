// The market's table. It has rows only for what can be seen, and touches a cell only when its text changes:
// with 300 or 8,000 symbols a frame costs the same. What the rows show comes from quotes and matches; the
// order is renewed at most once a second, so that rows do not jump under the pointer.

import { drawSoon } from './frames.js'
import { MarketRow } from './market-row.js'

const ROW_HEIGHT = 32
const SORT_EVERY_MS = 1000

/** @typedef {'symbol' | 'last' | 'change' | 'volume' | 'rsi' | 'matches'} SortKey */
/** @typedef {import('./quotes.js').Quotes} Quotes */
/** @typedef {import('./matches.js').Matches} Matches */
/** @typedef {import('./matches.js').TraderColors} TraderColors */

export class MarketTable {
  /**
   * @param {{ symbols: string[], quotes: Quotes, matches: Matches, colors: TraderColors, onSelect: (symbol: string) => void }} options
   */
  constructor({ symbols, quotes, matches, colors, onSelect }) {
    this.symbols = symbols
    this.quotes = quotes
    this.matches = matches
    this.colors = colors
    this.onSelect = onSelect
    this.grid = /** @type {HTMLElement} */ (document.getElementById('grid'))
    this.body = /** @type {HTMLElement} */ (this.grid.querySelector('.grid-body'))
    this.space = /** @type {HTMLElement} */ (this.grid.querySelector('.grid-space'))
    this.counter = /** @type {HTMLElement} */ (document.getElementById('market-count'))
    /** @type {MarketRow[]} */
    this.rows = []
    /** Indexes into symbols, in the order shown. @type {number[]} */
    this.order = symbols.map((_, index) => index)
    this.sortedAt = 0
    /** @type {{ key: SortKey | '', descending: boolean }} */
    this.sort = { key: '', descending: true }
    this.search = ''
    this.onlyMatches = false
    this.selected = symbols[0]
    this.draw = this.draw.bind(this)
    this.listen()
    this.reorder()
  }

  listen() {
    this.body.addEventListener('scroll', () => drawSoon(this.draw), { passive: true })
    new ResizeObserver(() => drawSoon(this.draw)).observe(this.body)
    this.body.addEventListener('click', (event) => {
      const row = /** @type {HTMLElement} */ (event.target).closest('[data-symbol]')
      if (row instanceof HTMLElement) this.select(String(row.dataset.symbol))
    })
    this.grid.addEventListener('keydown', (event) => this.onKey(event))
    for (const header of this.grid.querySelectorAll('[data-sort]')) {
      header.addEventListener('click', () =>
        this.sortBy(/** @type {SortKey} */ (header.getAttribute('data-sort'))),
      )
    }
    const search = /** @type {HTMLInputElement} */ (document.getElementById('search'))
    search.addEventListener('input', () => {
      this.search = search.value.trim().toUpperCase()
      this.reorder()
    })
    const only = /** @type {HTMLInputElement} */ (document.getElementById('only-matches'))
    only.addEventListener('change', () => {
      this.onlyMatches = only.checked
      this.reorder()
    })
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const page = Math.max(1, Math.floor(this.body.clientHeight / ROW_HEIGHT) - 1)
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }
    const step = steps[/** @type {keyof typeof steps} */ (event.key)]
    if (step === undefined || this.order.length === 0) return
    event.preventDefault()
    const at = this.order.findIndex((index) => this.symbols[index] === this.selected)
    const next = Math.min(this.order.length - 1, Math.max(0, (at < 0 ? 0 : at) + step))
    this.select(this.symbols[this.order[next]])
    const top = next * ROW_HEIGHT
    const bottom = top + ROW_HEIGHT - this.body.clientHeight
    if (this.body.scrollTop > top) this.body.scrollTop = top
    if (this.body.scrollTop < bottom) this.body.scrollTop = bottom
  }

  /** @param {string} symbol */
  select(symbol) {
    this.selected = symbol
    this.onSelect(symbol)
    drawSoon(this.draw)
  }

  /** Numbers are first sorted with the largest on top, names with A. @param {SortKey} key */
  sortBy(key) {
    const descending = this.sort.key === key ? !this.sort.descending : key !== 'symbol'
    this.sort = { key, descending }
    for (const header of this.grid.querySelectorAll('[data-sort]')) {
      const mine = header.getAttribute('data-sort') === key
      header.setAttribute('aria-sort', mine ? (descending ? 'descending' : 'ascending') : 'none')
    }
    this.reorder()
  }

  /** New numbers or matches are there. */
  changed() {
    const moving = this.onlyMatches || (this.sort.key !== '' && this.sort.key !== 'symbol')
    if (moving && performance.now() - this.sortedAt > SORT_EVERY_MS) this.reorder()
    drawSoon(this.draw)
  }

  reorder() {
    this.sortedAt = performance.now()
    const shown = (/** @type {number} */ index) =>
      this.symbols[index].includes(this.search) &&
      (!this.onlyMatches || this.matches.tradersOf(this.symbols[index]).size > 0)
    this.order = this.symbols.map((_, index) => index).filter(shown)
    const { key, descending } = this.sort
    if (key === 'symbol') this.order.sort((a, b) => (this.symbols[a] < this.symbols[b] ? -1 : 1))
    else if (key !== '') this.order.sort((a, b) => this.sortValue(key, a) - this.sortValue(key, b) || b - a)
    if (descending && key !== '') this.order.reverse()
    this.counter.textContent =
      this.order.length === this.symbols.length
        ? `${this.symbols.length} symbols`
        : `${this.order.length} of ${this.symbols.length}`
    drawSoon(this.draw)
  }

  /** What is unknown stands at the end of a descending table. @param {Exclude<SortKey, 'symbol'>} key @param {number} index */
  sortValue(key, index) {
    if (key === 'matches') return this.matches.tradersOf(this.symbols[index]).size
    const value = this.quotes[key][index]
    return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value
  }

  draw() {
    this.space.style.height = `${this.order.length * ROW_HEIGHT}px`
    const first = Math.max(0, Math.floor(this.body.scrollTop / ROW_HEIGHT))
    const visible = Math.ceil(this.body.clientHeight / ROW_HEIGHT) + 1
    while (this.rows.length < visible) {
      const row = new MarketRow()
      this.rows.push(row)
      this.space.append(row.element)
    }
    this.grid.setAttribute('aria-rowcount', String(this.order.length + 1))
    // Position p always lives in row p % rows: scrolling by one line rewrites one row and not all of them.
    for (let position = first; position < first + this.rows.length; position += 1) {
      const row = this.rows[position % this.rows.length]
      const index = this.order[position]
      if (index === undefined) row.hide()
      else this.drawRow(row, position, index)
    }
  }

  /** @param {MarketRow} row @param {number} position @param {number} index */
  drawRow(row, position, index) {
    const symbol = this.symbols[index]
    row.show(symbol, position, position * ROW_HEIGHT)
    row.values(this.quotes, index)
    row.traders(this.matches.tradersOf(symbol), this.colors)
    if (row.select(symbol === this.selected)) this.grid.setAttribute('aria-activedescendant', row.element.id)
  }
}
