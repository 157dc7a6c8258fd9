/**
 * Interleaved rounds: A B C A B C …, so that a machine that is busy for a while is busy for everyone. Machines are
 * noisy; what can be compared are medians of rounds of one run.
 */

/**
 * @typedef {object} Subject
 * @property {string} name
 * @property {(round: number) => any} run one round; gives a sample, or a promise of one. `round` is below 0 while warming up
 * @property {number} [times] rounds that it takes part in, for slow ones; spread evenly. Default: all
 */

/**
 * @param {{ rounds: number, warmUp?: number }} plan
 * @param {Subject[]} subjects
 * @returns {Promise<Record<string, any[]>>} name → samples, those of the warm-up left out
 */
export async function interleave({ rounds, warmUp = 0 }, subjects) {
  const samples = Object.fromEntries(subjects.map(({ name }) => [name, []]))
  for (let round = -warmUp; round < rounds; round++) {
    for (const { name, run, times = rounds } of subjects) {
      if (!takesPart(round, rounds, times)) continue
      const sample = await run(round)
      if (round >= 0) samples[name].push(sample)
    }
  }
  return samples
}

/** Whether a subject of `times` of all rounds takes part in this one. */
export function takesPart(round, rounds, times) {
  if (times >= rounds) return true
  if (round < 0) return false
  return Math.floor(((round + 1) * times) / rounds) > Math.floor((round * times) / rounds)
}
