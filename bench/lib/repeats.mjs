/**
 * Repeats of several consecutive cycles, the repeats of all subjects interleaved: A A A B B B A A A B B B …
 *
 * A cycle right after another library's finds the processor's caches full of that library's data, which is how no
 * program runs that uses one of them. So a repeat is a run of cycles of one subject, its sample is their median, and the
 * first one, the cold one, is kept beside it. All subjects have the same number of cycles; one whose single cycle takes
 * so long that its caches are warm for most of it may say `cycles: 1`.
 *
 * Before all that each subject but those of single cycles runs until it is compiled, or for some seconds: V8 compiles wasm
 * twice, quickly at first, and well once a function has run for long enough. A cycle of the quick code takes up to twice as
 * long, and the last functions change after some 500 cycles, which an open page has behind it within minutes.
 */

import { interleave } from './interleave.mjs'
import { median, mediansOf } from './stats.mjs'

/** Cycles of a repeat. */
export const CYCLES = 10
/** After so many cycles, or ms, everything is compiled as well as it will be. */
export const SETTLED_AFTER = { cycles: 600, ms: 5000 }

/**
 * @typedef {import('./interleave.mjs').Subject & { cycles?: number }} Subject `run` is given the number of its cycle
 * @typedef {{ cold: any, warm: any }} Repeats medians over repeats: of their first cycles, of their medians
 */

/**
 * @param {{ rounds: number, warmUp?: number, cycles?: number, settledAfter?: { cycles: number, ms: number } }} plan
 * @param {Subject[]} subjects
 * @returns {Promise<Record<string, Repeats>>}
 */
export async function repeats(
  { rounds, warmUp = 0, cycles = CYCLES, settledAfter = SETTLED_AFTER },
  subjects,
) {
  for (const { run, cycles: own = cycles } of subjects) {
    if (own > 1) await settle(run, -warmUp * cycles, settledAfter)
  }
  const runs = subjects.map((subject) => ({
    ...subject,
    run: async (round) => {
      const samples = []
      for (let cycle = 0; cycle < (subject.cycles ?? cycles); cycle++) {
        samples.push(await subject.run(round * cycles + cycle))
      }
      return samples
    },
  }))
  const samples = await interleave({ rounds, warmUp }, runs)
  return Object.fromEntries(
    Object.entries(samples).map(([name, all]) => [
      name,
      { cold: middle(all.map(([first]) => first)), warm: middle(all.map(middle)) },
    ]),
  )
}

/** Runs the cycles before the one that is `end`. */
async function settle(run, end, { cycles, ms }) {
  const until = performance.now() + ms
  for (let cycle = end - cycles; cycle < end && performance.now() < until; cycle++) await run(cycle)
}

function middle(samples) {
  return typeof samples[0] === 'number' ? median(samples) : mediansOf(samples)
}
