/**
 * What feeds write, from one thread or two. A writer's thread and the engine's take turns at any atomic access of the
 * writer, and a writer gets a turn before any cycle. Inside the core's own code there are no turns: the native tests and
 * the models see to those.
 */

import { attachWriter } from '../../../js/index.js'
import { STEPS } from './steps.mjs'

/** What is written with a key that is nobody's any more: no filter's truth ever knows it. */
const GHOST = 99

/** How a write for a symbol that is none is refused. */
const GONE = ['E_SYMBOL', 'E_STALE_KEY']

export class Writes {
  #world
  #writers = []
  #writing = false
  #atATurn = false
  /** @type {(() => void) | undefined} called before every atomic access */
  #turn
  /** Writes so far: a check is only strict if none came between. */
  count = 0
  /** Nothing comes by itself any more. */
  quiet = false
  /** Writes of the other thread that wait. @type {{ name: string, birth: number, write: (writer: any) => void }[]} */
  late = []

  constructor(world) {
    this.#world = world
  }

  /** Once the scanner stands. */
  open() {
    const { scanner, config } = this.#world
    this.#writers = [scanner.writer]
    if (config.twoWriters) this.#writers.push(attachWriter(structuredClone(scanner.writer.handle)))
  }

  close() {
    for (const writer of this.#writers) writer.close()
  }

  ticker(name, last) {
    const done = this.#write(name, `last ${last}`, (writer) => writer.updateTicker(name, { last }))
    if (done) this.#world.truth.ticker(name, last)
  }

  kline(name, interval, kline) {
    const what = `${interval} ${kline.openTime} ${kline.open} ${kline.close} ${kline.closed ? 'closed' : 'live'}`
    const done = this.#write(name, what, (writer) => writer.updateKline(name, interval, kline))
    if (done) this.#world.truth.kline(name, interval, kline)
    return done
  }

  /** A write with the key of a symbol that was removed. */
  stale(key) {
    const { random, fail, note } = this.#world
    const writer = random.pick(this.#writers)
    note(`stale write ${key}`)
    try {
      writer.updateTicker(key, { last: GHOST })
    } catch (error) {
      if (error.code === 'E_CLOSED' && this.#mayBeLeft(writer)) return
      if (error.code !== 'E_STALE_KEY') fail(`a stale key was refused with ${error.stack}`)
      return
    }
    // A thread that has not heard of the next engine yet writes into memory that is nobody's.
    if (writer === this.#writers[0]) fail(`a write with the stale key ${key} was taken`)
  }

  /** A write of the thread that the symbol's feed lives in; the engine may take turns while it is under way. */
  #write(name, what, write) {
    const world = this.#world
    world.note(`write ${name} ${what}`)
    this.count++
    this.#writing = true
    const unsure = world.symbols.uncertain(name)
    const turns = world.random.chance(0.3) ? this.#turns() : undefined
    if (turns) this.#turn = turns
    const writer = this.#writers[world.symbols.home(name) % this.#writers.length]
    const waits = this.late.length > 0 && writer !== this.#writers[0]
    let done = !(waits && unsure)
    try {
      if (waits && done) this.late.push({ name, birth: world.symbols.birth(name), write })
      else if (done) write(writer)
    } catch (error) {
      if (error.code === 'E_CLOSED' && this.#mayBeLeft(writer)) {
        done = !unsure
        if (done) this.#writeLate({ name, birth: world.symbols.birth(name), write })
      } else {
        done = false
        if (!unsure || !GONE.includes(error.code)) world.fail(`a write was refused: ${error.stack}`)
      }
    } finally {
      this.#turn = undefined
      this.#writing = false
    }
    world.worker?.lookAtWaits()
    return done && world.truth.has(name)
  }

  /** A handle outlives three restarts. */
  #mayBeLeft(writer) {
    return this.#world.folds.died > 3 && writer !== this.#writers[0]
  }

  /** A writer that was left behind has its last write in a memory of which the engine takes copies with each tick. */
  get mayTrail() {
    return this.#writers.some((writer) => this.#mayBeLeft(writer))
  }

  /** The other thread's writer was left behind: it attaches anew, and writes on when its records were let go. */
  #writeLate(first) {
    const world = this.#world
    world.count('late write')
    this.late.push(first)
    const again = () => {
      try {
        for (; this.late.length > 0; this.late.shift()) this.#writeOne(this.late[0])
      } catch (error) {
        if (error.code === 'E_CLOSED')
          this.#writers[1] = attachWriter(structuredClone(world.scanner.writer.handle))
        else if (error.code !== 'E_OWNED') world.fail(`a late write was refused: ${error.stack}`)
        world.schedule.after(200, again)
      }
    }
    world.schedule.after(200, again)
  }

  /** Unless the symbol has gone meanwhile. */
  #writeOne({ name, birth, write }) {
    const { symbols, truth } = this.#world
    if (!truth.has(name) || symbols.birth(name) !== birth) return
    try {
      write(this.#writers[1])
    } catch (error) {
      if (!symbols.uncertain(name) || !GONE.includes(error.code)) throw error
    }
  }

  /** Before an atomic access of anybody in this thread. */
  access() {
    this.#turn?.()
  }

  /** Lets messages for the engine arrive at one or two accesses of the next few. */
  #turns() {
    const { random } = this.#world
    let accesses = 0
    const at = [random.below(9), random.below(9)]
    return () => {
      if (!at.includes(accesses++)) return
      // The engine is about to run a cycle: it has no turn before that is over.
      if (this.#atATurn) return
      const { worker, schedule } = this.#world
      const [task] = schedule.waiting((one) => one.worker === worker && one.message)
      if (!task || !worker?.alive || worker.busyUntil > schedule.now) return
      const turn = this.#turn
      this.#turn = undefined
      this.#world.count('turn')
      schedule.runEarly(task)
      this.#turn = turn
    }
  }

  /** The engine is about to run a cycle: another thread may have the moment. */
  beforeCycle() {
    const { random } = this.#world
    if (this.quiet || this.#writing || this.#atATurn || this.#writers.length === 0 || !random.chance(0.1))
      return
    this.#atATurn = true
    this.#world.count('write before a cycle')
    const wanted = random.pick(['ticker', 'kline'])
    STEPS.find(({ name }) => name === wanted).run(this.#world)
    this.#atATurn = false
  }
}
