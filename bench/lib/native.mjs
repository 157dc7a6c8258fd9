/** The benchmarks in C++: built when they are asked for, natively or as WebAssembly for Node; each prints rows of JSON. */

import { spawnSync } from 'node:child_process'
import { inRoot } from '../../scripts/lib/paths.mjs'
import { run } from '../../scripts/lib/run.mjs'

/** @typedef {{ run: (args: string[]) => any[] }} Program */

/** @param {string} target @returns {Promise<Program>} */
export async function nativeProgram(target) {
  await build('native-release', target)
  return program(inRoot('build/native-release', target), [])
}

/** The same source as WebAssembly, run by this Node. @param {string} target @param {string} file @returns {Promise<Program>} */
export async function wasmProgram(target, file) {
  await build('wasm', target)
  // Emscripten's glue takes Node's fetch for a browser's.
  return program(process.execPath, ['--no-experimental-fetch', inRoot('build/wasm', file)])
}

async function build(preset, target) {
  await run('cmake', ['--preset', preset], { quiet: true })
  await run('cmake', ['--build', '--preset', preset, '--target', target], { quiet: true })
}

/** @returns {Program} */
function program(command, before) {
  return {
    run: (args) => {
      const { status, stdout, stderr, error } = spawnSync(command, [...before, ...args], { encoding: 'utf8' })
      if (status !== 0) throw error ?? new Error(`${command} failed: ${stderr}`)
      return stdout
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line))
    },
  }
}
