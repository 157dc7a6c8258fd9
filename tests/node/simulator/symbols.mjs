/**
 * Symbols that come and go: what was asked for, what is certain, and which keys are nobody's any more. A call that was
 * given up leaves a doubt, and what the client promises of it is checked in the end: what could not be added is not
 * there, and what could not be removed is either there, with all that was written, or gone.
 */

import { INTERVALS } from './truth.mjs'

/** The engine's own refusals of ADD_SYMBOL: nothing was added. */
const REFUSED = ['E_LIMIT', 'E_DUPLICATE']

/** Most klines of a history. */
const HISTORY = 12

export class Symbols {
  #world
  #created = 0
  /** name → the writer that its feed lives with */
  #homes = new Map()
  #births = 0
  /** Which symbol of a name is meant: an answer may be about the one before. @type {Map<string, number>} */
  #born = new Map()
  #loading = new Set()
  /** Those that come with a history. */
  #historic = new Set()
  #leaving = new Set()
  /** Asked to go, and nobody knows. */
  #doubtful = new Set()
  /** Names that were there; some may still be on their way out. @type {Map<string, { certain: boolean }>} */
  #gone = new Map()
  /** Keys of symbols that are gone. */
  stale = []

  constructor(world) {
    this.#world = world
    for (const name of world.config.symbols) this.#settleIn(name)
  }

  /** Symbols that can be written, and a few that perhaps can. */
  get writable() {
    // A history is stored by the client's own thread, which no other writer must then be in the way of.
    const loading = (name) => this.#state(name) === 'loading' && !this.#historic.has(name)
    return this.#world.truth.names.filter((name) => !this.#loading.has(name) || loading(name))
  }

  /** A write may be refused. */
  uncertain(name) {
    return this.#loading.has(name) || this.#leaving.has(name) || this.#doubtful.has(name)
  }

  home(name) {
    return this.#homes.get(name)
  }

  /** Which symbol of this name it is. */
  birth(name) {
    return this.#born.get(name)
  }

  /** Those that can be asked to go. */
  get settled() {
    return this.#world.truth.names.filter((name) => !this.uncertain(name))
  }

  /**
   * @param {any} [options] of addSymbol
   * @param {string[]} [codes] with which it may be refused besides
   */
  add(options = {}, codes = []) {
    const world = this.#world
    const { truth, scanner, times } = world
    const name = this.#name()
    const before = this.#gone.get(name)
    this.#gone.delete(name)
    const full = truth.names.length + this.#pending() + 1 >= world.config.maxSymbols
    truth.add(name)
    const birth = ++this.#births
    this.#born.set(name, birth)
    world.folds.forget(name)
    for (const interval of Object.keys(INTERVALS)) times.delete(`${name} ${interval}`)
    this.#settleIn(name)
    this.#loading.add(name)
    this.#leaving.delete(name)
    this.#doubtful.delete(name)
    const history = world.random.chance(0.4) ? this.#history(name) : undefined
    if (history) this.#historic.add(name)
    else this.#historic.delete(name)
    const added = scanner.addSymbol(name, { ...options, history })
    added.then(
      () => this.#born.get(name) === birth && this.#loading.delete(name),
      ({ code }) => {
        if (this.#born.get(name) !== birth) return
        this.#loading.delete(name)
        truth.remove(name)
        // A second one of a name that is still on its way out.
        const certain = REFUSED.includes(code) && (before?.certain ?? true)
        this.#gone.set(name, { certain })
      },
    )
    const late = before?.certain === false ? ['E_DUPLICATE', 'E_SYMBOL'] : []
    world.call(`addSymbol ${name}`, added, [...codes, ...late, ...(full ? ['E_LIMIT'] : [])])
    return name
  }

  /**
   * @param {string} name
   * @param {any} [options] of removeSymbol
   * @param {string[]} [codes]
   */
  remove(name, options, codes = []) {
    const { truth, scanner, folds } = this.#world
    this.#leaving.add(name)
    const { index } = scanner.symbols.find(({ symbol }) => symbol === name)
    const birth = this.#born.get(name)
    const removed = scanner.removeSymbol(name, options)
    const gone = () => {
      truth.remove(name)
      folds.forget(name)
      this.#gone.set(name, { certain: true })
      if (index >= 0) this.stale.push(index)
    }
    removed.then(
      () => {
        if (this.#born.get(name) !== birth) return
        this.#leaving.delete(name)
        gone()
      },
      ({ code }) => {
        if (this.#born.get(name) !== birth) return
        this.#leaving.delete(name)
        if (!truth.has(name)) return
        // One that has killed two engines is no doubt: the next is not told of the symbol.
        if (code === 'E_POISON') gone()
        else this.#doubtful.add(name)
      },
    )
    this.#world.call(`removeSymbol ${name}`, removed, codes)
  }

  /** One that cannot be added twice. */
  addTwice(name) {
    const added = this.#world.scanner.addSymbol(name)
    added.then(
      () => this.#world.fail(`${name} was added twice`),
      () => {},
    )
    this.#world.call(`addSymbol ${name}`, added, ['E_DUPLICATE'])
  }

  /** When nothing is open any more: what was in doubt is as the client says. */
  decide() {
    const { truth } = this.#world
    for (const name of this.#doubtful) if (this.#state(name) === undefined) truth.remove(name)
    this.#doubtful.clear()
  }

  check(status) {
    const { scanner, truth, fail } = this.#world
    const there = scanner.symbols.map(({ symbol, state }) =>
      state === 'ready' ? symbol : `${symbol}: ${state}`,
    )
    const text = truth.names.join()
    if (there.join() !== text) fail(`the symbols are [${there}] and not [${text}]`)
    const { symbols, waitingSlots } = status.core
    if (symbols !== truth.names.length) fail(`the engine has ${symbols} symbols, not ${truth.names.length}`)
    if (waitingSlots !== 0) fail(`${waitingSlots} slots wait for writers`)
  }

  #pending() {
    return [...this.#gone.values()].filter(({ certain }) => !certain).length
  }

  #state(name) {
    return this.#world.scanner.symbols.find(({ symbol }) => symbol === name)?.state
  }

  /** One that was there before, or a new one. */
  #name() {
    const { random } = this.#world
    const names = [...this.#gone.keys()]
    return names.length > 0 && random.chance(0.6) ? random.pick(names) : `N${this.#created++}`
  }

  /** It may live with another writer than the one of its name before. */
  #settleIn(name) {
    this.#homes.set(name, this.#homes.size + this.#created)
  }

  /** Some closed klines, which are in the truth at once: nothing is decided before they are loaded. */
  #history(name) {
    const { random, truth, times } = this.#world
    const history = {}
    for (const [interval, ms] of Object.entries(INTERVALS)) {
      const count = random.below(HISTORY)
      const from = this.#world.sessions.on
        ? this.#world.sessions.nextOpen(undefined, interval) - count * ms
        : 0
      const klines = Array.from({ length: count }, (_, i) => {
        const [open, close] = [random.between(1, 9), random.between(1, 9)]
        const [high, low] = [Math.max(open, close), Math.min(open, close)]
        return { openTime: from + i * ms, open, high, low, close, volume: 1 }
      })
      for (const kline of klines) truth.kline(name, interval, { ...kline, closed: true })
      times.set(`${name} ${interval}`, from + count * ms)
      const columns = ['openTime', 'open', 'high', 'low', 'close', 'volume']
      history[interval] = Object.fromEntries(
        columns.map((column) => [column, klines.map((kline) => kline[column])]),
      )
    }
    return history
  }
}

const any = ({ symbols, random }) => random.pick(symbols.settled)
/** A market of no symbols would prove little. */
const enough = ({ symbols }) => symbols.settled.length > 2

export const SYMBOL_STEPS = Object.freeze([
  { name: 'add symbol', weight: 3, run: ({ symbols }) => symbols.add() },
  {
    name: 'impatient add symbol',
    weight: 1,
    run: ({ symbols, random }) => symbols.add({ deadlineMs: random.between(1, 500) }, ['E_DEADLINE']),
  },
  {
    name: 'aborted add symbol',
    weight: 1,
    run: (world) => world.symbols.add({ signal: world.abortSoon() }, ['E_ABORTED']),
  },
  {
    name: 'add symbol twice',
    weight: 1,
    run: (world) => enough(world) && world.symbols.addTwice(any(world)),
  },
  { name: 'remove symbol', weight: 3, run: (world) => enough(world) && world.symbols.remove(any(world)) },
  {
    name: 'impatient remove symbol',
    weight: 1,
    run: (world) => {
      const deadlineMs = world.random.between(1, 500)
      if (enough(world)) world.symbols.remove(any(world), { deadlineMs }, ['E_DEADLINE'])
    },
  },
  {
    name: 'aborted remove symbol',
    weight: 1,
    run: (world) => {
      if (enough(world)) world.symbols.remove(any(world), { signal: world.abortSoon() }, ['E_ABORTED'])
    },
  },
  {
    name: 'add and remove symbol',
    weight: 1,
    run: ({ symbols }) => symbols.remove(symbols.add({}, ['E_SYMBOL']), undefined, ['E_SYMBOL']),
  },
  {
    name: 'stale key',
    weight: 2,
    run: (world) => {
      if (world.symbols.stale.length > 0) world.writes.stale(world.random.pick(world.symbols.stale))
    },
  },
])
