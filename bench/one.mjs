/**
 * One scenario in a process of its own, started by run.mjs: what V8 compiled and collected for one scenario is no
 * part of another's figures. Sends lines of progress, then its rows.
 */

import { loadPeers } from './lib/peers.mjs'
import { chosen } from './scenarios/index.mjs'

const send = (message) => new Promise((resolve) => process.send?.(message, resolve))

const [scenario] = chosen(process.argv.slice(2, 3))
const peers = await loadPeers(scenario.wanted ?? [])
const rows = await scenario.run({ peers, say: (line) => void send({ say: line }) })
await send({ rows, notes: peers.notes })
// A peer may keep threads or handles open.
process.exit(0)
