/** What must be true: after any cycle where nothing fails, and in the end whatever has failed. */

import { TICK_MS } from '../../../js/pulse.js'
import { checkCooldowns } from './heirs.mjs'
import { writeKline } from './steps.mjs'
import { LONGEST_GATE } from './traders.mjs'
import { INTERVALS } from './truth.mjs'

const MINUTES = 60_000

/** Cycles until every block was noted and looked at by the sweep (src/scan/sweep.cpp). */
const SWEEP_CYCLES = 19

/** Until what a writer that was left behind wrote last has been copied: a tick (js/pulse.js), and the way of a command. */
const COPIED_MS = TICK_MS + 100

/** Until an engine that waits has been woken, has scanned and its deltas have come. */
const AWAKE_MS = 40

export class Checks {
  #world
  #status

  constructor(world) {
    this.#world = world
  }

  /** Until every call has its outcome. */
  async settle() {
    const { open, schedule, fail } = this.#world
    if (await schedule.until(() => open.size === 0, 10 * MINUTES)) return
    fail(`without an outcome: ${[...open].map(({ name }) => name).join(' ')}`)
  }

  /** Without faults, a cycle that was asked for has seen all that was written before. */
  async strict() {
    const world = this.#world
    if (!world.faults.none) return
    await this.settle()
    // What was given up was sent before, and so is answered before.
    await this.#cycles(1)
    world.symbols.decide()
    const { count } = world.writes
    const { cadence, traders } = world
    if (cadence?.eventDriven && cadence.everyMs > cadence.minGapMs + AWAKE_MS) {
      await world.schedule.pass(cadence.minGapMs + AWAKE_MS)
      if (world.writes.count === count) traders.compare('woken by a write', false)
    }
    await this.#cycles(1)
    if (world.writes.count === count) traders.compare('after one cycle', false)
  }

  /** After the faults have stopped. */
  async end() {
    const world = this.#world
    const { faults, symbols, traders, schedule } = world
    await this.settle()
    if (this.#exhausted()) return
    await this.#written()
    // A removal that was given up is still carried out.
    await this.#idle()
    symbols.decide()
    const count = faults.lost ? SWEEP_CYCLES + 2 : 2
    await world.sessions.end(() => this.#cycles(count))
    this.#ripen()
    await this.#cycles(count)
    // A cooldown that began when the clock was elsewhere, or with what only the sweep has found.
    world.passPeak(LONGEST_GATE)
    if (world.config.gates) await this.#cycles(2)
    if (!faults.losesMessages && !faults.deaths) traders.compare('within two cycles', true)
    await checkCooldowns(world, () => this.#cycles(1))
    await this.#idle()
    // Deltas that were missed are asked for again after a pause, five seconds at most.
    await schedule.pass(6000)
    await this.#idle()
    this.#check()
  }

  /** Until nothing waits that was to be written. */
  async #written() {
    const { schedule, writes, fail } = this.#world
    const done = () => writes.late.length === 0
    if (!(await schedule.until(done, 5 * MINUTES))) fail('the other thread can write no more')
  }

  /** Lets every cooldown and refresh time end: by the clock, and by a kline that closes long after the others. */
  #ripen() {
    const world = this.#world
    if (!world.config.gates) return
    world.passPeak(LONGEST_GATE)
    for (const name of world.truth.names) {
      for (const [interval, ms] of Object.entries(INTERVALS)) {
        const key = `${name} ${interval}`
        world.times.set(key, (world.times.get(key) ?? 0) + Math.ceil(LONGEST_GATE / ms) * ms)
        writeKline(world, name, interval, true)
      }
    }
  }

  /** The engine died more often than the budget allows: everything says so. */
  #exhausted() {
    const { errors, died } = this.#world.folds
    const stopped = errors.some(({ code }) => code === 'E_WORKER_DIED')
    if (stopped && died < 4) this.#world.fail(`no engine follows after ${died} deaths`)
    return stopped
  }

  async #cycles(count) {
    await this.#written()
    const { writes, schedule } = this.#world
    if (writes.mayTrail) await schedule.pass(COPIED_MS)
    for (let i = 0; i < count; i++) {
      this.#world.call('processUpdates', this.#world.scanner.processUpdates())
      await this.settle()
    }
  }

  /** Until the client has nothing on its way. */
  async #idle() {
    const world = this.#world
    for (let tries = 0; tries < 50; tries++) {
      const asked = world.call('status', world.scanner.status())
      await this.settle()
      this.#status = await asked
      if (this.#status.client.pending === 0) return
      await world.schedule.pass(1000)
    }
    world.fail(`${this.#status?.client.pending} commands stay on their way`)
  }

  #check() {
    const { folds, traders, scanner, faults, symbols, worker, fail } = this.#world
    const status = this.#status
    symbols.check(status)
    traders.compare('in the end', true)
    const { ids } = traders
    for (const id of ids) {
      const [folded, matching] = [folds.of(id).join(), scanner.matches(id).join()]
      if (folded !== matching) fail(`${id}: the folded deltas are [${folded}], and [${matching}] match`)
    }
    if (status.traders !== ids.length) fail(`the client has ${status.traders} traders, not ${ids.length}`)
    if (status.core.traders !== ids.length)
      fail(`the engine has ${status.core.traders} traders, not ${ids.length}`)
    if (status.core.unscanned !== 0) fail(`${status.core.unscanned} records were not scanned`)
    if (faults.none && status.sweepFound !== 0) fail(`the sweep found ${status.sweepFound}`)
    if (faults.none && status.restarts !== 0) fail('a restart without a fault')
    if (worker?.inbox.depth !== 0) fail('commands wait in the inbox')
    this.#market()
  }

  /** What is read of the market is what was written. */
  #market() {
    const { scanner, truth, fail } = this.#world
    for (const name of truth.names) {
      if (scanner.symbols.every(({ symbol }) => symbol !== name)) continue
      const last = scanner.ticker(name, { internal: true })?.last
      if (last !== truth.last(name)) fail(`${name}: last is ${last}, not ${truth.last(name)}`)
      for (const interval of Object.keys(INTERVALS)) {
        const closed = scanner.klines(name, interval, { internal: true }).filter((kline) => kline.closed)
        const text = (klines) => klines.map(({ openTime, close }) => `${openTime} ${close}`).join()
        if (text(closed) !== text(truth.closed(name, interval)))
          fail(`${name} ${interval}: its klines are not those written`)
      }
    }
  }
}
