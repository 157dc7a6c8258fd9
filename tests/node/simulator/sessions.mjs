/**
 * Late klines. In seeds about sessions klines have the clock's times; a feed is behind, catches up, or keeps pace. What
 * the outside is told is checked event by event, and who is late in the end, when it is known which kline was whose last.
 */

import { killNow } from './heirs.mjs'
import { INTERVALS } from './truth.mjs'

const MINUTE = INTERVALS['1m']
/** More than the klines between two checks take. */
const THRESHOLD_SECONDS = 300
/** How far behind a feed begins. */
const BEHIND = 90 * MINUTE
const SCOPES = ['session', 'symbol']

export class Sessions {
  #world
  /** What the last 'session' event said. */
  #active = true
  #muted = new Set()

  constructor(world) {
    this.#world = world
    this.on = world.config.sessions
    this.checkInterval = world.random.pick([1, 1, 3])
  }

  /** For createScanner. */
  get options() {
    // The klines of other seeds do not keep to the clock that is played.
    if (!this.on) return { catchupThresholdSeconds: Number.POSITIVE_INFINITY }
    const { random } = this.#world
    return {
      catchupThresholdSeconds: THRESHOLD_SECONDS,
      catchupCheckInterval: this.checkInterval,
      scope: random.pick(SCOPES),
      stalledAfterSeconds: random.pick([180, 100_000]),
    }
  }

  listen(scanner) {
    scanner.addEventListener('session', ({ detail }) => {
      const { active, muted, lagging } = detail
      this.#world.note(
        `session ${active ? 'active' : 'inactive'} late ${lagging.map(({ symbol }) => symbol)}`,
      )
      this.#active = active
      this.#muted = new Set(muted)
    })
  }

  /** What the outside is told names nobody who is hidden. */
  checkDelta({ traderId, entered }) {
    const { fail } = this.#world
    if (!this.#active) fail(`a delta of ${traderId} while the session is inactive`)
    for (const { symbol } of entered)
      if (this.#muted.has(symbol)) fail(`${symbol} is muted, and entered ${traderId}`)
  }

  /** Nobody is hidden. */
  get open() {
    return this.#active && this.#muted.size === 0
  }

  shows(name) {
    return !this.#muted.has(name)
  }

  /** When a feed's next kline opens. */
  nextOpen(before, interval) {
    if (!this.on) return before ?? 0
    const { random } = this.#world
    const ms = INTERVALS[interval]
    const onTime = this.#lastClosed(ms)
    if (before === undefined) return onTime - (random.chance(0.5) ? 0 : Math.floor(BEHIND / ms) * ms)
    return random.chance(0.3) ? Math.max(before, onTime) : before
  }

  change() {
    const { random, call, scanner } = this.#world
    const session = { scope: random.pick(SCOPES) }
    if (random.chance(0.3)) session.catchupThresholdSeconds = random.pick([30, THRESHOLD_SECONDS, 100_000])
    call('setConfig', scanner.setConfig({ session }))
  }

  /**
   * Some are late, then nobody is.
   * @param {() => Promise<void>} cycles
   */
  async end(cycles) {
    if (!this.on) return
    const { random, truth, checks, call, scanner } = this.#world
    const scope = random.pick(SCOPES)
    call('setConfig', scanner.setConfig({ session: { scope, catchupThresholdSeconds: THRESHOLD_SECONDS } }))
    await checks.settle()
    // Copies of commands that are still on their way bring the time at which they were sent.
    await this.#world.schedule.pass(4000)
    this.#pastAll()
    if (random.chance(0.5)) {
      const late = truth.names.filter(() => random.chance(0.2))
      this.#write(late)
      await cycles()
      this.#check(late, scope)
      this.#pastAll()
    }
    this.#write([])
    await cycles()
    this.#check([], scope)
    // Nothing comes, and the next engine holds no kline for late that was looked at in time.
    this.#pastAll()
    if (!killNow(this.#world)) return
    this.#world.count('killed after a check')
    await cycles()
    this.#check([], scope)
  }

  /** Puts the clock far behind the newest kline. */
  #pastAll() {
    const world = this.#world
    const newest = Math.max(world.wall(), ...world.times.values())
    world.jump += newest + BEHIND - world.wall()
  }

  /** As many klines for each as a check takes. @param {string[]} late */
  #write(late) {
    const world = this.#world
    const end = this.#lastClosed(MINUTE)
    for (const name of world.truth.names) {
      const key = `${name} 1m`
      const from = late.includes(name)
        ? (world.times.get(key) ?? end - BEHIND)
        : end - (this.checkInterval - 1) * MINUTE
      for (let i = 0; i < this.checkInterval; i++) {
        const openTime = from + i * MINUTE
        const [open, close] = [world.random.between(1, 9), world.random.between(1, 9)]
        const [high, low] = [Math.max(open, close), Math.min(open, close)]
        world.writes.kline(name, '1m', { openTime, open, high, low, close, volume: 1, closed: true })
        world.times.set(key, openTime + MINUTE)
      }
    }
  }

  /** @param {string[]} late @param {string} scope */
  #check(late, scope) {
    const { scanner, traders, truth, fail } = this.#world
    const { active, lagging } = scanner.session
    const found = lagging.map(({ symbol }) => symbol).join()
    if (found !== late.join()) fail(`late are [${found}] and not [${late}]`)
    const shown = scope === 'symbol' || late.length === 0
    if (active !== shown) fail(`the session is ${active ? '' : 'in'}active, scope ${scope}, late [${late}]`)
    traders.compare(`with [${late}] late`, true)
    for (const id of traders.ids) {
      const all = scanner.matches(id, { internal: true })
      const expected = shown ? all.filter((name) => !late.includes(name)) : []
      if (scanner.matches(id).join() !== expected.join())
        fail(`${id} shows [${scanner.matches(id)}] and not [${expected}]`)
    }
    for (const name of truth.names) {
      const hidden = !shown || late.includes(name)
      if (hidden !== (scanner.klines(name, '1m').length === 0))
        fail(`${name} is ${hidden ? '' : 'not '}to be hidden`)
    }
  }

  #lastClosed(ms) {
    return Math.floor(this.#world.wall() / ms) * ms - ms
  }
}

export const SESSION_STEPS = Object.freeze([
  { name: 'set session', weight: 1, run: ({ sessions }) => sessions.change() },
])
