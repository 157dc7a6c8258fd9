// One row of the market's table. It remembers what it shows and writes to the page only what differs.

import { chip } from './chips.js'
import { amount, percent, price } from './format.js'

/** @typedef {import('./quotes.js').Quotes} Quotes */

const CELLS = ['symbol', 'last right num', 'change right num', 'volume right num wide', 'rsi wide', 'matches']
const calm = matchMedia('(prefers-reduced-motion: reduce)')
const FLASH = {
  up: [{ color: 'var(--up)' }, { color: 'var(--text)' }],
  down: [{ color: 'var(--down)' }, { color: 'var(--text)' }],
}
let rowsMade = 0

export class MarketRow {
  constructor() {
    this.element = document.createElement('div')
    this.element.className = 'grid-row'
    this.element.setAttribute('role', 'row')
    rowsMade += 1
    this.element.id = `row-${rowsMade}`
    this.cells = CELLS.map((name) => {
      const cell = document.createElement('div')
      cell.className = name
      cell.setAttribute('role', 'gridcell')
      this.element.append(cell)
      return cell
    })
    this.meter = document.createElement('span')
    this.meter.className = 'meter'
    this.rsiText = document.createElement('span')
    this.rsiText.className = 'num'
    this.cells[4].append(this.rsiText, this.meter)
    this.symbol = ''
    this.top = -1
    this.last = Number.NaN
    this.traderKey = ''
  }

  hide() {
    this.element.hidden = true
    this.top = -1
  }

  /** @param {string} symbol @param {number} position @param {number} top in pixels */
  show(symbol, position, top) {
    if (this.top !== top) {
      this.top = top
      this.element.hidden = false
      this.element.style.transform = `translateY(${top}px)`
      this.element.setAttribute('aria-rowindex', String(position + 2))
    }
    if (this.symbol === symbol) return
    this.symbol = symbol
    this.last = Number.NaN
    this.element.dataset.symbol = symbol
    const [, base, quote] = /^(.+?)(USDT|BTC)$/.exec(symbol) ?? [symbol, symbol, '']
    const small = document.createElement('small')
    small.textContent = quote
    this.cells[0].replaceChildren(base, small)
  }

  /** @param {Quotes} quotes @param {number} index */
  values(quotes, index) {
    const last = quotes.last[index]
    if (last !== this.last) {
      if (!calm.matches && last > this.last) this.cells[1].animate(FLASH.up, 700)
      if (!calm.matches && last < this.last) this.cells[1].animate(FLASH.down, 700)
      this.last = last
      write(this.cells[1], price(last))
    }
    const change = quotes.change[index]
    write(this.cells[2], percent(change))
    const tone = change > 0 ? 'up' : change < 0 ? 'down' : ''
    if (this.cells[2].dataset.tone !== tone) this.cells[2].dataset.tone = tone
    write(this.cells[3], amount(quotes.volume[index]))
    this.strength(quotes.rsi[index])
  }

  /** @param {number} rsi */
  strength(rsi) {
    const text = Number.isNaN(rsi) ? '–' : rsi.toFixed(0)
    if (this.rsiText.textContent === text) return
    this.rsiText.textContent = text
    this.meter.dataset.tone = rsi < 30 ? 'down' : rsi > 70 ? 'up' : ''
    this.meter.style.setProperty('--at', Number.isNaN(rsi) ? '50%' : `${rsi.toFixed(0)}%`)
  }

  /** @param {Set<string>} traders @param {import('./matches.js').TraderColors} colors */
  traders(traders, colors) {
    const ids = [...traders].sort((a, b) => colors.of(a) - colors.of(b))
    const key = ids.join('\n')
    if (this.traderKey === key) return
    this.traderKey = key
    this.cells[5].replaceChildren(...ids.map((id) => chip(id, colors.of(id))))
  }

  /** @param {boolean} selected */
  select(selected) {
    if ((this.element.getAttribute('aria-selected') === 'true') !== selected) {
      this.element.setAttribute('aria-selected', String(selected))
    }
    return selected
  }
}

/** @param {HTMLElement} cell @param {string} text */
function write(cell, text) {
  if (cell.textContent !== text) cell.textContent = text
}
