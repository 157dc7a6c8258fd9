/**
 * What each command needs on the machine, how it is found, and the Debian package that has it. Set-up installs what
 * is missing with apt where it may (root, or sudo without a password), and otherwise prints the command and fails.
 */

import fs from 'node:fs'
import os from 'node:os'
import { inRoot } from './paths.mjs'
import { capture, Failure, run } from './run.mjs'
import { unlessFresh } from './stamps.mjs'

/** @typedef {'start' | 'build' | 'test natively' | 'test in Node' | 'test in Chromium' | 'fuzz' | 'check' | 'verify'} Purpose */

/** @type {Purpose[]} */
export const allPurposes = [
  'start',
  'build',
  'test natively',
  'test in Node',
  'test in Chromium',
  'fuzz',
  'check',
  'verify',
]

/**
 * @typedef {object} Need
 * @property {string} what
 * @property {string[]} packages Debian's
 * @property {Purpose[]} for
 * @property {() => boolean} found
 */

const wasm = /** @type {Purpose[]} */ (['start', 'build', 'test in Node', 'test in Chromium'])
const native = /** @type {Purpose[]} */ (['test natively', 'verify'])
const fuzzing = /** @type {Purpose[]} */ (['fuzz', 'verify'])
const proofs = /** @type {Purpose[]} */ (['test in Node', 'verify'])

/** @type {Need[]} */
export const needs = [
  {
    what: 'Emscripten (emcc on PATH, or EMSDK set)',
    packages: ['emscripten'],
    for: wasm,
    found: () => answers('emcc', '--version'),
  },
  {
    what: 'CMake 3.22 or newer',
    packages: ['cmake'],
    for: [...wasm, ...native, ...fuzzing],
    found: () => atLeast(capture('cmake', ['--version']), [3, 22]),
  },
  {
    what: 'Ninja',
    packages: ['ninja-build'],
    for: [...wasm, ...native, ...fuzzing],
    found: () => answers('ninja', '--version'),
  },
  {
    what: 'a C++20 compiler',
    packages: ['g++'],
    for: [...native, ...proofs, ...fuzzing],
    found: () => answers('c++', '--version'),
  },
  {
    what: 'GoogleTest',
    packages: ['libgtest-dev'],
    for: native,
    found: () => anyExists('/usr/include/gtest/gtest.h', '/usr/local/include/gtest/gtest.h'),
  },
  {
    what: 'RapidCheck (property tests)',
    packages: ['librapidcheck-dev'],
    for: native,
    found: () => anyExists('/usr/include/rapidcheck.h', '/usr/local/include/rapidcheck.h'),
  },
  {
    // It writes C, which gcc compiles.
    what: 'Spin (model checker)',
    packages: ['spin', 'gcc'],
    for: proofs,
    found: () => answers('spin', '-V') && answers('gcc', '--version'),
  },
  {
    what: 'Relacy (explores the C++ memory model)',
    packages: ['relacy-dev'],
    for: proofs,
    found: () => anyExists('/usr/include/relacy/relacy.hpp', '/usr/local/include/relacy/relacy.hpp'),
  },
  {
    what: 'Chromium',
    // The font, because a Chromium without any draws no letters, and screenshots are looked at.
    packages: ['chromium', 'fonts-dejavu-core'],
    for: ['test in Chromium'],
    found: () =>
      Boolean(process.env.CHROMIUM_PATH) || anyExists('/usr/bin/chromium', '/usr/bin/google-chrome'),
  },
  {
    // Its runtime comes in a package of its own, which clang only recommends.
    what: 'clang with libFuzzer and the sanitizers',
    packages: ['clang', 'libclang-rt-dev'],
    for: fuzzing,
    found: fuzzerExists,
  },
  {
    what: 'clang-format',
    packages: ['clang-format'],
    for: ['check'],
    found: () => answers('clang-format', '--version'),
  },
  {
    what: 'clang-tidy',
    packages: ['clang-tidy'],
    for: ['check'],
    found: () => answers('clang-tidy', '--version'),
  },
  {
    // clang-tidy reads the system's C++ headers, which come with a compiler and not with itself.
    what: 'the C++ library headers',
    packages: ['g++', 'libgtest-dev'],
    for: ['check'],
    found: () => answers('c++', '--version') && anyExists('/usr/include/gtest/gtest.h'),
  },
]

function fuzzerExists() {
  const folder = capture('clang++', ['-print-runtime-dir'])
  const parents = folder ? [folder, `${folder}/../linux`] : []
  return parents.some(
    (one) => fs.existsSync(one) && fs.readdirSync(one).some((name) => name.startsWith('libclang_rt.fuzzer')),
  )
}

/** @param {Purpose[]} purposes */
export async function ensureNeeds(purposes) {
  const wanted = needs.filter((need) => need.for.some((purpose) => purposes.includes(purpose)))
  const missing = wanted.filter((need) => !need.found())
  if (missing.length > 0) await install(missing)
  const ran = await installNodeModules()
  return missing.length > 0 || ran ? undefined : 'up to date'
}

/** @param {Need[]} missing */
async function install(missing) {
  for (const need of missing) console.log(`missing: ${need.what}`)
  const packages = [...new Set(missing.flatMap((need) => need.packages))]
  const apt = aptPrefix()
  const line = `apt-get update && apt-get install -y --no-install-recommends ${packages.join(' ')}`
  if (!apt) {
    throw new Failure(`these are not installed and cannot be installed from here; as root run:\n  ${line}`)
  }
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  const [command, ...args] = apt
  await run(command, [...args, 'update', '-q'], { env })
  await run(command, [...args, 'install', '-y', '-q', '--no-install-recommends', ...packages], { env })
  const still = missing.filter((need) => !need.found())
  if (still.length > 0) {
    throw new Failure(
      `installed ${packages.join(', ')}, and still missing: ${still.map((need) => need.what).join(', ')}`,
    )
  }
}

/** How apt-get may be called: as root, by sudo without a password, or not at all. */
function aptPrefix() {
  if (!answers('apt-get', '--version')) return undefined
  if (os.userInfo().uid === 0) return ['apt-get']
  return capture('sudo', ['-n', 'true']) === undefined
    ? undefined
    : ['sudo', '-n', 'DEBIAN_FRONTEND=noninteractive', 'apt-get']
}

/**
 * Installs what a folder's lock file names: the project's own, or that of bench/.
 * @param {string} [folder]
 * @returns {Promise<boolean>} whether it had to
 */
export function installNodeModules(folder = '.') {
  return unlessFresh({
    name: folder === '.' ? 'node-modules' : `node-modules-${folder}`,
    inputs: [inRoot(folder, 'package-lock.json'), inRoot(folder, 'package.json')],
    outputs: [inRoot(folder, 'node_modules/.package-lock.json')],
    run: () => {
      // npm says in npm_execpath which npm called us; it must run under our Node, not under Debian's.
      const npm = process.env.npm_execpath
      // No package's install script is needed: esbuild's and biome's programs are packages themselves.
      const args = ['ci', '--ignore-scripts', '--loglevel=error', '--prefix', inRoot(folder)]
      return npm ? run(process.execPath, [npm, ...args]) : run('npm', args)
    },
  })
}

/**
 * @param {string} command
 * @param {string} question
 */
function answers(command, question) {
  return capture(command, [question]) !== undefined
}

/** @param {string[]} files */
function anyExists(...files) {
  return files.some((file) => fs.existsSync(file))
}

/**
 * @param {string | undefined} text that contains a version
 * @param {[number, number]} least
 */
export function atLeast(text, [major, minor]) {
  const found = /(\d+)\.(\d+)/.exec(text ?? '')
  if (!found) return false
  const [have, haveMinor] = [Number(found[1]), Number(found[2])]
  return have > major || (have === major && haveMinor >= minor)
}
