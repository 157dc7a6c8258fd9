/** `npm run docs`: writes what is made from tables, docs/filters.md. Builds first: the core itself knows the tables. */

import fs from 'node:fs'
import { buildSteps } from './lib/build-steps.mjs'
import { exampleErrors, filterDocs } from './lib/filter-docs.mjs'
import { inRoot } from './lib/paths.mjs'
import { setupSteps } from './lib/setup-steps.mjs'
import { main } from './lib/steps.mjs'

await main([
  ...setupSteps('build'),
  ...buildSteps(),
  {
    title: 'docs/filters.md',
    run: async () => {
      // By its path in a variable: `npm run check` looks at this file before anything was built.
      const built = inRoot('dist/node.js')
      const { describeFilters, validateFilter } = await import(built)
      fs.mkdirSync(inRoot('docs'), { recursive: true })
      const page = filterDocs(await describeFilters(), await exampleErrors(validateFilter))
      fs.writeFileSync(inRoot('docs/filters.md'), page)
    },
  },
])
