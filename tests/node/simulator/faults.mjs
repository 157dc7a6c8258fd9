/**
 * What may go wrong, as tables: faults of a message on its way, and faults that happen to the engine, to its memory and to
 * time. A seed takes some rows of each; `stop` ends them all.
 */

/** Deaths that the restart budget forgives: more within five minutes end the scanner. */
const DEATHS = 3

/** @type {Readonly<Record<string, { only?: (way: string, message: any) => boolean, fate: (random: any) => any }>>} */
export const MESSAGE_FAULTS = Object.freeze({
  drop: { fate: () => ({ copies: [] }) },
  duplicate: { fate: (random) => ({ copies: [{}, { late: random.between(0, 3000), unordered: true }] }) },
  reorder: { fate: (random) => ({ copies: [{ late: random.between(0, 300), unordered: true }] }) },
  delay: { fate: (random) => ({ copies: [{ late: random.between(0, 2500) }] }) },
  unreadable: { fate: () => ({ copies: [{ unreadable: true }] }) },
  uncloneable: {
    // Refusals and errors are plain data, which can always be cloned.
    only: (way, { type, ok, result }) =>
      !result?.memory && way === 'toClient' && (ok === true || type === 'SIGNALS'),
    fate: () => ({ throws: true }),
  },
})

/** `loses`: a bit of metadata may be gone that only the next sweep brings back. */
export const EVENT_FAULTS = Object.freeze({
  kill: { weight: 2, run: (world) => doom(world, 'kill') },
  hang: { weight: 1, run: (world) => doom(world, 'hang') },
  trap: { weight: 1, run: (world) => doom(world, 'trap') },
  stall: { weight: 2, run: ({ worker, random }) => worker.stall(random.between(1, 2000)) },
  sleep: {
    weight: 1,
    run: ({ schedule }) => {
      schedule.now += 60_000
    },
  },
  clock: {
    weight: 2,
    run: (world) => {
      world.jump += world.random.between(-3_600_000, 3_600_000)
    },
  },
  clearBits: {
    weight: 3,
    loses: true,
    run: (world) => eachDirtyWord(world, (words, at) => Atomics.and(words, at, world.random.below(2 ** 32))),
  },
  flipBit: {
    weight: 3,
    loses: true,
    run: (world) => {
      const { layout, words } = world.market()
      const at = layout.dirty / 4 + world.random.below(2 * layout.rowCount * layout.rowWords)
      flip(words, at, world.random)
    },
  },
  flipControl: {
    weight: 2,
    loses: true,
    run: (world) => {
      const { layout, words } = world.market()
      flip(words, layout[world.random.pick(['epoch', 'idle', 'heartbeat'])] / 4, world.random)
    },
  },
  flipHeader: {
    weight: 2,
    run: (world) => {
      const { layout, words } = world.market()
      flip(words, layout[world.random.pick(['descriptor', 'symbolCount'])] / 4, world.random)
    },
  },
})

export class Faults {
  #world
  #random
  #messages
  #events
  #stopped = true
  #rate
  deaths = 0
  /** Some bit may be gone. */
  lost = false

  /**
   * @param {any} world
   * @param {{ messages: string[], events: string[], rate: number }} chosen
   */
  constructor(world, { messages, events, rate }) {
    this.#world = world
    this.#random = world.random.fork()
    this.#messages = messages.map((name) => ({ name, ...MESSAGE_FAULTS[name] }))
    this.#events = events.map((name) => ({ name, ...EVENT_FAULTS[name] }))
    this.#rate = rate
  }

  start() {
    this.#stopped = false
  }

  stop() {
    this.#stopped = true
  }

  has(name) {
    return [...this.#messages, ...this.#events].some((fault) => fault.name === name)
  }

  get losesMessages() {
    return this.#messages.length > 0
  }

  get none() {
    return this.#messages.length + this.#events.length === 0
  }

  /** How a message travels: { copies: [{ late?, unordered?, unreadable? }] }, or { throws }. */
  fate(way, message) {
    const faults = this.#messages
    if (!this.#stopped && faults.length > 0 && this.#random.chance(this.#rate)) {
      const { name, only, fate } = this.#random.pick(faults)
      if (!only || only(way, message)) {
        this.#world.count(`${way} ${name}`)
        return { name, ...fate(this.#random) }
      }
    }
    return { copies: [{}] }
  }

  /** One of the chosen events happens. */
  strike() {
    if (this.#stopped || this.#events.length === 0 || !this.#world.worker?.memory) return
    const { name, run, loses } = this.#random.weighed(this.#events)
    this.#world.count(`fault ${name}`)
    if (loses) this.lost = true
    run(this.#world)
  }
}

function doom(world, how) {
  if (world.faults.deaths >= DEATHS) return
  world.faults.deaths++
  world.worker.doom(how, world.random.below(world.random.pick([3, 40])))
}

function eachDirtyWord(world, run) {
  const { layout, words } = world.market()
  for (let i = 0; i < 2 * layout.rowCount * layout.rowWords; i++) run(words, layout.dirty / 4 + i)
}

function flip(words, at, random) {
  Atomics.xor(words, at, 1 << random.below(32))
}
