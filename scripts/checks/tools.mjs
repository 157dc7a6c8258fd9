/** The checking tools, each with its findings as lines of the form `file:line: what is wrong`. */

import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { inRoot, relative } from '../lib/paths.mjs'
import { Failure } from '../lib/run.mjs'
import { filesIn } from '../lib/stamps.mjs'
import { toolEnv } from '../lib/tool-env.mjs'

export const biome = inRoot('node_modules/.bin/biome')

/** Every C++ file of ours. */
export function cppFiles() {
  return ['src', 'bindings', 'tests', 'bench']
    .filter((folder) => fs.existsSync(inRoot(folder)))
    .flatMap((folder) => filesIn(inRoot(folder)))
    .filter((file) => /\.(h|cpp)$/.test(file))
}

export function checkCppFormat() {
  const files = cppFiles()
  if (files.length === 0) return 'no files'
  const pattern = /^(.+?):(\d+):\d+: (?:error|warning): .*/
  // One line per file is enough: the remedy is for the whole file.
  findingsOf('clang-format', ['--dry-run', '-Werror', ...files], (line, seen) => {
    const match = pattern.exec(line)
    if (!match || seen.has(match[1])) return undefined
    seen.add(match[1])
    return `${relative(match[1])}:${match[2]}: clang-format's formatting (npm run format)`
  })
  return `${files.length} files`
}

export function checkJavaScript() {
  const options = ['--error-on-warnings', '--max-diagnostics=1000', '--reporter=github']
  findingsOf(biome, ['check', ...options], (line) => {
    const match = /^::\w+ title=([^,]+),file=([^,]+),line=(\d+),.*?::(.*)$/.exec(line)
    if (!match) return undefined
    const [, rule, file, number, message] = match
    const what = rule === 'format' ? "biome's formatting (npm run format)" : `${message} (${rule})`
    return `${relative(path.resolve(inRoot(), file))}:${number}: ${what}`
  })
}

export function checkTypes() {
  const tsc = inRoot('node_modules/typescript/bin/tsc')
  findingsOf(process.execPath, [tsc, '-p', 'tsconfig.json', '--pretty', 'false'], (line) => {
    const match = /^(.+?)\((\d+),\d+\): error (.*)$/.exec(line)
    return match ? `${match[1]}:${match[2]}: ${match[3]}` : undefined
  })
}

/**
 * Runs a tool; fails with its findings, or with all that it said if none can be made out of it.
 * @param {string} command
 * @param {string[]} args
 * @param {(line: string, seen: Set<string>) => string | undefined} findingIn
 */
function findingsOf(command, args, findingIn) {
  const result = spawnSync(command, args, {
    cwd: inRoot(),
    env: toolEnv(),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (result.status === 0) return
  const output = `${result.stdout ?? ''}${result.stderr ?? ''}${result.error ?? ''}`
  /** @type {Set<string>} */
  const seen = new Set()
  const findings = output
    .split('\n')
    .map((line) => findingIn(line, seen))
    .filter((finding) => finding !== undefined)
  throw new Failure(findings.length > 0 ? findings.join('\n') : output)
}
