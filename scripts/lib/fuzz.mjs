/**
 * Runs the fuzz target: libFuzzer with the address and undefined-behaviour sanitizers, which need clang. The dictionary
 * and the seeds are written from the language's tables and from tests/filters; what earlier runs found interesting is
 * kept in build/ and built upon. A finding is a file there, and is replayed by giving it to the target as an argument.
 */

import fs from 'node:fs'
import { buildPreset } from './build-steps.mjs'
import { inRoot } from './paths.mjs'
import { run } from './run.mjs'

/** Of a text; the limit of 4 KiB is to be met. */
const BYTES_MAX = 4200
/** A text that takes longer is a finding: a hang. */
const SECONDS_MAX = 20

/**
 * Fails on the first finding. libFuzzer prints its progress and, at the end, how many runs were done.
 * @param {number} runs
 * @param {{ seed?: number }} [options] the same seed, over the seeds alone, is the same run
 */
export async function fuzz(runs, { seed } = {}) {
  await buildPreset('fuzz')
  const folder = inRoot('build/fuzz')
  const dictionary = `${folder}/filter.dict`
  const seeds = `${folder}/seeds`
  fs.rmSync(seeds, { recursive: true, force: true })
  await run(`${folder}/tickscan_fuzz_seeds`, [inRoot('tests/filters'), dictionary, seeds])
  const corpus = seed === undefined ? `${folder}/corpus` : `${folder}/corpus-of-seed`
  if (seed !== undefined) fs.rmSync(corpus, { recursive: true, force: true })
  fs.mkdirSync(corpus, { recursive: true })
  await run(
    `${folder}/tickscan_fuzz`,
    [
      `-runs=${runs}`,
      `-max_len=${BYTES_MAX}`,
      `-timeout=${SECONDS_MAX}`,
      `-dict=${dictionary}`,
      `-artifact_prefix=${folder}/found-`,
      '-entropic=0',
      '-print_final_stats=1',
      ...(seed === undefined ? [] : [`-seed=${seed}`]),
      corpus,
      seeds,
    ],
    { env: { UBSAN_OPTIONS: 'print_stacktrace=1' } },
  )
}
