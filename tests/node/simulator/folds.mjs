/** What somebody has who listens to 'signals' and folds them: it must be the matches, and no delta may repeat itself. */
export class Folds {
  #world
  /** @type {Map<string, Set<string>>} by trader */
  #sets = new Map()
  /** @type {Map<string, { ms: number, entered: Map<string, number>, changing: number }>} by trader: since when a symbol has to wait */
  #cooldowns = new Map()
  /** Traders of which what was told is less than what may be told to leave. */
  #partial = new Set()
  errors = []
  /** Deaths of engines that another was to follow. */
  died = 0

  constructor(world) {
    this.#world = world
  }

  listen(scanner) {
    scanner.addEventListener('signals', ({ detail }) => this.#take(detail))
    scanner.addEventListener('error', ({ detail }) => {
      this.#world.note(`error ${detail.code} ${detail.message}`)
      this.errors.push(detail)
      if (this.#world.faults.none) this.#world.fail(`an error without a fault: ${detail.stack}`)
    })
    scanner.addEventListener('restart', ({ detail }) => {
      this.#world.count(`restart ${detail.phase}`)
      if (detail.phase === 'died') this.died++
      if (detail.disabled?.length) this.#world.fail(`traders were disabled: ${detail.disabled}`)
    })
  }

  /** A trader of this id is being added. */
  begin(id, { cooldown }) {
    this.#sets.set(id, new Set())
    this.#cooldowns.set(id, { ms: cooldown, entered: new Map(), changing: 0 })
  }

  /** It is being changed: from when on nobody knows, so both cooldowns count. */
  change(id, { cooldown }) {
    const known = this.#cooldowns.get(id)
    known.ms = Math.min(known.ms, cooldown)
    known.entered.clear()
    known.changing++
  }

  /** The change was answered: its first decision, one delta for symbols that were decided at times of their own, has been told. */
  changed(id) {
    const known = this.#cooldowns.get(id)
    known.changing = Math.max(0, known.changing - 1)
  }

  /** In the order of the symbols; what is none any more comes last. */
  of(id) {
    const set = this.#sets.get(id)
    const { names } = this.#world.truth
    return [...names.filter((name) => set.has(name)), ...[...set].filter((name) => !names.includes(name))]
  }

  /** A symbol of this name is none any more. */
  forget(name) {
    for (const { entered } of this.#cooldowns.values()) entered.delete(name)
  }

  #take(delta) {
    const { traderId, snapshot, entered, left, cycle, time, matches } = delta
    const set = this.#sets.get(traderId)
    this.#world.note(
      `signals ${traderId} ${cycle} ${snapshot ? 'snapshot ' : ''}+${entered.length} -${left.length}`,
    )
    if (!set) {
      this.#world.fail(`a delta of ${traderId}, which nobody has added`)
      return
    }
    const { sessions } = this.#world
    sessions.checkDelta(delta)
    // After a pause: what has changed against what was told last, and all that may be seen.
    const fresh = snapshot && matches === undefined
    if (fresh) set.clear()
    // A snapshot that was asked for while somebody was hidden leaves that one out; it may be told again, or leave.
    if (fresh && !sessions.open) this.#partial.add(traderId)
    const exact = !this.#partial.has(traderId)
    for (const { symbol } of entered) {
      if (exact && set.has(symbol)) this.#world.fail(`${symbol} entered ${traderId} twice`)
      set.add(symbol)
      if (!snapshot) this.#cool(traderId, symbol, time)
    }
    if (fresh) return
    for (const symbol of left) {
      if (!set.delete(symbol) && exact) this.#world.fail(`${symbol} left ${traderId} twice`)
    }
    if (matches === undefined) return
    const told = matches.map(({ symbol }) => symbol)
    const folded = this.of(traderId).filter((name) => sessions.shows(name))
    if (exact && folded.join() !== told.join()) {
      this.#world.fail(`${traderId}: [${told}] match after a pause, and [${folded}] were told`)
    }
    for (const name of told) set.add(name)
    if (sessions.open) this.#partial.delete(traderId)
  }

  /** Cooldowns hold, across restarts and whatever messages are lost; a clock that is set back lets them start anew. */
  #cool(id, symbol, time) {
    const { faults, fail } = this.#world
    const { ms, entered, changing } = this.#cooldowns.get(id)
    if (changing > 0) return
    const before = entered.get(symbol)
    entered.set(symbol, time)
    if (faults.has('clock')) return
    if (time >= before && time < before + ms)
      fail(`${symbol} entered ${id} at ${time}, ${time - before} ms after it had, and not ${ms}`)
  }
}
