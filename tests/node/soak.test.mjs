// An hour of a market of 5,000 symbols, one update a second each, in simulated time: nothing grows; and a minute of ten times as
// much, in which nothing is lost. `npm run verify -- soak` does a day.
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { PENDING_LIMIT } from '../../js/engine-client.js'
import { INBOX_LIMIT } from '../../js/protocol.js'
import { LIMITS } from './soak/overload.mjs'

const HOURS = Number(process.env.TICKSCAN_SOAK_HOURS ?? '1')
/** Bytes an hour. The same market looks the same to some 100 bytes: see soak/heap.mjs. */
const MOST = 1024

/** @param {string} name @param {string[]} options */
async function runSoak(name, ...options) {
  // V8 throws bytecode away that no collection of the last few has seen running, and each sample is some: it would be compiled
  // anew all the time.
  const script = fileURLToPath(new URL(`soak/${name}.mjs`, import.meta.url))
  const child = fork(script, options, { execArgv: ['--no-flush-bytecode'] })
  const [result] = await Promise.race([once(child, 'message'), once(child, 'exit')])
  assert.equal(typeof result, 'object', `the process ended with ${result}`)
  return result
}

/** @type {any} */
let result
before(async () => {
  result = await runSoak('soak', '--hours', String(HOURS))
})

test(`${HOURS} simulated hours: no memory, no handle, no timer more`, (t) => {
  const { constants, samples, slope, updates, deltas, restarts, v8Bytes } = result
  t.diagnostic(`${updates} updates, ${deltas} deltas, ${restarts} restarts, ${samples.length} samples`)
  t.diagnostic(
    `live: ${slope.toFixed(0)} bytes an hour; code and feedback of V8: ${v8Bytes} bytes in the end`,
  )
  assert.ok(updates >= HOURS * 3600 * 5000 && deltas > 0 && samples.length > HOURS * 12)
  assert.ok(slope <= MOST, `what is held on to grows by ${slope} bytes an hour: ${samples}`)
  assert.ok(
    Math.max(...samples) < 2 * constants.wasmBytes[0],
    'the memory of an engine that was replaced is held',
  )
  for (const [what, values] of Object.entries(constants)) {
    assert.equal(values.length, 1, `${what} was ${values}`)
  }
  const zero = ['pending', 'unread', 'inbox', 'waitingSlots', 'unscanned', 'sweepFound']
  for (const what of zero) assert.deepEqual(constants[what], [0], what)
  assert.equal(result.difference, undefined)
})

test('a leak of 64 bytes in a hundred cycles would have been seen', (t) => {
  t.diagnostic(`${result.leaked} objects kept: ${result.leakSlope.toFixed(0)} bytes an hour`)
  assert.ok(result.leakSlope > 2 * MOST, `it looks like ${result.leakSlope} bytes an hour`)
})

test('a minute of ten times the load: queues keep their bounds, the newest state is there within two seconds', () => {
  const { overload } = result
  assert.ok(overload.caughtUp, `after two seconds there is still a difference in ${overload.difference}`)
  assert.equal(overload.difference, undefined)
  const { calls, inbox, unread } = overload.most
  assert.ok(calls <= PENDING_LIMIT && inbox <= INBOX_LIMIT && unread <= Math.max(...LIMITS))
  // It was an overload: all of these filled up.
  assert.deepEqual(Object.keys(overload.refusals), ['E_BACKPRESSURE'])
  assert.ok(inbox > 100 && unread > Math.min(...LIMITS))
  assert.deepEqual(
    overload.read.map(({ overruns, wrong }) => ({ overran: overruns > 0, wrong })),
    [
      { overran: false, wrong: [] },
      { overran: true, wrong: [] },
    ],
  )
  assert.deepEqual([overload.pending, overload.waiting, overload.sweepFound, overload.restarts], [0, 0, 0, 0])
})

// Minutes of real time: part of the day alone.
if (HOURS >= 24) {
  test('real threads, as many cycles as an hour has: neither the engine nor the page grows', async (t) => {
    const { slopes, constants, samples, told, deltas } = await runSoak('threads')
    t.diagnostic(`engine ${slopes.engine.toFixed(0)}, page ${slopes.page.toFixed(0)} bytes in 3,600 cycles`)
    t.diagnostic(`status().memory.heapBytes, garbage included: ${told}`)
    assert.ok(deltas > 0 && samples.page.length > 12)
    // In real time no two samples see the same moment: the byte in a cycle that this would be is still far from a leak's.
    assert.ok(Math.max(slopes.engine, slopes.page) <= 4 * MOST, `held on to: ${JSON.stringify(samples)}`)
    for (const [what, values] of Object.entries(constants))
      assert.equal(values.length, 1, `${what}: ${values}`)
    assert.deepEqual([constants.sweepFound, constants.pending], [[0], [0]])
    assert.ok(told.every((bytes) => bytes > 0))
  })
}
