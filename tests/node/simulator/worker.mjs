/**
 * The engine worker, played in the test's own thread: the real inbox and the real engine over the real core, with time,
 * messages and steps from the world. It looks like a worker_threads.Worker to the client.
 *
 * A step is a call that the engine makes into the core or into its host. At each of them the worker may be ended: what
 * it did before has happened, and nothing after it does. It may also stop there for ever (hang), or the core may trap.
 */

import { EventEmitter } from 'node:events'
import { Engine } from '../../../js/engine.js'
import { toErrorData } from '../../../js/errors.js'
import { Inbox } from '../../../js/inbox.js'
import { COMMANDS } from '../../../js/protocol.js'
import { loadRealCore, MIN_PAGES } from './core.mjs'

/** Ends the steps of a worker that was ended. */
class Ended extends Error {}

export class SimulatedWorker extends EventEmitter {
  /** Runs, and messages reach it. */
  alive = true
  /** Until then it is busy with something else. */
  busyUntil = 0
  /** What happens at a step to come: { steps, how } */
  #doom
  #world
  #terminated = false
  #arrivals = { toWorker: 0, toClient: 0 }
  #waits = []
  #applied = 0
  /** @type {WebAssembly.Memory | undefined} */
  memory

  /** @param {import('./world.mjs').World} world */
  constructor(world) {
    super()
    this.#world = world
    const { schedule } = world
    const host = {
      post: (message, transfer) => this.#post(message, transfer),
      loadCore: (options) => this.#loadCore(options),
      terminateCore: () => {},
      openUrl: () => Promise.reject(new Error('the simulation has no files')),
      minPages: MIN_PAGES,
      now: () => world.wall(),
      steadyNow: () => schedule.now,
      setTimer: (run, ms) => this.#task(ms, run),
      clearTimer: (task) => schedule.cancel(task),
      soon: (run) => this.#task(0, run),
      waitAsync: world.config.waitAsync ? (...wait) => this.#wait(...wait) : undefined,
      close: () => this.#end(0),
      holdLock: () => {},
      heapBytes: () => 0,
      random: () => world.random.next(),
    }
    this.engine = new Engine(host)
    this.inbox = new Inbox({
      apply: (...given) => this.#apply(...given),
      post: (message) => this.#post(message),
      posted: () => this.engine.posted,
    })
  }

  // ---- what the client calls

  postMessage(message, transfer = []) {
    if (this.#terminated) return
    this.#send('toWorker', message, transfer, (copy) => this.#receive(copy))
  }

  terminate() {
    this.#terminated = true
    this.#stop()
  }

  ref() {}
  unref() {}

  // ---- what the faults call

  /** @param {'kill' | 'hang' | 'trap'} how @param {number} steps how many more it takes */
  doom(how, steps) {
    this.#doom ??= { how, steps }
  }

  /** What was to happen does not. */
  spare() {
    this.#doom = undefined
  }

  /** Nothing reaches it for a while. @param {number} ms */
  stall(ms) {
    this.busyUntil = this.#world.schedule.now + ms
  }

  /** A wait for a word is over when the word has changed, which is when somebody notifies. */
  lookAtWaits() {
    for (const wait of this.#waits.splice(0)) {
      if (Atomics.load(wait.words, wait.index) === wait.value) this.#waits.push(wait)
      else this.#task(this.#world.random.next(), () => wait.resolve('ok'))
    }
  }

  // ---- the worker's thread

  #receive(copy) {
    if (!this.alive) return
    this.#inside(() => {
      if (copy === UNREADABLE) {
        const error = Object.assign(new Error('a message could not be read'), { code: 'E_CLONE' })
        this.#post({ v: 1, type: 'ERROR', error: toErrorData(error, 'E_CLONE'), fatal: false })
      } else if (!this.engine.signal(String(copy?.type))) this.inbox.receive(copy)
    })
  }

  #apply(type, fields, seq, again) {
    if (again ? !COMMANDS[type].read || seq > this.#applied : seq !== this.#applied + 1) {
      this.#world.fail(`${type} ${seq} was applied after ${this.#applied}`)
    }
    this.#applied = Math.max(this.#applied, seq)
    this.#world.note(`  apply ${type} ${seq}`)
    const busy = this.busyUntil - this.#world.schedule.now
    if (busy <= 0) return this.engine.apply(type, fields, seq, again)
    // What it did for the command before has taken its time.
    return new Promise((resolve) => this.#task(busy, resolve)).then(() =>
      this.engine.apply(type, fields, seq, again),
    )
  }

  async #loadCore(options) {
    this.#step()
    const core = await loadRealCore(options)
    this.memory = options.memory
    return new Proxy(core, {
      get: (_, name) => {
        const value = core[name]
        if (typeof value !== 'function' || name === 'then') return value
        return (...given) => {
          this.#step()
          if (name === 'cycle') this.#world.writes.beforeCycle()
          const result = value.apply(core, given)
          this.#step()
          if (name === 'cycle') this.#world.afterCycle?.(result)
          return result
        }
      },
    })
  }

  #post(message, transfer = []) {
    if (!this.#lives()) return
    this.#send('toClient', message, transfer, (copy) => {
      if (this.#terminated) return
      if (copy === UNREADABLE) this.emit('messageerror', new Error('unreadable'))
      else this.emit('message', copy)
    })
    this.#lives()
  }

  /** A step into the core, which an ended worker never comes back from. */
  #step() {
    if (!this.#lives(true)) throw new Ended()
  }

  /**
   * One step; it may be the last.
   * @param {boolean} [core] a step into the core, where it may trap
   */
  #lives(core = false) {
    const doom = this.#doom
    if (!this.alive || !doom || doom.steps-- > 0 || (doom.how === 'trap' && !core)) return this.alive
    this.#doom = undefined
    this.#world.count(`  ${doom.how}`)
    if (doom.how === 'trap') throw new WebAssembly.RuntimeError('unreachable')
    this.#stop()
    if (doom.how === 'kill')
      this.#world.schedule.after(this.#world.random.between(0, 50), () => this.#exit(1))
    return false
  }

  /** Ends by itself, in order. */
  #end(code) {
    this.#stop()
    this.#world.schedule.after(0, () => this.#exit(code))
  }

  #exit(code) {
    if (!this.#terminated) this.emit('exit', code)
  }

  #stop() {
    this.alive = false
    this.#waits = []
  }

  #task(ms, run) {
    if (!this.alive) return undefined
    // No timer of a real thread runs at once.
    const task = this.#world.schedule.after(
      Math.max(1, ms),
      () => {
        if (!this.alive) return
        const busy = this.busyUntil - this.#world.schedule.now
        if (busy > 0) this.#world.schedule.after(busy, () => this.alive && this.#inside(run))
        else this.#inside(run)
      },
      { worker: this },
    )
    return task
  }

  #wait(words, index, value) {
    if (Atomics.load(words, index) !== value) return { async: false, value: 'not-equal' }
    return {
      async: true,
      value: new Promise((resolve) => this.#waits.push({ words, index, value, resolve })),
    }
  }

  #inside(run) {
    try {
      run()
    } catch (error) {
      if (error instanceof Ended) return
      // As in any worker: what nobody catches ends it.
      this.#stop()
      this.#world.schedule.after(0, () => !this.#terminated && this.emit('error', error))
      this.#world.schedule.after(1, () => this.#exit(1))
    }
  }

  // ---- the way between

  /**
   * @param {'toWorker' | 'toClient'} way
   * @param {any} message
   * @param {any[]} transfer
   * @param {(copy: any) => void} deliver
   */
  #send(way, message, transfer, deliver) {
    const { schedule, faults, random } = this.#world
    const copy = structuredClone(message, { transfer })
    const fate = faults.fate(way, copy)
    if (fate.throws) throw new DOMException('simulated', 'DataCloneError')
    const about =
      copy.id?.seq ?? copy.cycle ?? (copy.type === 'SYMBOL' ? `${copy.symbol} ${copy.key} ${copy.state}` : '')
    this.#world.note(`${way} ${copy.type} ${about} ${fate.name ?? ''}`)
    const arrive = (ms, what) => {
      const go = () => {
        const busy = way === 'toWorker' ? this.busyUntil - schedule.now : 0
        if (busy > 0) schedule.after(busy, () => deliver(what))
        else deliver(what)
      }
      return schedule.after(ms, go, { worker: way === 'toWorker' ? this : undefined, message: what })
    }
    for (const { late = 0, unordered = false, unreadable = false } of fate.copies) {
      const at = schedule.now + late + random.next() * 2
      // As ports have it: in order.
      const ordered = unordered ? at : Math.max(at, this.#arrivals[way])
      if (!unordered) this.#arrivals[way] = ordered
      arrive(ordered - schedule.now, unreadable ? UNREADABLE : copy)
    }
  }
}

const UNREADABLE = Object.freeze({ type: 'unreadable' })
