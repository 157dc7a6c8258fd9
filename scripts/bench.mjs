/** `npm run bench`: sets up, builds, installs the peers, and runs bench/run.mjs with the arguments given. */

import { buildSteps } from './lib/build-steps.mjs'
import { installNodeModules } from './lib/needs.mjs'
import { inRoot } from './lib/paths.mjs'
import { run } from './lib/run.mjs'
import { setupSteps } from './lib/setup-steps.mjs'
import { main } from './lib/steps.mjs'

const peers = {
  title: 'install the peers, which are dev-dependencies of bench/ alone',
  run: async () => ((await installNodeModules('bench')) ? undefined : 'up to date'),
}
const bench = {
  title: 'benchmarks',
  run: () => run(process.execPath, [inRoot('bench/run.mjs'), ...process.argv.slice(2)]),
}
await main([...setupSteps('test natively', 'build', 'test in Chromium'), ...buildSteps(), peers, bench])
