/** What somebody has who listens to 'signals' and folds them: it must be the matches, and no delta may repeat itself. */
export class Folds {
  #world
  /** @type {Map<string, Set<string>>} by trader */
  #sets = new Map()
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
  begin(id) {
    this.#sets.set(id, new Set())
  }

  of(id) {
    return this.#world.config.symbols.filter((symbol) => this.#sets.get(id)?.has(symbol))
  }

  #take({ traderId, snapshot, entered, left, cycle }) {
    const set = this.#sets.get(traderId)
    this.#world.note(
      `signals ${traderId} ${cycle} ${snapshot ? 'snapshot ' : ''}+${entered.length} -${left.length}`,
    )
    if (!set) {
      this.#world.fail(`a delta of ${traderId}, which nobody has added`)
      return
    }
    if (snapshot) set.clear()
    for (const { symbol } of entered) {
      if (set.has(symbol)) this.#world.fail(`${symbol} entered ${traderId} twice`)
      set.add(symbol)
    }
    if (snapshot) return
    for (const symbol of left) {
      if (!set.delete(symbol)) this.#world.fail(`${symbol} left ${traderId} twice`)
    }
  }
}
