/** `npm run check`: formatting, lint, types and the project's own rules; all of them run, and any failure fails. */

import fs from 'node:fs'
import { rules } from './checks/rules.mjs'
import { sourceFiles } from './checks/source-files.mjs'
import { tidy } from './checks/tidy.mjs'
import { checkCppFormat, checkJavaScript, checkTypes } from './checks/tools.mjs'
import { inRoot } from './lib/paths.mjs'
import { Failure } from './lib/run.mjs'
import { setupSteps } from './lib/setup-steps.mjs'
import { main } from './lib/steps.mjs'

await main([
  ...setupSteps('check'),
  { title: "the project's own rules", independent: true, run: ownRules },
  { title: 'C++ formatting (clang-format)', independent: true, run: checkCppFormat },
  { title: 'JavaScript formatting and lint (biome)', independent: true, run: checkJavaScript },
  { title: 'JavaScript types (tsc)', independent: true, run: checkTypes },
  { title: 'C++ lint (clang-tidy)', independent: true, run: tidy },
])

function ownRules() {
  const files = sourceFiles()
  const { scripts } = JSON.parse(fs.readFileSync(inRoot('package.json'), 'utf8'))
  const project = {
    exists: (/** @type {string} */ path) => fs.existsSync(inRoot(path)),
    hasScript: (/** @type {string} */ name) => name in scripts,
  }
  const findings = rules.flatMap((rule) =>
    files
      .filter((file) => rule.reads(file.path))
      .flatMap((file) =>
        rule
          .check(file, project)
          .map(({ line, expected }) => `${file.path}:${line}: ${expected} (${rule.name})`),
      ),
  )
  if (findings.length > 0) throw new Failure(findings.join('\n'))
  return `${rules.length} rules, ${files.length} files`
}
