/**
 * The real inbox and engine over a core made of a few lines, behind something that looks like a worker: tests of the
 * protocol and of the client run without WebAssembly, and can break whatever they like. Pass
 * `createWorker: () => new FakeWorker(…)` and `wasmModule` to createScanner.
 */

import { EventEmitter } from 'node:events'
import { setTimeout } from 'node:timers'
import { Engine } from '../../../js/engine.js'
import { Inbox } from '../../../js/inbox.js'
import { Market, MS } from './market.mjs'
import { packedWords } from './packed-words.mjs'

/** The smallest WebAssembly module there is; the fake core does not look at it. */
export const EMPTY_MODULE = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0))

/**
 * A core whose cycles give the deltas that a test has put into `deltas`: { trader handle, snapshot?, late?, time?,
 * entered: [[slot, …values]], left: [slot] }.
 */
export class FakeCore {
  calls = []
  deltas = []
  cycles = 0
  nextTrader = 0
  /** Results of core.cycle to come: how often `pending` stays true. */
  pendingRounds = 0
  marked = false

  create(config) {
    this.calls.push(['create', config])
    this.market = new Market({ ...config, symbols: [] })
    return { ok: true }
  }

  measure(config) {
    this.calls.push(['measure', config])
    return { ok: true, bytes: this.bytes ?? 64 * 65536, marketBytes: 1 }
  }

  layout() {
    return this.market.layout
  }

  intervalTable() {
    return Object.entries(MS).map(([name, ms]) => ({ name, ms }))
  }

  addSymbol({ symbol }) {
    if (symbol === 'REFUSED') return { ok: false, error: { code: 'E_SYMBOL', message: 'no such name' } }
    return { ok: true, key: this.market.addSymbol(symbol) }
  }

  startSymbol(key) {
    this.calls.push(['startSymbol', key])
    return { ok: true }
  }

  resumeSymbol(symbol) {
    this.calls.push(['resumeSymbol', symbol])
    return { ok: true }
  }

  resumeSession() {
    this.calls.push(['resumeSession'])
    return { ok: true }
  }

  removeSymbol(key) {
    this.calls.push(['removeSymbol', key])
    this.market.removeSymbol(key % 8192)
    return { ok: true }
  }

  configureSession(config) {
    this.calls.push(['configureSession', config])
    return { ok: true }
  }

  /** What the next cycles say about the session; `version` moves when it changes. */
  sessionState = {
    active: true,
    scope: 'session',
    lagging: [],
    muted: [],
    lags: [],
    inactiveMs: 0,
    activations: 0,
  }
  sessionVersion = 0
  resync = false

  session() {
    return this.sessionState
  }

  addTrader(spec) {
    this.calls.push(['addTrader', spec])
    if (spec.filter === 'wrong') {
      const position = { offset: 3, line: 1, column: 4 }
      return {
        ok: false,
        error: { code: 'E_NAME', message: 'unknown name', position, hint: "did you mean 'rsi'?" },
      }
    }
    if (spec.filter === 'trap') throw new WebAssembly.RuntimeError('unreachable')
    return {
      ok: true,
      trader: this.nextTrader++,
      cost: 1,
      warmup: { '1m': 14 },
      replayable: true,
      missing: [],
    }
  }

  updateTrader(trader, spec) {
    this.calls.push(['updateTrader', trader, spec])
    if (spec.filter === 'wrong') {
      return { ok: false, error: { code: 'E_NAME', message: 'unknown name' } }
    }
    return { ok: true, trader, cost: 2, warmup: {}, replayable: false, missing: [] }
  }

  requestSnapshot(trader) {
    this.calls.push(['requestSnapshot', trader])
    if (this.matching) this.deltas.push({ trader, snapshot: true, entered: this.matching })
    return { ok: true }
  }

  setTracking(on) {
    this.calls.push(['setTracking', on])
  }

  setBatchSymbols(symbols) {
    this.calls.push(['setBatchSymbols', symbols])
    return { ok: true }
  }

  removeTrader(trader) {
    this.calls.push(['removeTrader', trader])
    return { ok: true }
  }

  cycle(now, anew) {
    this.calls.push(['cycle', now, anew])
    this.cycles++
    const words = []
    const values = []
    for (const { trader, snapshot, late, more, time = now, entered = [], left = [] } of this.deltas.splice(
      0,
    )) {
      const columns = entered.length > 0 ? entered[0].length - 1 : 0
      const flags = (snapshot ? 1 : 0) | (late ? 2 : 0) | (more ? 4 : 0)
      words.push(
        ...packedWords(
          trader,
          flags,
          entered.map(([slot]) => slot),
          left,
          columns,
        ),
      )
      values.push(time, ...entered.flatMap(([, ...row]) => row))
    }
    // Behind the region, where nothing else lies.
    const { layout } = this.market
    const memory = this.memory.buffer
    const valuesOffset = layout.descriptor + layout.regionBytes
    const wordsOffset = valuesOffset + values.length * 8
    new Float64Array(memory, valuesOffset, values.length).set(values)
    new Int32Array(memory, wordsOffset, words.length).set(words)
    return {
      cycle: this.cycles,
      epoch: this.cycles,
      updatedSymbols: 1,
      skippedSymbols: 2,
      filtersRun: 3,
      filtersSkipped: 4,
      elapsedUs: 5,
      deltaEntries: 6,
      fullEntries: 7,
      deltaBytes: 8,
      fullBytes: 9,
      pending: this.pendingRounds-- > 0,
      sessionVersion: this.sessionVersion,
      resync: this.resync,
      wordsOffset,
      wordsCount: words.length,
      valuesOffset,
      valuesCount: values.length,
    }
  }

  restoreTrader(trader, slots, decided) {
    this.calls.push(['restoreTrader', trader, slots, decided])
    return { ok: true }
  }

  recover() {
    this.calls.push(['recover'])
  }

  timelineOf() {
    return -1
  }

  evaluate() {
    return this.#values([1, Number.NaN, 0])
  }

  series({ slot }) {
    return this.#values([Number.NaN, slot])
  }

  #values(values) {
    const offset = this.market.layout.descriptor + this.market.layout.regionBytes + 4096
    new Float64Array(this.memory.buffer, offset, values.length).set(values)
    return { ok: true, offset, count: values.length }
  }

  status() {
    return { cycle: this.cycles, epoch: this.cycles }
  }

  setIdle() {
    if (this.marked) return false
    this.market.set(this.market.layout.idle, 1)
    return true
  }

  destroy() {
    this.calls.push(['destroy'])
  }
}

/** The engine's host over a fake core; the region is copied into the memory that the engine allocates. */
export function fakeHost(core, post, more = {}) {
  return {
    post,
    loadCore: async ({ memory, poolSize }) => {
      core.calls.push(['load', poolSize])
      core.memory = memory
      const create = core.create.bind(core)
      core.create = (config) => {
        const result = create(config)
        const { market } = core
        new Uint8Array(memory.buffer).set(new Uint8Array(market.memory.buffer))
        market.memory = memory
        market.words = new Int32Array(memory.buffer)
        market.doubles = new Float64Array(memory.buffer)
        return result
      }
      return core
    },
    terminateCore: () => core.calls.push(['terminate']),
    openUrl: () => Promise.reject(new Error('the fake engine has no files')),
    minPages: 64,
    now: () => Date.now(),
    steadyNow: () => performance.now(),
    setTimer: (run, ms) => setTimeout(run, ms),
    clearTimer: (timer) => clearTimeout(timer),
    waitAsync: (words, index, value) => Atomics.waitAsync(words, index, value),
    holdLock: () => {},
    heapBytes: () => 1,
    ...more,
  }
}

/** Looks like a worker_threads.Worker with the engine in it. `drop(message)` true: the message gets lost. */
export class FakeWorker extends EventEmitter {
  received = []
  sent = []
  terminated = false
  timers = []
  /** The engine in it ended the worker in its own order. */
  closed = false

  constructor(core = new FakeCore(), { drop = () => false, host = {} } = {}) {
    super()
    this.core = core
    this.drop = drop
    const post = (message) => {
      const copy = structuredClone(message)
      this.sent.push(copy)
      setImmediate(() => this.emit('message', copy))
    }
    const setTimer = (run, ms) => {
      const timer = setTimeout(run, ms)
      this.timers.push(timer)
      return timer
    }
    this.engine = new Engine(fakeHost(core, post, { close: () => this.close(), setTimer, ...host }))
    this.inbox = new Inbox({
      apply: (...given) => this.engine.apply(...given),
      post,
      posted: () => this.engine.posted,
    })
  }

  postMessage(message, transfer) {
    const copy = structuredClone(message, { transfer })
    this.received.push(copy)
    if (this.terminated || this.drop(copy)) return
    setImmediate(() => this.engine.signal(copy.type) || this.inbox.receive(copy))
  }

  async terminate() {
    this.terminated = true
    for (const timer of this.timers) clearTimeout(timer)
  }

  close() {
    this.closed = true
    this.emit('closed')
  }

  ref() {}
  unref() {}
}
