/**
 * Says what a trader matches as users see it, of what is kept by slot: symbols have names, stand in the order in which they
 * were added, and are left out where the session hides them. What a cycle changed is delta-rows.js. Client's thread.
 */

/** @import { Delta } from './match-table.js' */
/** @import { SessionGate } from './session-gate.js' */
/** @import { SymbolList } from './symbol-list.js' */
/** @import { Entry } from './trader-registry.js' */

/** @typedef {{ inside: Delta, outside: Delta | undefined }} Leaving deltas by which everything leaves */

export class DeltaMaker {
  #symbols
  #gate

  /**
   * @param {SymbolList} symbols
   * @param {SessionGate} gate
   */
  constructor(symbols, gate) {
    this.#symbols = symbols
    this.#gate = gate
  }

  /**
   * All that a trader matches, as a delta with which a consumer can start.
   * @param {Entry} entry
   * @param {boolean} internal also what the session hides
   * @returns {Delta}
   */
  snapshot({ trader, matches }, internal) {
    return {
      cycle: matches.cycle,
      traderId: trader.id,
      time: matches.time,
      snapshot: true,
      late: false,
      entered: this.slots(matches, internal).map((slot) => ({
        symbol: this.#symbols.nameAt(slot),
        columns: matches.columns(slot),
      })),
      left: [],
    }
  }

  /**
   * Everything that a trader matches leaves.
   * @param {Entry} entry
   * @returns {Leaving}
   */
  leaving({ trader, matches, outside }) {
    const { cycle, time } = matches
    const leave = (/** @type {string[]} */ left) => {
      return { cycle, traderId: trader.id, time, snapshot: true, late: false, entered: [], left }
    }
    const told = this.#gate.active ? leave(outside.told(matches, this.#symbols)) : undefined
    return { inside: leave(this.#names(this.#symbols.sorted(matches.slots()))), outside: told }
  }

  /**
   * The symbols that match.
   * @param {import('./match-table.js').Matches} matches
   * @param {boolean} internal also those that the session hides
   */
  matching(matches, internal) {
    return this.#names(this.slots(matches, internal))
  }

  /**
   * @param {import('./match-table.js').Matches} matches
   * @param {boolean} internal
   */
  slots(matches, internal) {
    const slots = matches.slots()
    return this.#symbols.sorted(internal ? slots : slots.filter((slot) => this.#gate.shows(slot)))
  }

  /** @param {number[]} slots */
  #names(slots) {
    return slots.map((slot) => this.#symbols.nameAt(slot))
  }
}
