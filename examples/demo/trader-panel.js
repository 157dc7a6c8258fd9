// The traders: a list with what each matches now, and the form that adds one. A filter that the scanner
// refuses is explained under the box, with a caret at the place.

import { caretUnder, faultText } from '../lib/filter-error.mjs'
import { chip } from './chips.js'
import { drawSoon } from './frames.js'
import { IDEAS } from './presets.js'

/** @typedef {import('./presets.js').TraderSpec} TraderSpec */
/** @typedef {{ code?: string, message: string, expected?: string, hint?: string, position?: import('../lib/filter-error.mjs').Position }} FilterFault */

/** @param {string} id @returns {any} */
const byId = (id) => document.getElementById(id)

export class TraderPanel {
  /**
   * @param {{ intervals: string[], matches: import('./matches.js').Matches,
   *   colors: import('./matches.js').TraderColors, add: (spec: TraderSpec) => Promise<void>,
   *   remove: (id: string) => Promise<void> }} options `add` rejects with what is wrong
   */
  constructor({ intervals, matches, colors, add, remove }) {
    this.matches = matches
    this.colors = colors
    this.add = add
    this.remove = remove
    /** @type {Map<string, HTMLElement>} trader → where its count stands */
    this.counts = new Map()
    this.list = byId('traders')
    this.form = /** @type {HTMLFormElement} */ (byId('add-trader'))
    this.fields = /** @type {any} */ (this.form.elements)
    this.draw = this.draw.bind(this)
    this.fields.interval.replaceChildren(...intervals.map((name) => new Option(name, name)))
    this.listen()
    byId('ideas').replaceChildren(...IDEAS.map((idea) => this.idea(idea)))
  }

  listen() {
    this.form.addEventListener('submit', (event) => {
      event.preventDefault()
      this.submit()
    })
    this.fields.filter.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
      // Enter adds, as in a search box; a filter of several lines takes Shift+Enter.
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
      event.preventDefault()
      this.submit()
    })
    this.fields.filter.addEventListener('input', () => this.showError(undefined))
  }

  /** @param {{ label: string, filter: string }} idea */
  idea({ label, filter }) {
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'link'
    button.textContent = label
    button.title = filter
    button.addEventListener('click', () => {
      this.fields.filter.value = filter
      if (this.fields.id.value === '') this.fields.id.value = label
      this.showError(undefined)
      this.fields.filter.focus()
    })
    return button
  }

  async submit() {
    const { id, interval, on, filter } = this.fields
    const spec = { id: id.value.trim(), interval: interval.value, on: on.value, filter: filter.value.trim() }
    if (spec.filter === '') return this.showError({ message: 'Write a filter, for example: rsi(14) < 30' })
    if (spec.id === '') spec.id = this.freeName()
    try {
      await this.add(spec)
    } catch (error) {
      this.showError(/** @type {FilterFault} */ (error), spec.filter)
      return
    }
    this.form.reset()
    this.showError(undefined)
  }

  freeName() {
    let number = this.counts.size + 1
    while (this.counts.has(`Trader ${number}`)) number += 1
    return `Trader ${number}`
  }

  /** @param {FilterFault | undefined} fault @param {string} [filter] */
  showError(fault, filter = '') {
    byId('filter-error').hidden = fault === undefined
    this.fields.filter.setAttribute('aria-invalid', String(fault !== undefined))
    if (fault === undefined) return
    byId('filter-message').textContent = faultText(fault)
    byId('filter-error').dataset.code = fault.code ?? ''
    const caret = caretUnder(filter, fault.position)
    byId('filter-caret').textContent = caret
    byId('filter-caret').hidden = caret === ''
  }

  /** @param {TraderSpec} spec a trader that the scanner has taken */
  added(spec) {
    const item = document.createElement('li')
    item.className = 'trader'
    item.dataset.trader = spec.id
    const number = document.createElement('output')
    number.className = 'num'
    number.setAttribute('aria-label', `${spec.id}: symbols that match`)
    const filter = document.createElement('code')
    filter.textContent = spec.filter
    const terms = document.createElement('small')
    terms.textContent = `${spec.interval} · ${spec.on === 'tick' ? 'every cycle' : 'at close'}`
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'remove'
    button.textContent = '✕'
    button.setAttribute('aria-label', `Remove ${spec.id}`)
    button.addEventListener('click', async () => {
      button.disabled = true
      await this.remove(spec.id)
      this.counts.delete(spec.id)
      item.remove()
      this.changed()
    })
    item.append(chip(spec.id, this.colors.of(spec.id)), terms, number, button, filter)
    this.counts.set(spec.id, number)
    this.list.append(item)
    this.changed()
  }

  changed() {
    drawSoon(this.draw)
  }

  draw() {
    for (const [id, element] of this.counts) {
      const text = String(this.matches.countOf(id))
      if (element.textContent !== text) element.textContent = text
    }
    byId('traders-count').textContent = `${this.counts.size} active`
  }
}
