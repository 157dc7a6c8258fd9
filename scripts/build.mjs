/** `npm run build`: makes dist/, the npm package's contents. A second run finds nothing to do. */

import { buildSteps } from './lib/build-steps.mjs'
import { setupSteps } from './lib/setup-steps.mjs'
import { main } from './lib/steps.mjs'

await main([...setupSteps('build'), ...buildSteps()])
