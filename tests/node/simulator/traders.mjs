/**
 * Traders that come, change and go. Of each is kept what it may be: one specification, or more where a change was given
 * up and nobody knows whether it was made.
 */

import { FILTERS } from './truth.mjs'

/** Most traders at a time: the world's scanner has room for twice as many. */
const TRADERS = 8

const MINUTE = 60_000

/** Longer than any cooldown or refresh time here. */
export const LONGEST_GATE = 30 * MINUTE

export class Traders {
  #world
  #created = 0
  #changes = 0
  /** id → { specs, removed }: what was added, acknowledged and is not removed. */
  known = new Map()
  /** The same of all that were ever added. */
  #all = new Map()

  constructor(world) {
    this.#world = world
  }

  get ids() {
    return [...this.known.keys()]
  }

  /** @param {any} [options] of addTrader @param {string[]} [codes] with which it may be refused besides */
  add(options, codes = []) {
    const world = this.#world
    const open = [...world.open].filter(({ name }) => name === 'addTrader').length
    if (this.known.size + open >= TRADERS) return undefined
    const spec = this.#spec()
    const id = this.#newId()
    world.folds.begin(id, spec)
    const columns = world.random.chance(0.3) ? { close: 'close' } : undefined
    const added = world.scanner.addTrader({ id, ...fields(spec), columns }, options)
    const trader = { specs: [spec], removed: false, allowed: [] }
    this.#all.set(id, trader)
    added.then(
      () => trader.removed || this.known.set(id, trader),
      () => {},
    )
    world.call('addTrader', added, codes)
    return id
  }

  addWrong() {
    const { folds, scanner, fail, call } = this.#world
    const id = this.#newId()
    folds.begin(id, this.#spec())
    const added = scanner.addTrader({ id, filter: 'lats > 1' })
    added.then(
      () => fail('a filter that cannot be was taken'),
      () => {},
    )
    call('addTrader', added, ['E_NAME'])
  }

  /**
   * Changes all of a trader at once, so that it does not matter what a change before has come to.
   * @param {string} id
   * @param {any} [options] of updateTrader
   * @param {string[]} [codes]
   */
  update(id, options, codes = []) {
    const { scanner, folds, call } = this.#world
    const trader = this.#all.get(id)
    const spec = { ...this.#spec(), number: ++this.#changes }
    trader.specs.push(spec)
    folds.change(id, spec)
    const updated = scanner.updateTrader(id, fields(spec), options)
    updated.then(
      () => {
        trader.specs = trader.specs.filter(({ number }) => number >= spec.number)
        folds.changed(id)
      },
      () => {},
    )
    call('updateTrader', updated, this.#codes(trader, codes))
  }

  updateWrong(id) {
    const { scanner, fail, call } = this.#world
    const updated = scanner.updateTrader(id, { filter: 'lats > 1', enabled: true })
    updated.then(
      () => fail('a filter that cannot be was taken'),
      () => {},
    )
    call('updateTrader', updated, this.#codes(this.#all.get(id), ['E_NAME']))
  }

  /** @param {string} id @param {any} [options] of removeTrader @param {string[]} [codes] */
  remove(id, options, codes = []) {
    const { scanner, call } = this.#world
    this.known.delete(id)
    const trader = this.#all.get(id)
    trader.removed = true
    // An engine that follows may not know what was still to be changed.
    for (const allowed of trader.allowed) allowed.push('E_TRADER')
    call('removeTrader', scanner.removeTrader(id, options), codes)
  }

  /** With which a change may be refused; more if the trader is removed. */
  #codes(trader, codes) {
    const allowed = [...codes]
    trader.allowed.push(allowed)
    return allowed
  }

  /** Where nothing fails, a snapshot is what matches when it comes. */
  snapshot(id) {
    const { scanner, faults, fail, call } = this.#world
    const asked = scanner.snapshot(id)
    asked.then(
      ({ entered, matches = entered }) => {
        if (!faults.none || !this.known.has(id)) return
        const [found, matching] = [matches.map(({ symbol }) => symbol).join(), scanner.matches(id).join()]
        if (found !== matching) fail(`the snapshot of ${id} has [${found}], and [${matching}] match`)
      },
      () => {},
    )
    call('snapshot', asked, ['E_TRADER'])
  }

  /** @param {string} when @param {boolean} gated also traders whose matches depend on time */
  compare(when, gated) {
    const { scanner, truth, fail } = this.#world
    for (const [id, { specs }] of this.known) {
      if (!gated && specs.some(isGated)) continue
      const actual = scanner.matches(id, { internal: true }).join()
      const expected = specs.map((spec) => truth.matches(spec).join())
      if (expected.includes(actual)) continue
      fail(
        `${when}: ${id} ${specs.map(text).join(' or ')} matches [${actual}] and not [${expected.join('] [')}]`,
      )
    }
  }

  #newId() {
    return `t${++this.#created}`
  }

  #spec() {
    const { random, config } = this.#world
    const row = random.pick(FILTERS)
    const gated = config.gates && random.chance(0.5)
    const short = random.chance(0.5)
    return {
      number: 0,
      row,
      level: random.between(2, 8),
      enabled: !random.chance(0.05),
      cooldown:
        gated && random.chance(0.7)
          ? random.pick(short ? [1, 50, 500] : [1, 3, 10].map((n) => n * MINUTE))
          : 0,
      refresh: gated && row.on !== 'close' && random.chance(0.5) ? random.pick([5, 300, MINUTE]) : 0,
    }
  }
}

function isGated({ cooldown, refresh }) {
  return cooldown > 0 || refresh > 0
}

function fields({ row, level, enabled, cooldown, refresh }) {
  const { on = 'tick', interval = '1m' } = row
  return { filter: row.filter(level), on, interval, enabled, cooldown, refresh }
}

function text(spec) {
  return JSON.stringify(fields(spec))
}

const any = (world, run) => {
  const { ids } = world.traders
  if (ids.length > 0) run(world.random.pick(ids))
}
const impatience = ({ random }) => ({ deadlineMs: random.between(1, 500) })

export const TRADER_STEPS = Object.freeze([
  { name: 'add', weight: 5, run: ({ traders }) => traders.add() },
  {
    name: 'impatient add',
    weight: 1,
    run: (world) => world.traders.add(impatience(world), ['E_DEADLINE']),
  },
  {
    name: 'aborted add',
    weight: 1,
    run: (world) => world.traders.add({ signal: world.abortSoon() }, ['E_ABORTED']),
  },
  { name: 'wrong add', weight: 1, run: ({ traders }) => traders.addWrong() },
  { name: 'remove', weight: 2, run: (world) => any(world, (id) => world.traders.remove(id)) },
  {
    name: 'impatient remove',
    weight: 0.5,
    run: (world) => any(world, (id) => world.traders.remove(id, impatience(world), ['E_DEADLINE'])),
  },
  {
    name: 'aborted remove',
    weight: 0.5,
    run: (world) =>
      any(world, (id) => world.traders.remove(id, { signal: world.abortSoon() }, ['E_ABORTED'])),
  },
  {
    name: 'add and remove',
    weight: 1,
    run: ({ traders }) => {
      const id = traders.add()
      if (id !== undefined) traders.remove(id, undefined, ['E_TRADER'])
    },
  },
  { name: 'update', weight: 3, run: (world) => any(world, (id) => world.traders.update(id)) },
  {
    name: 'impatient update',
    weight: 1,
    run: (world) => any(world, (id) => world.traders.update(id, impatience(world), ['E_DEADLINE'])),
  },
  {
    name: 'aborted update',
    weight: 1,
    run: (world) =>
      any(world, (id) => world.traders.update(id, { signal: world.abortSoon() }, ['E_ABORTED'])),
  },
  { name: 'wrong update', weight: 0.5, run: (world) => any(world, (id) => world.traders.updateWrong(id)) },
  { name: 'snapshot', weight: 1, run: (world) => any(world, (id) => world.traders.snapshot(id)) },
])
