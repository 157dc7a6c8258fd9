/** What must be true of a replay in which engines were killed, beside an undisturbed one (tests/kills/run.js). */

import assert from 'node:assert/strict'

const CAUSES = {
  terminate: /ended/,
  trap: /the engine failed: the core failed: .*(null function|table|indirect)/,
  hang: /gave no sign of life/,
}

/**
 * @param {any} t
 * @param {any} undisturbed
 * @param {any} killed
 * @param {{ atOnce: boolean }} platform a terminated worker stops in the middle; Chrome lets it end what it does, which nobody
 *   hears
 */
export function checkKilled(t, undisturbed, killed, { atOnce }) {
  for (const { how, noticedMs, signalsMs, rowsMeanwhile } of killed.deaths) {
    const times = `noticed after ${Math.round(noticedMs)} ms, first signals after ${Math.round(signalsMs)} ms`
    t.diagnostic(`${how}: ${times}, ${rowsMeanwhile} rows of all symbols written meanwhile`)
  }
  t.diagnostic(`${undisturbed.signals.length} signals at closes`)
  assert.ok(undisturbed.signals.length > 10_000)
  assert.deepEqual([undisturbed.restarts, undisturbed.errors], [0, []])
  assert.deepEqual(
    killed.deaths.map(({ how }) => how),
    ['terminate', 'trap', 'hang'],
  )
  for (const { how, cause, running, rowsMeanwhile, threads } of killed.deaths) {
    assert.match(cause, CAUSES[how])
    assert.equal(running > 0, atOnce && how === 'terminate', `${how} in the middle of a command`)
    assert.ok(rowsMeanwhile > 0, `writers went on while ${how} was overcome`)
    assert.equal(threads, 2)
  }
  // The first difference alone: a message with all of them helps nobody.
  const differs = killed.signals.findIndex((signal, i) => signal !== undisturbed.signals[i])
  assert.equal(killed.signals[differs], undisturbed.signals[differs])
  assert.equal(killed.signals.length, undisturbed.signals.length)
  assert.equal(new Set(killed.signals).size, killed.signals.length)
  assert.deepEqual(killed.matches, undisturbed.matches)
  assert.deepEqual(killed.folded, killed.matches)
  assert.deepEqual(killed.gaps, undisturbed.gaps)
  assert.deepEqual([killed.restarts, killed.sweepFound, killed.errors], [3, 0, []])
}
