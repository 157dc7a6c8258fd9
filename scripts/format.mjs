/** `npm run format`: rewrites C++ and JavaScript files in the project's format, which `npm run check` asks for. */

import { biome, cppFiles } from './checks/tools.mjs'
import { run } from './lib/run.mjs'
import { setupSteps } from './lib/setup-steps.mjs'
import { main } from './lib/steps.mjs'

await main([
  ...setupSteps('check'),
  { title: 'C++ (clang-format)', run: () => run('clang-format', ['-i', ...cppFiles()]) },
  // What biome finds and cannot put right is for `npm run check` to say.
  { title: 'JavaScript (biome)', run: () => run(biome, ['check', '--write', '--max-diagnostics=20']) },
])
