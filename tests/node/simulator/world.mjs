/**
 * One seed: a scanner over a simulated engine, a market that is written to, traders that come and go, faults; then the
 * faults stop, and what must be true is checked. Everything that happens follows from the seed.
 *
 * 1. The client is the real one from the Scanner down, the worker's side the real one from the inbox down; threads,
 *    ports, timers and clocks are played.
 * 2. A writer's thread and the engine's take turns at any atomic access of the writer (#race), and the writer gets turns
 *    before any cycle. Inside the core's own code there are no turns: the native tests and the models see to those.
 */

import assert from 'node:assert/strict'
import { attachWriter } from '../../../js/index.js'
import { Scanner } from '../../../js/scanner.js'
import { wasmModule } from './core.mjs'
import { EVENT_FAULTS, Faults, MESSAGE_FAULTS } from './faults.mjs'
import { Folds } from './folds.mjs'
import { Random } from './random.mjs'
import { Schedule } from './schedule.mjs'
import { STEPS } from './steps.mjs'
import { INTERVALS, Truth } from './truth.mjs'
import { SimulatedWorker } from './worker.mjs'

const MINUTES = 60_000
/** Cycles until every block was noted and looked at by the sweep (src/scan/sweep.cpp). */
const SWEEP_CYCLES = 19

/** Until an engine that waits has been woken, has scanned and its deltas have come. */
const AWAKE_MS = 40

export class World {
  schedule = new Schedule()
  /** How far the clock has been set forward. */
  jump = 0
  /** @type {SimulatedWorker | undefined} */
  worker
  /** @type {Scanner} */
  scanner
  /** Writes so far: a check is only strict if none came between. */
  writes = 0
  /** Writes of the other thread that wait. */
  late = []
  /** What was called and not settled. */
  open = new Set()
  outcomes = 0
  /** @type {string[]} what happened, in order: the same for a seed every time */
  trace = []
  /** How often which step, fault and phase of a restart came. @type {Map<string, number>} */
  seen = new Map()
  /** What start() was last told, while it holds. @type {{ everyMs: number, minGapMs: number, eventDriven: boolean } | undefined} */
  cadence
  #failures = []
  #writing = false
  #atATurn = false
  /** Nothing is written any more. */
  #quiet = false

  /** @param {number} seed */
  constructor(seed) {
    this.seed = seed
    const random = new Random(seed)
    this.random = random
    this.config = draw(random)
    this.faults = new Faults(this, this.config.faults)
    this.truth = new Truth(this.config.symbols.length, this.config.maxKlines)
    this.folds = new Folds(this)
    /** id → { row, level } of traders that were acknowledged */
    this.traders = new Map()
  }

  wall() {
    return 1_700_000_000_000 + this.schedule.now + this.jump
  }

  note(text) {
    this.trace.push(`${this.schedule.now.toFixed(3)} ${text}`)
  }

  /** Notes something whose coming is counted. */
  count(what) {
    this.note(what)
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1)
  }

  fail(text) {
    this.note(`FAILURE ${text}`)
    this.#failures.push(text)
  }

  /** The memory of the engine that runs, as a fault sees it. */
  market() {
    const { memory, layout } = this.scanner.writer.handle
    return { words: new Int32Array(memory.buffer), layout }
  }

  async run() {
    const { now } = Date
    Date.now = () => this.wall()
    // A turn of the engine may come at any of the writer's atomic accesses.
    const original = { ...atomics }
    for (const [name, access] of Object.entries(atomics)) {
      Atomics[name] = (...given) => {
        this.#turn?.()
        return access(...given)
      }
    }
    try {
      await this.#live()
    } finally {
      Date.now = now
      Object.assign(Atomics, original)
    }
    assert.deepEqual(this.#failures, [])
  }

  async #live() {
    await this.#start()
    for (let i = 0; i < this.config.steps; i++) {
      const step = this.random.weighed(STEPS)
      this.count(`step ${step.name}`)
      step.run(this)
      if (this.random.chance(this.config.strikes)) this.faults.strike()
      await this.schedule.pass(this.random.weighed(GAPS).ms(this.random))
      if (this.random.chance(0.15)) await this.#strict()
    }
    this.faults.stop()
    this.#quiet = true
    this.note('faults stop')
    await this.#settle()
    if (this.#exhausted()) return await this.#close()
    const written = await this.schedule.until(() => this.late.length === 0, 5 * MINUTES)
    if (!written) this.fail('the other thread can write no more')
    await this.#cycles(this.faults.lost ? SWEEP_CYCLES + 2 : 2)
    await this.#idle()
    // Deltas that were missed are asked for again after a pause, five seconds at most.
    await this.schedule.pass(6000)
    await this.#idle()
    this.#check()
    await this.#close()
  }

  async #start() {
    const { symbols, maxKlines } = this.config
    this.faults.start()
    const host = {
      now: () => this.schedule.now,
      setTimer: (run, ms) =>
        this.schedule.after(Math.max(1, ms), run, {
          client: true,
          stack: process.env.STACK && new Error().stack,
        }),
      clearTimer: (task) => this.schedule.cancel(task),
      random: () => this.random.next(),
    }
    const options = {
      symbols,
      intervals: Object.keys(INTERVALS),
      maxKlines,
      maxTraders: 16,
      threads: 1,
      // The market's klines do not keep to the clock that is played, and sessions have tests of their own.
      session: { catchupThresholdSeconds: Number.POSITIVE_INFINITY },
      wasmModule,
      deadlineMs: 2 * MINUTES,
      clock: () => this.wall(),
      createWorker: () => {
        this.worker = new SimulatedWorker(this)
        return this.worker
      },
    }
    const created = Scanner.create(options, host)
    this.call('create', created)
    await this.schedule.until(() => this.open.size === 0, 10 * MINUTES)
    this.scanner = await created
    this.folds.listen(this.scanner)
    this.writers = [this.scanner.writer]
    if (this.config.twoWriters) this.writers.push(attachWriter(structuredClone(this.scanner.writer.handle)))
  }

  /**
   * Notes a call; how it may end follows from the faults.
   * @param {string} name
   * @param {Promise<any>} promise
   * @param {string[]} [codes] with which it may reject besides
   */
  call(name, promise, codes = []) {
    const call = { name, settled: 0 }
    this.open.add(call)
    const done = (how) => {
      this.note(`${name}: ${how}`)
      this.open.delete(call)
      this.outcomes++
      this.worker?.lookAtWaits()
    }
    promise.then(
      () => done('ok'),
      (error) => {
        done(error.code ?? error.stack)
        if (![...codes, ...this.#endings()].includes(error.code)) this.fail(`${name}: ${error.stack}`)
      },
    )
    return promise
  }

  #endings() {
    const { faults } = this
    const codes = []
    // A start that hangs is given up after as long as a call is.
    if (faults.has('sleep') || (faults.has('hang') && this.folds.died > 0)) codes.push('E_DEADLINE')
    if (faults.has('trap')) codes.push('E_WASM')
    if (faults.has('uncloneable')) codes.push('E_CLONE', 'E_INTERNAL')
    if (this.folds.died > 1) codes.push('E_POISON')
    if (this.folds.died > 3) codes.push('E_WORKER_DIED')
    return codes
  }

  // ---- writes

  ticker(slot, last) {
    this.#write(slot, `last ${last}`, (writer) => writer.updateTicker(this.config.symbols[slot], { last }))
    this.truth.ticker(slot, last)
  }

  kline(slot, interval, kline) {
    const what = `${interval} ${kline.openTime} ${kline.open} ${kline.close} ${kline.closed ? 'closed' : 'live'}`
    this.#write(slot, what, (writer) => writer.updateKline(this.config.symbols[slot], interval, kline))
    this.truth.kline(slot, interval, kline)
  }

  /** A write of the thread that the symbol's feed lives in; the engine may take turns while it is under way. */
  #write(slot, what, write) {
    this.note(`write ${slot} ${what}`)
    this.writes++
    this.#writing = true
    const turns = this.random.chance(0.3) ? this.#turns() : undefined
    if (turns) this.#turn = turns
    try {
      if (this.late.length > 0 && slot % 2 === 1) this.late.push(write)
      else write(this.writers[slot % this.writers.length])
    } catch (error) {
      // A handle outlives three restarts.
      if (error.code === 'E_CLOSED' && this.folds.died > 3 && slot % this.writers.length === 1)
        this.#writeLate(write)
      else this.fail(`a write was refused: ${error.stack}`)
    } finally {
      this.#turn = undefined
      this.#writing = false
    }
    this.worker?.lookAtWaits()
  }

  /** The other thread's writer was left behind: it attaches anew, and writes on when its records were let go. */
  #writeLate(first) {
    this.count('late write')
    this.late.push(first)
    const again = () => {
      try {
        for (; this.late.length > 0; this.late.shift()) this.late[0](this.writers[1])
      } catch (error) {
        if (error.code === 'E_CLOSED')
          this.writers[1] = attachWriter(structuredClone(this.scanner.writer.handle))
        else if (error.code !== 'E_OWNED') this.fail(`a late write was refused: ${error.stack}`)
        this.schedule.after(200, again)
      }
    }
    this.schedule.after(200, again)
  }

  /** @type {(() => void) | undefined} called before every atomic access */
  #turn

  /** Lets messages for the engine arrive at one or two accesses of the next few. */
  #turns() {
    let accesses = 0
    const at = [this.random.below(9), this.random.below(9)]
    return () => {
      if (!at.includes(accesses++)) return
      const { worker, schedule } = this
      const [task] = schedule.waiting((one) => one.worker === worker && one.message)
      if (!task || !worker?.alive || worker.busyUntil > schedule.now) return
      const turn = this.#turn
      this.#turn = undefined
      this.count('turn')
      schedule.runEarly(task)
      this.#turn = turn
    }
  }

  /** The engine is about to run a cycle: another thread may have the moment. */
  beforeCycle() {
    if (this.#quiet || this.#writing || this.#atATurn || !this.writers || !this.random.chance(0.1)) return
    this.#atATurn = true
    this.count('write before a cycle')
    const wanted = this.random.pick(['ticker', 'kline'])
    STEPS.find(({ name }) => name === wanted).run(this)
    this.#atATurn = false
  }

  // ---- checks

  /** Without faults, a cycle that was asked for has seen all that was written before. */
  async #strict() {
    if (!this.faults.none) return
    await this.schedule.until(() => this.open.size === 0, 10 * MINUTES)
    const { writes, cadence } = this
    if (cadence?.eventDriven && cadence.everyMs > cadence.minGapMs + AWAKE_MS) {
      await this.schedule.pass(cadence.minGapMs + AWAKE_MS)
      if (this.writes === writes) this.#compare('woken by a write')
    }
    this.call('processUpdates', this.scanner.processUpdates())
    await this.schedule.until(() => this.open.size === 0, 10 * MINUTES)
    if (this.writes === writes) this.#compare('after one cycle')
  }

  #compare(when) {
    for (const [id, trader] of this.traders) {
      const expected = this.truth.matches(trader).map((slot) => this.config.symbols[slot])
      const actual = this.scanner.matches(id)
      if (expected.join() !== actual.join()) {
        const what = `${id} ${trader.row.filter(trader.level)} ${trader.row.on ?? 'tick'}`
        this.fail(`${when}: ${what} matches [${actual}] and not [${expected}]`)
      }
    }
  }

  /** The engine died more often than the budget allows: everything says so. */
  #exhausted() {
    const { errors, died } = this.folds
    const stopped = errors.some(({ code }) => code === 'E_WORKER_DIED')
    if (stopped && died < 4) this.fail(`no engine follows after ${died} deaths`)
    return stopped
  }

  async #settle() {
    const done = () => this.open.size === 0
    if (!(await this.schedule.until(done, 10 * MINUTES))) {
      this.fail(`without an outcome: ${[...this.open].map(({ name }) => name).join(' ')}`)
    }
  }

  async #cycles(count) {
    for (let i = 0; i < count; i++) {
      this.call('processUpdates', this.scanner.processUpdates())
      await this.#settle()
    }
  }

  /** Until the client has nothing on its way. */
  async #idle() {
    for (let tries = 0; tries < 50; tries++) {
      const asked = this.call('status', this.scanner.status())
      await this.#settle()
      this.status = await asked
      if (this.status.client.pending === 0) return
      await this.schedule.pass(1000)
    }
    this.fail(`${this.status?.client.pending} commands stay on their way`)
  }

  #check() {
    const { status, folds, traders, scanner } = this
    this.#compare('in the end')
    const ids = [...traders.keys()]
    for (const id of ids) {
      if (scanner.matches(id).join() !== folds.of(id).join())
        this.fail(`${id}: the folded deltas are not its matches`)
    }
    if (status.traders !== ids.length)
      this.fail(`the client has ${status.traders} traders, not ${ids.length}`)
    if (status.core.traders !== ids.length)
      this.fail(`the engine has ${status.core.traders} traders, not ${ids.length}`)
    if (status.core.unscanned !== 0) this.fail(`${status.core.unscanned} records were not scanned`)
    if (this.faults.none && status.sweepFound !== 0) this.fail(`the sweep found ${status.sweepFound}`)
    if (this.faults.none && status.restarts !== 0) this.fail('a restart without a fault')
    if (this.worker?.inbox.depth !== 0) this.fail('commands wait in the inbox')
    for (const slot of this.config.symbols.keys()) {
      const last = scanner.ticker(this.config.symbols[slot])?.last
      if (last !== this.truth.last(slot))
        this.fail(`slot ${slot}: last is ${last}, not ${this.truth.last(slot)}`)
      for (const interval of Object.keys(INTERVALS)) {
        const closed = scanner.klines(this.config.symbols[slot], interval).filter((kline) => kline.closed)
        const expected = this.truth.closed(slot, interval)
        const text = (klines) => klines.map(({ openTime, close }) => `${openTime} ${close}`).join()
        if (text(closed) !== text(expected))
          this.fail(`slot ${slot} ${interval}: its klines are not those written`)
      }
    }
  }

  async #close() {
    for (const writer of this.writers) writer.close()
    this.call('close', this.scanner.close())
    await this.#settle()
    await this.schedule.pass(10)
    const left = this.schedule.waiting((task) => task.client)
    if (left.length > 0) {
      this.fail(`${left.length} timers are left after close()`)
      for (const one of left) this.note(one.stack)
    }
  }
}

const atomics = Object.fromEntries(
  ['load', 'store', 'exchange', 'or', 'and', 'add', 'compareExchange'].map((name) => [name, Atomics[name]]),
)

const GAPS = [
  { weight: 5, ms: () => 0 },
  { weight: 4, ms: (random) => random.next() * 5 },
  { weight: 2, ms: (random) => random.between(5, 200) },
  { weight: 1, ms: (random) => random.between(200, 4000) },
]

/** What a seed is about. */
function draw(random) {
  const count = random.chance(0.7) ? random.between(5, 12) : random.between(60, 70)
  const some = (names, p) => names.filter(() => random.chance(p))
  const kind = random.weighed([
    { weight: 3, name: 'none' },
    { weight: 5, name: 'messages' },
    { weight: 6, name: 'events' },
    { weight: 6, name: 'both' },
  ]).name
  const wide = random.chance(0.5) ? 1 : 0.4
  const messages = kind === 'messages' || kind === 'both' ? some(Object.keys(MESSAGE_FAULTS), wide) : []
  const events = kind === 'events' || kind === 'both' ? some(Object.keys(EVENT_FAULTS), wide) : []
  return {
    symbols: Array.from({ length: count }, (_, i) => `S${i}`),
    maxKlines: random.pick([8, 64]),
    steps: random.between(20, 60),
    waitAsync: random.chance(0.5),
    twoWriters: random.chance(0.4),
    strikes: random.pick([0.05, 0.2]),
    faults: { messages, events, rate: random.pick([0.05, 0.15, 0.3]) },
  }
}
