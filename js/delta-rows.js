/**
 * A packed item as users read it: names for slots, an object for each symbol that entered. Most of the time from a cycle to
 * its events would go here, so it is plain loops that allocate little; and where nobody hears, streams or awaits a delta, no rows are made.
 * Client's thread.
 */

import { known, NO_COLUMNS } from './match-table.js'

/** @import { Columns, Delta } from './match-table.js' */
/** @import { PackedDelta } from './signals.js' */
/** @import { SymbolList } from './symbol-list.js' */

/**
 * The columns objects of a packed delta's entered symbols. Own properties whatever they are called.
 * @param {PackedDelta} packed
 * @param {readonly string[]} names
 * @returns {Columns[]} empty for a trader without columns
 */
export function columnsOf({ entered, columns, values }, names) {
  /** @type {Columns[]} */
  const rows = []
  if (columns === 0 && names.length === 0) return rows
  for (let i = 0; i < entered.length; i++) {
    /** @type {Columns} */
    const row = {}
    for (let c = 0; c < names.length; c++) set(row, names[c], known(values[i * columns + c]))
    rows.push(row)
  }
  return rows
}

/**
 * @param {PackedDelta} packed
 * @param {string} traderId
 * @param {number} cycle
 * @param {readonly Columns[]} columns of what entered, if it has any
 * @param {SymbolList} symbols
 * @returns {Delta}
 */
export function deltaOf({ time, snapshot, late, entered, left }, traderId, cycle, columns, symbols) {
  // Arrays of the length that they will have: one that grows takes room for 17 entries at its first.
  /** @type {Delta['entered']} */
  const rows = new Array(entered.length)
  /** @type {string[]} */
  const names = new Array(left.length)
  const hasColumns = columns.length > 0
  for (let i = 0; i < entered.length; i++) {
    rows[i] = { symbol: symbols.nameAt(entered[i]), columns: hasColumns ? columns[i] : NO_COLUMNS }
  }
  for (let i = 0; i < left.length; i++) names[i] = symbols.nameAt(left[i])
  if (!symbols.inOrder) {
    const place = new Map(symbols.sorted([...entered, ...left]).map((slot, i) => [symbols.nameAt(slot), i]))
    const order = (/** @type {string} */ symbol) => place.get(symbol) ?? 0
    rows.sort((a, b) => order(a.symbol) - order(b.symbol))
    names.sort((a, b) => order(a) - order(b))
  }
  return { cycle, traderId, time, snapshot, late, entered: rows, left: names }
}

/**
 * A delta as the result of its cycle has it, which says itself which cycle it is. Named one by one: taking the rest of an
 * object costs as much as making the rows.
 * @param {Delta} delta
 * @returns {Omit<Delta, 'cycle'>}
 */
export function withoutCycle({ traderId, time, snapshot, late, entered, left, matches }) {
  const delta = { traderId, time, snapshot, late, entered, left }
  return matches ? { ...delta, matches } : delta
}

/**
 * A delta that nobody looks at, of symbols that are known all the same.
 * @param {PackedDelta} packed
 * @param {string} traderId
 * @param {number} cycle
 * @param {SymbolList} symbols
 * @returns {Delta}
 */
export function bareDelta({ time, snapshot, late, entered, left }, traderId, cycle, symbols) {
  for (const slot of entered) symbols.nameAt(slot)
  for (const slot of left) symbols.nameAt(slot)
  return { cycle, traderId, time, snapshot, late, entered: [], left: [] }
}

/**
 * @param {Columns} row
 * @param {string} name
 * @param {number | undefined} value
 */
function set(row, name, value) {
  // Assigned, this one would be taken for the prototype.
  if (name !== '__proto__') row[name] = value
  else Object.defineProperty(row, name, { value, writable: true, enumerable: true, configurable: true })
}
