/**
 * What the outside knows of one trader's matches, where that may be less than what the client knows: while symbols are
 * muted, deltas change the matches and are not told. When symbols come back, the difference is told at once, against
 * what was told last, so that nobody acts twice on the same match. Client's thread.
 */

/** @import { Columns, Delta, Matches } from './match-table.js' */
/** @import { PackedDelta } from './signals.js' */
/** @import { SessionGate } from './session-gate.js' */
/** @import { SymbolList } from './symbol-list.js' */

export class Outside {
  /** Slots that were told to match. Undefined: the same as the matches. @type {Set<number> | undefined} */
  #told
  /** Symbols that were removed before it could be told that they left. @type {string[]} */
  #gone = []
  /** The outside has got a first snapshot. */
  #announced = false
  /** The cycle of the last snapshot that was told while this knew less than the matches. */
  #snapshotCycle = 0

  /**
   * To be called before a delta is folded into the matches.
   * @param {Matches} matches
   * @param {SessionGate} gate
   * @param {number} cycle
   */
  prepare(matches, gate, cycle) {
    if (!gate.open || gate.resyncCycle === cycle)
      this.#told ??= new Set(this.#announced ? matches.slots() : [])
  }

  /**
   * A removed symbol's slot may belong to another one soon. To be called before the matches forget it.
   * @param {number} slot
   * @param {string} symbol
   * @param {Matches} matches
   * @param {SessionGate} gate
   * @returns {boolean} whether the outside knows the matches, and so can be told at once what leaves them
   */
  forget(slot, symbol, matches, gate) {
    // No delta has come since the session closed: nothing was kept of what was told, and nothing may be told now.
    if (!gate.active) this.#told ??= new Set(this.#announced ? matches.slots() : [])
    if (this.#told?.delete(slot)) this.#gone.push(symbol)
    return this.#told === undefined && this.#announced
  }

  /**
   * Everything that was told to match, and of which nothing has said that it left: names.
   * @param {Matches} matches
   * @param {SymbolList} symbols
   * @returns {string[]}
   */
  told(matches, symbols) {
    const slots = this.#told ? [...this.#told] : matches.slots()
    const names = symbols.sorted(slots).map((slot) => symbols.nameAt(slot))
    // A removed symbol may have been added again, and match.
    return [...new Set([...this.#gone, ...names])]
  }

  /**
   * What the outside is told of a delta that was just folded into the matches; undefined: nothing.
   * @param {Delta} delta
   * @param {Pick<PackedDelta, 'snapshot'>} packed
   * @param {Matches} matches
   * @param {SessionGate} gate
   * @param {SymbolList} symbols
   * @returns {Delta | undefined}
   */
  tell(delta, packed, matches, gate, symbols) {
    if (!gate.active) return undefined
    const told = this.#told
    // What else happened in the cycle in which symbols come back is in the snapshot behind it.
    if (told && gate.resyncCycle === delta.cycle && !packed.snapshot) return undefined
    if (!told) {
      this.#announced = true
      return delta
    }
    const shown = symbols.sorted(matches.slots().filter((slot) => gate.shows(slot)))
    const gone = new Set(this.#gone.splice(0))
    const names = (/** @type {number[]} */ slots) => slots.map((slot) => symbols.nameAt(slot))
    // Under its name a symbol that was removed and added again was told to match, and does.
    const isKnown = (/** @type {number} */ slot) => told.has(slot) || gone.has(symbols.nameAt(slot))
    const entered = shown.filter((slot) => !isKnown(slot))
    const left = symbols.sorted([...told].filter((slot) => !matches.has(slot) && gate.shows(slot)))
    for (const slot of shown) told.add(slot)
    for (const slot of left) told.delete(slot)
    if (gate.open) this.#told = undefined
    const rows = (/** @type {number[]} */ slots) =>
      slots.map((slot) => ({ symbol: symbols.nameAt(slot), columns: matches.columns(slot) }))
    for (const name of names(shown)) gone.delete(name)
    const leaving = [...gone, ...names(left)]
    const news = entered.length > 0 || leaving.length > 0
    const resync = gate.resyncCycle === delta.cycle && this.#announced
    const again = this.#snapshotCycle === delta.cycle
    if (!packed.snapshot) {
      return news ? { ...delta, entered: rows(entered), left: leaving } : undefined
    }
    this.#announced = true
    this.#snapshotCycle = delta.cycle
    // The first one, or one that somebody asked for: all that may be seen.
    if (!resync) return { ...delta, entered: rows(shown), left: leaving }
    if (!news && (again || (!gate.allBack && !shown.some((slot) => gate.isBack(slot))))) return undefined
    return { ...delta, entered: rows(entered), left: leaving, matches: rows(shown) }
  }
}
