/** `npm run setup`: installs what building, testing and checking need; other commands do their part of it themselves. */

import { allPurposes } from './lib/needs.mjs'
import { setupSteps } from './lib/setup-steps.mjs'
import { main } from './lib/steps.mjs'

await main(setupSteps(...allPurposes))
