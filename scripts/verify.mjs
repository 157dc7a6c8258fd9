/**
 * `npm run verify`: the long proofs, which are not part of `npm test`. One row each: a name, what it proves, and how
 * it is run. `npm run verify -- asan tsan` runs the rows named.
 */

import { availableParallelism } from 'node:os'
import { buildPreset, buildSteps } from './lib/build-steps.mjs'
import { fuzz } from './lib/fuzz.mjs'
import { inRoot } from './lib/paths.mjs'
import { run } from './lib/run.mjs'
import { setupSteps } from './lib/setup-steps.mjs'
import { main } from './lib/steps.mjs'

/**
 * @typedef {object} Proof
 * @property {string} name
 * @property {string} proves
 * @property {() => Promise<any>} run
 */

/** @type {Proof[]} */
const proofs = [
  {
    name: 'asan',
    proves: 'no memory error and no undefined behaviour in the native tests',
    run: () =>
      sanitized('asan', {
        TICKSCAN_FILTERS: '1000',
        ASAN_OPTIONS: 'detect_leaks=1:strict_string_checks=1',
        UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1',
      }),
  },
  {
    name: 'tsan',
    proves: 'no data race in the native tests, ten times as long, with 2, 4 and 8 writers',
    run: () =>
      sanitized('tsan', {
        TSAN_OPTIONS: 'halt_on_error=1:second_deadlock_stack=1',
        TICKSCAN_ROUNDS: '10',
        TICKSCAN_FILTERS: '1000',
      }),
  },
  {
    name: 'models',
    proves: 'the protocols hold in every interleaving, and every mutant of the Spin models is killed',
    run: () => run(process.execPath, [inRoot('scripts/models.mjs'), '--full']),
  },
  {
    name: 'relacy',
    proves: 'the C++ that ships holds under every order of the memory model, and every mutant is found',
    run: () => run(process.execPath, [inRoot('scripts/relacy.mjs'), '--full']),
  },
  {
    name: 'stress',
    proves: 'four writer threads lose nothing and tear nothing for ten seconds, in Node and in Chrome',
    run: () =>
      run(
        process.execPath,
        ['--test', inRoot('tests/node/stress.test.mjs'), inRoot('tests/browser/stress.test.mjs')],
        {
          env: { TICKSCAN_STRESS_SECONDS: '10' },
        },
      ),
  },
  {
    name: 'scan',
    proves:
      'the scan agrees with the naive interpreter on 400 random markets, and 40,000 filters on all paths',
    run: async () => {
      await buildPreset('native-release')
      const filter = '--gtest_filter=ScanProperty.*:*AllPaths.*'
      const env = { TICKSCAN_SEEDS: '400', TICKSCAN_FILTERS: '40000' }
      await run(inRoot('build/native-release/tickscan_tests'), [filter], { env })
    },
  },
  {
    name: 'fuzz',
    proves: 'a million texts, from broken to runnable, cause no crash, leak, hang or undefined behaviour',
    run: () => fuzz(1_000_000),
  },
  {
    name: 'sim',
    proves: 'client and engine come through 100,000 seeds of simulated faults',
    run: () =>
      run(process.execPath, [
        inRoot('tests/node/simulator/seeds.mjs'),
        '--seeds',
        process.env.TICKSCAN_SIM_SEEDS ?? '100000',
      ]),
  },
  {
    name: 'soak',
    proves:
      'nothing grows in 24 simulated hours of 5,000 symbols, nor in real threads; ten times the load loses nothing',
    run: () =>
      run(process.execPath, ['--test', inRoot('tests/node/soak.test.mjs')], {
        env: { TICKSCAN_SOAK_HOURS: '24' },
      }),
  },
  {
    name: 'release',
    proves: 'the native tests pass optimised and without assertions, as the core is shipped',
    run: () => sanitized('native-release', { TICKSCAN_ROUNDS: '30', RC_PARAMS: 'max_success=10000' }),
  },
]

/**
 * @param {string} preset
 * @param {NodeJS.ProcessEnv} env
 */
async function sanitized(preset, env) {
  await buildPreset(preset)
  await run('ctest', ['--preset', preset, '--no-tests=error', '-j', String(availableParallelism())], { env })
}

const named = process.argv.slice(2)
const unknown = named.filter((name) => !proofs.some((proof) => proof.name === name))
if (unknown.length > 0) {
  console.error(
    `no such proof: ${unknown.join(', ')}; there are: ${proofs.map(({ name }) => name).join(', ')}`,
  )
  process.exit(1)
}
const chosen = proofs.filter(({ name }) => named.length === 0 || named.includes(name))
await main([
  ...setupSteps('verify'),
  ...buildSteps(),
  ...chosen.map(({ name, proves, run }) => ({ title: `${name}: ${proves}`, independent: true, run })),
])
