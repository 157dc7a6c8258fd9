/**
 * A market of thousands for simulated hours: nothing may grow. And ten times as much for a minute: nothing may be lost. Client
 * and engine are the real ones, in simulated time and without faults. Run with --expose-gc, so that a heap can be compared:
 *
 *   node --expose-gc tests/node/simulator/soak.mjs --hours 24
 */

import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { Scanner } from '../../../js/scanner.js'
import { wasmModule } from './core.mjs'
import { Random } from './random.mjs'
import { Schedule } from './schedule.mjs'
import { SimulatedWorker } from './worker.mjs'

const SYMBOLS = 5000
const SECOND = 1000
const HOUR = 3600
/** Samples of the first minutes are of code that is still being compiled. */
const SETTLED = 1200

const LEVELS = [20, 35, 50, 65, 80]
const TRADERS = [
  ...LEVELS.map((level) => ({ id: `last${level}`, filter: `last > ${level}` })),
  { id: 'rsi', filter: 'rsi(14) < 40', columns: { rsi: 'rsi(14)' } },
  { id: 'sma', filter: 'close > sma(close, 20)', on: 'close' },
  { id: 'bands', filter: 'close < bbands(20, 2, 2).lower or close > bbands(20, 2, 2).upper' },
]

class Soak {
  schedule = new Schedule()
  random = new Random(1)
  config = { waitAsync: true }
  faults = { fate: () => ({ copies: [{}] }) }
  /** @type {SimulatedWorker | undefined} */
  worker
  /** @type {Scanner} */
  scanner
  /** The newest price of each symbol. */
  last = new Float64Array(SYMBOLS)
  updates = 0
  deltas = 0
  refused = 0
  #names = Array.from({ length: SYMBOLS }, (_, i) => `S${i}`)
  #keys
  #minute = 0

  wall = () => 1_700_000_000_000 + this.schedule.now
  note() {}
  count() {}
  beforeCycle() {}
  fail(text) {
    throw new Error(text)
  }

  async start() {
    const host = {
      now: () => this.schedule.now,
      setTimer: (run, ms) => this.schedule.after(Math.max(1, ms), run),
      clearTimer: (task) => this.schedule.cancel(task),
      random: () => this.random.next(),
    }
    const options = {
      symbols: this.#names,
      maxKlines: 50,
      threads: 1,
      traders: TRADERS,
      wasmModule,
      clock: this.wall,
      createWorker: () => {
        this.worker = new SimulatedWorker(this)
        return this.worker
      },
    }
    this.scanner = await this.wait(Scanner.create(options, host))
    this.scanner.addEventListener('signals', () => this.deltas++)
    this.scanner.addEventListener('error', ({ detail }) => this.fail(detail.stack))
    this.#keys = this.scanner.symbols.map(({ index }) => index)
    void this.#consume()
    await this.wait(this.scanner.start({ everyMs: SECOND }))
  }

  async #consume() {
    for await (const _ of this.scanner.deltas()) this.deltas++
  }

  /** Lets simulated time pass until a promise is settled. */
  async wait(promise) {
    let settled = false
    const done = () => {
      settled = true
    }
    promise.then(done, done)
    assert.ok(await this.schedule.until(() => settled, 600 * SECOND))
    return await promise
  }

  /** One second of the feed. @param {number} times updates of each symbol */
  async second(times = 1) {
    const { writer } = this.scanner
    const ticker = { last: 0 }
    for (let n = 0; n < times; n++) {
      for (let slot = 0; slot < SYMBOLS; slot++) {
        this.last[slot] = 1 + this.random.below(100)
        ticker.last = this.last[slot]
        writer.updateTicker(this.#keys[slot], ticker)
      }
      await this.schedule.pass(SECOND / times)
    }
    this.updates += times * SYMBOLS
    const minute = Math.floor(this.schedule.now / 60_000)
    if (minute === this.#minute) return
    this.#minute = minute
    for (let slot = 0; slot < SYMBOLS; slot++) this.#closeMinute(writer, slot)
  }

  #closeMinute(writer, slot) {
    const close = this.last[slot]
    const kline = {
      openTime: this.#minute * 60_000,
      open: close,
      high: close,
      low: close,
      close,
      volume: 1,
      closed: true,
    }
    writer.updateKline(this.#keys[slot], '1m', kline)
  }

  /** What must not grow. */
  async sample() {
    const { memory, core, client } = await this.wait(this.scanner.status())
    // More than once: what a collection lets go of may hold other things.
    for (let i = 0; i < 8; i++) {
      await new Promise((resolve) => setTimeout(resolve, 1))
      globalThis.gc?.()
    }
    return {
      heap: process.memoryUsage().heapUsed,
      wasm: memory.wasmBytes,
      arena: core.traderBytesUsed,
      handles: process.getActiveResourcesInfo().length,
      tasks: this.schedule.waiting(() => true).length,
      pending: client.pending,
      sweepFound: core.sweepFound,
    }
  }

  /** Ten times the updates, and more calls than an engine with a tenth of its time can take. */
  async overload(seconds) {
    let [mostPending, mostWaiting] = [0, 0]
    const open = new Set()
    for (let s = 0; s < seconds; s++) {
      // Heard of now and then, so that it is slow and not dead.
      if (s % 3 === 0) this.worker?.stall(2700)
      for (let i = 0; i < 1000; i++) {
        const call = this.scanner.processUpdates()
        open.add(call)
        call
          .catch((error) => {
            if (error.code !== 'E_BACKPRESSURE') this.fail(error.stack)
            this.refused++
          })
          .finally(() => open.delete(call))
      }
      await this.second(10)
      mostWaiting = Math.max(mostWaiting, this.worker?.inbox.depth ?? 0)
      mostPending = Math.max(mostPending, open.size)
    }
    const caughtUp = await this.schedule.until(() => open.size === 0, 2 * SECOND)
    await this.wait(this.scanner.processUpdates())
    for (const level of LEVELS) {
      const expected = this.#names.filter((_, slot) => this.last[slot] > level)
      assert.deepEqual(this.scanner.matches(`last${level}`), expected)
    }
    return {
      caughtUp,
      mostPending,
      mostWaiting,
      refused: this.refused,
      restarts: (await this.wait(this.scanner.status())).restarts,
    }
  }
}

/** Bytes per hour: the slope of the least squares. Of a day, its second half: by then the compiler has done what it will. */
export function slopePerHour(samples) {
  const mean = (of) => samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length
  const [x, y] = [mean(({ second }) => second), mean(({ heap }) => heap)]
  const xy = samples.reduce((sum, { second, heap }) => sum + (second - x) * (heap - y), 0)
  const xx = samples.reduce((sum, { second }) => sum + (second - x) ** 2, 0)
  return (xy / xx) * HOUR
}

/** @param {number} hours @param {(text: string) => void} say */
async function soak(hours, say) {
  const world = new Soak()
  await world.start()
  // Rooms made beforehand: what is measured must not grow by the measuring.
  const heaps = new Float64Array(Math.ceil(hours * 12))
  const seconds = new Float64Array(heaps.length)
  /** @type {Map<string, Set<number>>} the values that each of the other numbers had */
  const values = new Map()
  let count = 0
  for (let second = 1; second <= hours * HOUR; second++) {
    await world.second()
    if (second % 300 !== 0 || second < SETTLED) continue
    const { heap, ...others } = await world.sample()
    heaps[count] = heap
    seconds[count++] = second
    for (const [name, value] of Object.entries(others))
      values.set(name, (values.get(name) ?? new Set()).add(value))
    if (second % HOUR === 0)
      say(`${second / HOUR} h: heap ${heap}, ${world.updates} updates, ${world.deltas} deltas`)
  }
  const samples = Array.from(heaps.subarray(0, count), (heap, i) => ({ heap, second: seconds[i] }))
  const constants = Object.fromEntries([...values].map(([name, all]) => [name, [...all]]))
  const overload = await world.overload(60)
  await world.wait(world.scanner.close())
  return { samples, constants, overload, updates: world.updates, deltas: world.deltas }
}

const [, script, option, hours] = process.argv
if (script === fileURLToPath(import.meta.url) && option === '--hours') {
  const { samples, ...rest } = await soak(Number(hours), (text) =>
    process.send ? undefined : console.log(text),
  )
  const result = {
    samples,
    ...rest,
    slope: slopePerHour(Number(hours) < 24 ? samples : samples.slice(samples.length / 2)),
  }
  if (process.send) process.send(result, () => process.disconnect())
  else console.log(JSON.stringify({ ...result, samples: samples.map(({ heap }) => heap).join() }))
}
