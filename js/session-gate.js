/**
 * The client's end of the session: what the engine said last about late symbols, and so what the outside may see.
 * Client's thread.
 *
 * SESSION comes before the SIGNALS of its cycle. So nothing late passes before it is known to be late, and the
 * snapshots of the cycle in which symbols come back find the gate open.
 */

import { SESSION_DEFAULTS } from './session-options.js'

/**
 * A symbol whose data is late.
 * @typedef {object} LaggingSymbol
 * @property {string} symbol
 * @property {number} lagSeconds of its newest closed kline when that was ingested
 * @property {boolean} stalled nothing has come from it for stalledAfterSeconds: it is muted alone
 */

/**
 * What is shown and why.
 * @typedef {object} SessionState
 * @property {boolean} active false: reads return nothing and no signals come
 * @property {'session' | 'symbol'} scope
 * @property {LaggingSymbol[]} lagging in the order in which symbols were added
 * @property {string[]} muted symbols that are not shown although the session is active
 * @property {number} cycle in which this became so
 * @property {number} time ms, of that cycle
 */

/** @typedef {SessionState & { reason: string }} SessionChange the `detail` of a 'session' event */

export class SessionGate {
  #active = true
  /** @type {'session' | 'symbol'} */
  #scope = SESSION_DEFAULTS.scope
  /** @type {ReadonlySet<number>} slots; while the session is inactive it says nothing */
  #muted = new Set()
  /** @type {{ slot: number, symbol: string, lagSeconds: number, stalled: boolean }[]} */
  #lagging = []
  #cycle = 0
  #time = 0
  /** Slots that have come back with the cycle `resyncCycle`; undefined: all of them. @type {ReadonlySet<number> | undefined} */
  #back = new Set()

  /** The cycle whose snapshots say what has changed while symbols were muted; 0 before the first. */
  resyncCycle = 0

  /** Of the engine that runs: the cycle of the SESSION that was applied last. */
  #heard = 0

  get active() {
    return this.#active
  }

  /**
   * Whether the SESSION of a cycle has not come before. From then on it counts as heard: one that was missed, and comes
   * late, says less than what was asked for then.
   * @param {number} cycle
   */
  isNews(cycle) {
    if (cycle <= this.#heard) return false
    this.#heard = cycle
    return true
  }

  /**
   * Whether a SESSION was posted before the one that is here, and has not come.
   * @param {number} baseCycle of the one that is here
   */
  misses(baseCycle) {
    return baseCycle > this.#heard
  }

  /** An engine follows: its cycles may have numbers that were there already. */
  restart() {
    this.#heard = 0
    this.resyncCycle = 0
  }

  /** True: everything is shown. */
  get open() {
    return this.#active && this.#muted.size === 0
  }

  /**
   * Whether a symbol may be seen from outside.
   * @param {number} slot
   */
  shows(slot) {
    return this.#active && !this.#muted.has(slot)
  }

  /**
   * Whether a symbol has come back in the cycle `resyncCycle`.
   * @param {number} slot
   */
  isBack(slot) {
    return this.#back === undefined || this.#back.has(slot)
  }

  /** Whether the whole session has come back in the cycle `resyncCycle`. */
  get allBack() {
    return this.#back === undefined
  }

  /**
   * @param {Record<string, any>} fields of SESSION
   * @param {import('./symbol-list.js').SymbolList} symbols
   * @returns {SessionChange}
   */
  apply({ cycle, time, active, resync, scope, lagging, muted }, symbols) {
    const before = { active: this.#active, muted: this.#muted, lagging: this.#lagging }
    this.#active = active
    this.#scope = scope
    this.#muted = new Set(active ? muted : [])
    const late = new Map(lagging.map((/** @type {any} */ one) => [one.slot, one]))
    this.#lagging = symbols.sorted([...late.keys()]).map((slot) => {
      const { lagMs, stalled } = late.get(slot)
      return { slot, symbol: symbols.nameAt(slot), lagSeconds: lagMs / 1000, stalled }
    })
    this.#cycle = cycle
    this.#time = time
    if (resync) {
      this.resyncCycle = cycle
      this.#back = before.active
        ? new Set([...before.muted].filter((slot) => !this.#muted.has(slot)))
        : undefined
    }
    return { ...this.state(), reason: this.#reason(before.lagging) }
  }

  /** @returns {{ slot: number, lagMs: number, stalled: boolean }[]} for an engine that takes another's place */
  carried() {
    return this.#lagging.map(({ slot, lagSeconds, stalled }) => ({ slot, lagMs: lagSeconds * 1000, stalled }))
  }

  /**
   * A removed symbol is nobody's any more.
   * @param {number} slot
   */
  forget(slot) {
    this.#muted = new Set([...this.#muted].filter((one) => one !== slot))
    this.#lagging = this.#lagging.filter((one) => one.slot !== slot)
  }

  /** @returns {SessionState} a copy */
  state() {
    return {
      active: this.#active,
      scope: this.#scope,
      lagging: this.#lagging.map(({ symbol, lagSeconds, stalled }) => ({ symbol, lagSeconds, stalled })),
      muted: this.#lagging.filter(({ slot }) => this.#muted.has(slot)).map(({ symbol }) => symbol),
      cycle: this.#cycle,
      time: this.#time,
    }
  }

  /** @param {{ slot: number, symbol: string }[]} before */
  #reason(before) {
    const late = this.#lagging.map(
      ({ symbol, lagSeconds, stalled }) =>
        `${symbol} ${Math.round(lagSeconds)} s${stalled ? ', stalled' : ''}`,
    )
    if (late.length > 0) return `late: ${late.join('; ')}`
    const now = before.map(({ symbol }) => symbol)
    return now.length > 0 ? `caught up or removed: ${now.join(' ')}` : 'caught up'
  }
}
