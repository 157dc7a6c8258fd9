/**
 * One seed: a scanner over a simulated engine, a market that is written to, traders that come and go, faults; then the
 * faults stop, and what must be true is checked. Everything that happens follows from the seed.
 *
 * 1. The client is the real one from the Scanner down, the worker's side the real one from the inbox down; threads,
 *    ports, timers and clocks are played.
 */

import assert from 'node:assert/strict'
import { Scanner } from '../../../js/scanner.js'
import { Checks } from './checks.mjs'
import { wasmModule } from './core.mjs'
import { EVENT_FAULTS, Faults, MESSAGE_FAULTS } from './faults.mjs'
import { Folds } from './folds.mjs'
import { Random } from './random.mjs'
import { Schedule } from './schedule.mjs'
import { Sessions } from './sessions.mjs'
import { STEPS } from './steps.mjs'
import { Symbols } from './symbols.mjs'
import { Traders } from './traders.mjs'
import { INTERVALS, Truth } from './truth.mjs'
import { SimulatedWorker } from './worker.mjs'
import { Writes } from './writes.mjs'

const MINUTES = 60_000

export class World {
  schedule = new Schedule()
  /** How far the clock has been set forward. */
  jump = 0
  /** @type {SimulatedWorker | undefined} */
  worker
  /** @type {Scanner} */
  scanner
  /** The latest that the clock has been. */
  #peak = 0
  /** When a series' next kline opens. @type {Map<string, number>} by symbol and interval */
  times = new Map()
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

  /** @param {number} seed */
  constructor(seed) {
    this.seed = seed
    const random = new Random(seed)
    this.random = random
    this.config = draw(random)
    this.faults = new Faults(this, this.config.faults)
    this.truth = new Truth(this.config.symbols, this.config.maxKlines)
    this.symbols = new Symbols(this)
    this.traders = new Traders(this)
    this.sessions = new Sessions(this)
    this.writes = new Writes(this)
    this.folds = new Folds(this)
    this.checks = new Checks(this)
  }

  wall() {
    const wall = 1_700_000_000_000 + this.schedule.now + this.jump
    this.#peak = Math.max(this.#peak, wall)
    return wall
  }

  /** Sets the clock forward, past all that it has been. @param {number} ms by how much */
  passPeak(ms) {
    this.jump += this.#peak - this.wall() + ms
  }

  note = (text) => {
    this.trace.push(`${this.schedule.now.toFixed(3)} ${text}`)
  }

  /** Notes something whose coming is counted. */
  count(what) {
    this.note(what)
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1)
  }

  fail = (text) => {
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
        this.writes.access()
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
    const steps = STEPS.filter(({ needs }) => !needs || this.config[needs])
    for (let i = 0; i < this.config.steps; i++) {
      const step = this.random.weighed(steps)
      this.count(`step ${step.name}`)
      step.run(this)
      if (this.random.chance(this.config.strikes)) this.faults.strike()
      await this.schedule.pass(this.random.weighed(GAPS).ms(this.random))
      if (this.random.chance(0.15)) await this.checks.strict()
    }
    this.faults.stop()
    this.writes.quiet = true
    this.note('faults stop')
    await this.checks.end()
    await this.#close()
  }

  async #start() {
    const { symbols, maxSymbols, maxKlines } = this.config
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
      maxSymbols,
      intervals: Object.keys(INTERVALS),
      maxKlines,
      maxTraders: 16,
      threads: 1,
      session: this.sessions.options,
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
    this.sessions.listen(this.scanner)
    this.folds.listen(this.scanner)
    this.writes.open()
  }

  /**
   * Notes a call; how it may end follows from the faults.
   * @param {string} name
   * @param {Promise<any>} promise
   * @param {string[]} [codes] with which it may reject besides
   */
  call = (name, promise, codes = []) => {
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
    // Of a start that hangs and whose only sign of life was lost nobody knows before its deadline, which is a call's.
    const unheard = faults.has('hang') && faults.losesMessages && this.folds.died > 0
    if (faults.has('sleep') || unheard) codes.push('E_DEADLINE')
    if (faults.has('trap')) codes.push('E_WASM')
    if (faults.has('uncloneable')) codes.push('E_CLONE', 'E_INTERNAL')
    if (this.folds.died > 1) codes.push('E_POISON')
    if (this.folds.died > 3) codes.push('E_WORKER_DIED')
    return codes
  }

  /** A signal that is aborted in a moment. */
  abortSoon() {
    const abort = new AbortController()
    this.schedule.after(this.random.between(0, 20), () => abort.abort())
    return abort.signal
  }

  async #close() {
    this.writes.close()
    this.call('close', this.scanner.close())
    await this.checks.settle()
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
  const churn = random.chance(0.5)
  const sessions = random.chance(0.3)
  return {
    churn,
    /** Traders may have cooldowns and refresh times. */
    gates: !sessions && random.chance(0.5),
    sessions,
    settings: random.chance(0.4),
    maxSymbols: count + (churn ? random.between(0, 4) : 0),
    symbols: Array.from({ length: count }, (_, i) => `S${i}`),
    maxKlines: random.pick([8, 64]),
    steps: random.between(20, 60),
    waitAsync: random.chance(0.5),
    twoWriters: random.chance(0.4),
    strikes: random.pick([0.05, 0.2]),
    faults: { messages, events, rate: random.pick([0.05, 0.15, 0.3]) },
  }
}
