// An hour of a market of 5,000 symbols, one update a second each, in simulated time: nothing grows; then ten times as much for
// a minute: nothing is lost. `npm run verify -- soak` does a day.
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { PENDING_LIMIT } from '../../js/engine-client.js'

const HOURS = process.env.TICKSCAN_SOAK_HOURS ?? '1'
// Collections leave some 100 KiB more or less: a day shows 1 KiB an hour, one hour alone shows 70 bytes a cycle.
const MOST_PER_HOUR = Number(HOURS) >= 24 ? 1024 : 256 * 1024
const script = fileURLToPath(new URL('simulator/soak.mjs', import.meta.url))

test(`${HOURS} simulated hours: no memory, no handle, no timer more; overload passes`, async (t) => {
  const child = fork(script, ['--hours', HOURS], { execArgv: ['--expose-gc'] })
  t.after(() => child.kill())
  const [result] = await Promise.race([once(child, 'message'), once(child, 'exit')])
  assert.equal(typeof result, 'object', `the process ended with ${result}`)
  const { constants, overload, updates, deltas, slope } = result
  t.diagnostic(`${updates} updates, ${deltas} deltas, heap slope ${slope.toFixed(0)} bytes an hour`)
  assert.ok(updates >= Number(HOURS) * 3600 * 5000 && deltas > 0)
  for (const what of ['wasm', 'arena', 'handles', 'pending', 'sweepFound']) {
    assert.equal(constants[what].length, 1, `${what} was ${constants[what]}`)
  }
  assert.deepEqual([constants.pending, constants.sweepFound], [[0], [0]])
  assert.ok(slope <= MOST_PER_HOUR, `the heap grows by ${slope} bytes an hour`)
  assert.ok(overload.caughtUp, 'it takes more than two seconds to catch up')
  assert.ok(overload.mostPending <= PENDING_LIMIT)
  assert.ok(overload.refused > 0, 'calls beyond the bound are refused')
  assert.equal(overload.restarts, 0)
})
