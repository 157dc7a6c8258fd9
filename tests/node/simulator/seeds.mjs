/**
 * Runs worlds, seed after seed, and says how a seed that fails is run again:
 *
 *   TICKSCAN_SIM_SEED=7 npm test -- node tests/node/simulator.test.mjs    this seed, with its trace
 *   node tests/node/simulator/seeds.mjs --seeds 100000                    many, on all cores (npm run verify -- sim)
 */

import { fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { World } from './world.mjs'

/** More failing seeds than this say nothing new. */
const MOST_FAILURES = 5
/** Seeds of one child process: its memory goes with it. */
const SLICE = 2500

/**
 * @param {number} from
 * @param {number} count
 * @returns {Promise<{ failures: string[], seen: Map<string, number> }>} seen: how often what happened
 */
export async function runSeeds(from, count) {
  const failures = []
  const seen = new Map()
  for (let seed = from; seed < from + count && failures.length < MOST_FAILURES; seed++) {
    const { failure, world } = await runSeed(seed)
    if (failure) failures.push(failure)
    for (const [what, times] of world.seen) seen.set(what, (seen.get(what) ?? 0) + times)
  }
  return { failures, seen }
}

/** @param {number} seed */
export async function runSeed(seed) {
  const world = new World(seed)
  const onRejection = (error) => world.fail(`nobody catches ${error?.stack}`)
  process.on('unhandledRejection', onRejection)
  try {
    await world.run()
    return { world }
  } catch (error) {
    const again = `TICKSCAN_SIM_SEED=${seed} npm test -- node tests/node/simulator.test.mjs`
    return { world, failure: `seed ${seed}: ${error.message}\n  again: ${again}` }
  } finally {
    process.off('unhandledRejection', onRejection)
  }
}

/** Slices of seeds in child processes, as many at a time as there are cores. @param {number} count */
async function runAll(count) {
  const starts = Array.from({ length: Math.ceil(count / SLICE) }, (_, i) => 1 + i * SLICE)
  let failed = 0
  let done = 0
  const next = async () => {
    for (let from = starts.shift(); from !== undefined; from = starts.shift()) {
      const size = Math.min(SLICE, count - from + 1)
      const failures = await runSlice(from, size)
      for (const failure of failures) console.error(failure)
      failed += failures.length
      done += size
      console.log(`${done} of ${count} seeds, ${failed} failed`)
      if (failed >= MOST_FAILURES) return
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, next))
  process.exitCode = failed > 0 ? 1 : 0
}

/** @returns {Promise<string[]>} */
function runSlice(from, count) {
  return new Promise((resolve) => {
    const child = fork(fileURLToPath(import.meta.url), ['--slice', String(from), String(count)])
    let answer = [`seeds from ${from}: the process ended without an answer`]
    child.on('message', (/** @type {any} */ failures) => {
      answer = failures
    })
    child.on('exit', () => resolve(answer))
  })
}

const [, script, option, ...numbers] = process.argv
if (script === fileURLToPath(import.meta.url)) {
  const [first, second] = numbers.map(Number)
  if (option === '--seeds' && first > 0) await runAll(first)
  else if (option === '--slice') {
    const { failures } = await runSeeds(first, second)
    process.send?.(failures, () => process.disconnect())
  } else {
    console.error('usage: node tests/node/simulator/seeds.mjs --seeds 100000')
    process.exitCode = 1
  }
}
