/**
 * `npm test`: set up, build, run everything. Parts, and what follows them goes to the part's own runner:
 *
 *   npm test -- native [-R Ring]                      GoogleTest through ctest
 *   npm test -- node [tests/node/writer.test.mjs]     node:test
 *   npm test -- browser [tests/browser/page.test.mjs] node:test driving headless Chromium
 *   npm test -- fuzz [runs]                           libFuzzer, the same texts each time
 */

import { availableParallelism } from 'node:os'
import { buildSteps, nativeBuildSteps } from './lib/build-steps.mjs'
import { fuzz } from './lib/fuzz.mjs'
import { inRoot, relative } from './lib/paths.mjs'
import { Failure, run } from './lib/run.mjs'
import { setupSteps } from './lib/setup-steps.mjs'
import { filesIn } from './lib/stamps.mjs'
import { main } from './lib/steps.mjs'

/** A few seconds; a million are part of `npm run verify`. */
const FUZZ_RUNS = 5_000

const parts = /** @type {const} */ (['native', 'node', 'browser', 'fuzz'])
const [named, ...rest] = process.argv.slice(2)
const chosen = parts.filter((part) => named === undefined || part === named)
if (chosen.length === 0) {
  console.error(
    `there is no part "${named}"; usage: npm test [-- native | node | browser | fuzz [arguments of its runner]]`,
  )
  process.exit(1)
}
const has = (/** @type {string} */ part) => chosen.some((one) => one === part)

const purposes = /** @type {const} */ ({
  native: 'test natively',
  node: 'test in Node',
  browser: 'test in Chromium',
  fuzz: 'fuzz',
})

/** @type {Record<typeof parts[number], import('./lib/steps.mjs').Step>} */
const testSteps = {
  native: {
    title: 'native tests (GoogleTest)',
    independent: true,
    run: () =>
      run('ctest', [
        '--preset',
        'native-debug',
        '--no-tests=error',
        '-j',
        String(availableParallelism()),
        ...rest,
      ]),
  },
  node: { title: 'Node tests', independent: true, run: () => nodeTest('tests/node') },
  browser: {
    title: 'browser tests (headless Chromium)',
    independent: true,
    run: () => nodeTest('tests/browser'),
  },
  fuzz: {
    title: 'fuzzing: text, tree, plan and run under sanitizers (libFuzzer)',
    independent: true,
    run: () => fuzz(Number(rest[0] ?? FUZZ_RUNS), { seed: 1 }),
  },
}

/** @param {string} folder */
async function nodeTest(folder) {
  const files = rest.length > 0 ? rest : testFiles(folder)
  if (files.length === 0) throw new Failure(`no *.test.mjs in ${folder}`)
  // One file at a time: scanners start threads of their own, and timings would be of the neighbour's load.
  await run(process.execPath, ['--test', '--test-concurrency=1', '--test-timeout=300000', ...files])
}

/** @param {string} folder */
function testFiles(folder) {
  return filesIn(inRoot(folder))
    .filter((file) => file.endsWith('.test.mjs'))
    .map(relative)
    .sort()
}

await main([
  ...setupSteps(...chosen.map((part) => purposes[part])),
  ...(has('native') ? nativeBuildSteps() : []),
  ...(has('node') || has('browser') ? buildSteps() : []),
  ...chosen.map((part) => testSteps[part]),
])
