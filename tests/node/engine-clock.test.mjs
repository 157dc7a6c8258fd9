// Which time a command's cycle has: an old message sets none back, a clock that was set back does.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EngineClock } from '../../js/engine-clock.js'

/** Cycles of commands (numbers) and the engine's own ([time]); gives the commands' times. */
function times(...cycles) {
  const clock = new EngineClock()
  const found = []
  for (const one of cycles) {
    const time = Array.isArray(one) ? one[0] : clock.ofCommand(one)
    clock.note(time)
    if (!Array.isArray(one)) found.push(time)
  }
  return found
}

test('a command is never before the cycles that ran while it was on its way', () => {
  assert.deepEqual(times(100, [900], 200, [1000], 950, 1100), [100, 900, 1000, 1100])
  // The new engine begins at the client's present; what its client had no answer to was made before.
  assert.deepEqual(times([5000], 3000, 4000, 6000), [5000, 5000, 6000])
})

test('a client whose clock is set back is believed, and so is the thread that its own clock was', () => {
  assert.deepEqual(times(1000, 400, 500, 300), [1000, 400, 500, 300])
  assert.deepEqual(times(1000, [2000], 900, 950), [1000, 900, 950])
  assert.deepEqual(times(1000, [2000], [600], 1100), [1000, 1100])
})

test('a time that is no number holds up none that follow', () => {
  assert.deepEqual(times(Number.NaN, 5, 6), [Number.NaN, 5, 6])
})
