/** All scenarios, in the order of the table. Each says what it is and gives rows; none knows of the others. */

import * as deltas from './deltas.mjs'
import * as s1 from './s1.mjs'
import * as s2 from './s2.mjs'
import * as s3 from './s3.mjs'
import * as s4 from './s4.mjs'
import * as s5 from './s5.mjs'
import * as s6 from './s6.mjs'
import * as s7 from './s7.mjs'
import * as s8 from './s8.mjs'
import * as s9 from './s9.mjs'
import * as s10 from './s10.mjs'
import * as s11 from './s11.mjs'
import * as tracker from './tracker.mjs'

/**
 * @typedef {object} Context
 * @property {import('../lib/peers.mjs').Peers} peers
 * @property {(line: string) => void} say a line of progress
 * @property {any} [size] smaller figures than the scenario's own, for tests
 *
 * @typedef {object} Scenario
 * @property {string} id
 * @property {string} title
 * @property {string[]} [wanted] names of the peers that it takes
 * @property {(context: Context) => Promise<import('../lib/rows.mjs').Row[]>} run
 */

/** @type {Scenario[]} */
export const scenarios = [s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, deltas, tracker]

/**
 * @param {string[]} wanted ids in any case; none: all
 * @returns {Scenario[]}
 * @throws {Error} for an id that there is not
 */
export function chosen(wanted) {
  const known = new Map(scenarios.map((scenario) => [scenario.id.toLowerCase(), scenario]))
  const unknown = wanted.find((id) => !known.has(id.toLowerCase()))
  if (unknown !== undefined) {
    throw new Error(`there is no scenario ${unknown}; there are ${scenarios.map(({ id }) => id).join(' ')}`)
  }
  const ids = new Set(wanted.map((id) => id.toLowerCase()))
  return scenarios.filter(({ id }) => ids.size === 0 || ids.has(id.toLowerCase()))
}
