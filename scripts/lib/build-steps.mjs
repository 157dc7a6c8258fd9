/** The steps that make things: the native tests' executable, and dist/. */

import fs from 'node:fs'
import { bundle, bundles, declarations, shipCore } from './bundle.mjs'
import { inRoot } from './paths.mjs'
import { capture, run } from './run.mjs'
import { unlessFresh } from './stamps.mjs'

const cmakeInputs = ['CMakeLists.txt', 'CMakePresets.json', 'scripts/cmake', 'package.json'].map((file) =>
  inRoot(file),
)

/**
 * Configures when it must, and builds; ninja itself knows what is up to date.
 * @param {string} preset
 */
export async function buildPreset(preset) {
  const cache = inRoot('build', preset, 'CMakeCache.txt')
  await unlessFresh({
    name: `configure-${preset}`,
    inputs: cmakeInputs,
    outputs: [cache],
    extra: [
      inRoot(),
      capture('cmake', ['--version']),
      preset === 'wasm' && capture('emcc', ['--version']),
    ].join('\n'),
    run: async () => {
      // A cache made by another compiler or in another folder is refused by cmake, or worse, used.
      fs.rmSync(inRoot('build', preset), { recursive: true, force: true })
      await run('cmake', ['--preset', preset], { quiet: true })
    },
  })
  await run('cmake', ['--build', '--preset', preset])
}

/** @returns {import('./steps.mjs').Step[]} */
export function nativeBuildSteps() {
  return [{ title: 'build the core natively, with its tests', run: () => buildPreset('native-debug') }]
}

/** @returns {import('./steps.mjs').Step[]} */
export function buildSteps() {
  return [
    {
      title: 'build the core for WebAssembly: one set of objects, two links',
      run: () => buildPreset('wasm'),
    },
    { title: 'make dist/: patch the glue, bundle, write declarations', run: makeDist },
  ]
}

async function makeDist() {
  const links = ['web/core.mjs', 'web/core.wasm', 'node/core.cjs', 'node/core.wasm', 'emscripten-version.txt']
  const tools = [
    'scripts/lib/bundle.mjs',
    'scripts/lib/glue.mjs',
    'scripts/tsconfig.types.json',
    'package-lock.json',
  ]
  const sources = ['js', 'package.json', 'tsconfig.json', ...tools].map((file) => inRoot(file))
  const ran = await unlessFresh({
    name: 'dist',
    inputs: [...sources, ...links.map((file) => inRoot('build/wasm', file))],
    outputs: ['dist/core.wasm', 'dist/index.d.ts', ...bundles.map(({ to }) => to)].map((file) =>
      inRoot(file),
    ),
    run: async () => {
      fs.rmSync(inRoot('dist'), { recursive: true, force: true })
      shipCore()
      await bundle()
      await declarations()
    },
  })
  return ran ? sizes() : 'up to date'
}

function sizes() {
  const files = ['dist/core.wasm', ...bundles.map(({ to }) => to)]
  return files.map((file) => `  ${file}: ${(fs.statSync(inRoot(file)).size / 1024).toFixed(1)} KB`).join('\n')
}
