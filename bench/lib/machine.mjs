/** The machine that a run was on, read when it runs: figures without it say nothing. */

import { readFileSync } from 'node:fs'
import os from 'node:os'
import { inRoot } from '../../scripts/lib/paths.mjs'
import { capture } from '../../scripts/lib/run.mjs'

/** @returns {string} one line */
export function machine() {
  const cpus = os.cpus()
  const memory = `${Math.round(os.totalmem() / 2 ** 30)} GiB`
  const load = os.loadavg()[0].toFixed(1)
  return [
    `${cpus[0]?.model.trim() ?? 'unknown processor'}, ${cpus.length} cores, ${memory}`,
    `${os.type()} ${os.release()} ${os.arch()}`,
    `Node ${process.versions.node} (V8 ${process.versions.v8})`,
    `Emscripten ${emscripten()}`,
    capture('c++', ['--version'])?.split('\n')[0] ?? 'no C++ compiler',
    `load ${load} when it began`,
  ].join(' · ')
}

/**
 * What a reader must know of a run on a busy machine, if this one is.
 * @param {number} [load]
 * @param {number} [cores]
 * @returns {string | undefined}
 */
export function busyNote(load = os.loadavg()[0], cores = os.cpus().length) {
  if (load <= cores) return undefined
  return (
    `The machine was busy (load ${load.toFixed(1)} on ${cores} cores): interruptions fall into long rounds and seldom ` +
    'into short ones, so that ratios flatter the shorter side, and percentiles and threads say little. Run it again.'
  )
}

function emscripten() {
  try {
    return readFileSync(inRoot('build/wasm/emscripten-version.txt'), 'utf8').trim()
  } catch {
    return 'unknown'
  }
}
