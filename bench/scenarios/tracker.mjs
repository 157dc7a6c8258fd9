/** What marking and draining cost in C++, beside a plain bitset that nobody else may touch. */

import { timesOf } from '../lib/goals.mjs'
import { nativeProgram } from '../lib/native.mjs'
import { row } from '../lib/rows.mjs'

export const id = 'tracker'
export const title = 'marking and draining in C++, beside a plain bitset'

/** @param {import('./index.mjs').Context} context */
export async function run() {
  const program = await nativeProgram('tickscan_tracker_cost')
  return program.run([]).map(({ metric, unit, tickscan, peers }) => {
    const [peer] = Object.keys(peers)
    return row({ scenario: id, metric, unit, tickscan, peers, goal: timesOf(peer) })
  })
}
