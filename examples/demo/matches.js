// Which traders match which symbols, folded from the scanner's signals: each says only what changed.

/**
 * @typedef {object} SignalDetail detail of a `signals` event
 * @property {string} traderId
 * @property {number} time
 * @property {boolean} snapshot
 * @property {{ symbol: string, columns: Record<string, number | undefined> }[]} entered
 * @property {string[]} left
 */

export class Matches {
  constructor() {
    /** @type {Map<string, Set<string>>} symbol → ids of traders */
    this.bySymbol = new Map()
    /** @type {Map<string, Set<string>>} trader → symbols */
    this.byTrader = new Map()
  }

  /**
   * Takes a delta in and returns what it changed. A snapshot lists everything that matches, so that only its
   * difference from what was known is news.
   * @param {SignalDetail} detail
   * @returns {Pick<SignalDetail, 'entered' | 'left'>}
   */
  fold({ traderId, snapshot, entered, left }) {
    const symbols = this.byTrader.get(traderId) ?? new Set()
    this.byTrader.set(traderId, symbols)
    const listed = new Set(entered.map(({ symbol }) => symbol))
    const changes = {
      entered: entered.filter(({ symbol }) => !symbols.has(symbol)),
      left: snapshot ? [...symbols].filter((symbol) => !listed.has(symbol)) : left,
    }
    for (const { symbol } of changes.entered) {
      symbols.add(symbol)
      this.tradersOf(symbol).add(traderId)
    }
    for (const symbol of changes.left) {
      symbols.delete(symbol)
      this.tradersOf(symbol).delete(traderId)
    }
    return changes
  }

  /** @param {string} traderId */
  forget(traderId) {
    for (const symbol of this.byTrader.get(traderId) ?? []) this.tradersOf(symbol).delete(traderId)
    this.byTrader.delete(traderId)
  }

  /** @param {string} symbol */
  tradersOf(symbol) {
    const known = this.bySymbol.get(symbol)
    if (known) return known
    /** @type {Set<string>} */
    const traders = new Set()
    this.bySymbol.set(symbol, traders)
    return traders
  }

  /** @param {string} traderId */
  countOf(traderId) {
    return this.byTrader.get(traderId)?.size ?? 0
  }
}

/** Traders in the order of adding, each with the colour it keeps. */
export class TraderColors {
  constructor() {
    /** @type {Map<string, number>} */
    this.colors = new Map()
  }

  /** The lowest colour that nobody has, or one shared when all eight are given. @param {string} id */
  give(id) {
    if (this.colors.has(id)) return
    const taken = new Set(this.colors.values())
    let color = 0
    while (taken.has(color) && color < 8) color += 1
    this.colors.set(id, color % 8)
  }

  /** @param {string} id */
  of(id) {
    return this.colors.get(id) ?? 0
  }

  /** @param {string} id */
  free(id) {
    this.colors.delete(id)
  }
}
