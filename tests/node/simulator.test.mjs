// The deterministic simulator: real client, real engine, one seed for time, messages, steps and faults. What must be true
// when the faults have stopped stands in simulator/world.mjs, the faults in simulator/faults.mjs.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EVENT_FAULTS, MESSAGE_FAULTS } from './simulator/faults.mjs'
import { runSeed, runSeeds } from './simulator/seeds.mjs'
import { STEPS } from './simulator/steps.mjs'

const SEEDS = Number(process.env.TICKSCAN_SIM_SEEDS ?? 2000)
const one = process.env.TICKSCAN_SIM_SEED
const timeout = 900_000 // against a test that hangs, no measure of anything

if (one !== undefined) {
  test(`seed ${one}`, { timeout }, async () => {
    const { world, failure } = await runSeed(Number(one))
    console.log(JSON.stringify(world.config))
    console.log(world.trace.join('\n'))
    assert.equal(failure, undefined)
  })
} else {
  test(`${SEEDS} seeds: after any faults matches are what a full evaluation gives, and nothing is left`, {
    timeout,
  }, async () => {
    const { failures, seen } = await runSeeds(1, SEEDS)
    assert.deepEqual(failures, [])
    // A simulation in which something never happens proves nothing about it.
    const expected = [
      ...STEPS.map(({ name }) => `step ${name}`),
      ...Object.keys(EVENT_FAULTS).map((name) => `fault ${name}`),
      ...Object.keys(MESSAGE_FAULTS).map((name) => `toClient ${name}`),
      ...['drop', 'duplicate', 'reorder', 'delay', 'unreadable'].map((name) => `toWorker ${name}`),
      ...['kill', 'hang', 'trap'].map((how) => `  ${how}`),
      ...['suspect', 'died', 'restored'].map((phase) => `restart ${phase}`),
      'turn',
      'write before a cycle',
      'killed within a cooldown',
      'killed after a check',
    ]
    assert.deepEqual(
      expected.filter((what) => !(seen.get(what) >= Math.min(20, SEEDS / 100))),
      [],
    )
  })

  test('a seed gives the same steps every time', { timeout }, async () => {
    for (const seed of [3, 14, 15, 92, 65]) {
      const [first, second] = [await runSeed(seed), await runSeed(seed)]
      assert.ok(first.world.trace.length > 50)
      assert.deepEqual(second.world.trace, first.world.trace)
    }
  })
}
