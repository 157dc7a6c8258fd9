/** The environment that compilers and npm get: what they need on a machine where nothing was set up by hand. */

import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { inRoot } from './paths.mjs'

/** Debian keeps acorn here, where only Debian's own Node looks; every link of emcc needs it. */
const DEBIAN_NODE_MODULES = '/usr/share/nodejs'

/** @type {NodeJS.ProcessEnv | undefined} */
let cached

export function toolEnv() {
  cached ??= makeEnv(process.env)
  return cached
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export function makeEnv(env) {
  /** @type {NodeJS.ProcessEnv} */
  const made = {
    ...env,
    NODE_PATH: [env.NODE_PATH, DEBIAN_NODE_MODULES].filter(Boolean).join(path.delimiter),
  }
  // An emsdk that is installed but not activated in this shell.
  const emscripten = env.EMSDK && path.join(env.EMSDK, 'upstream', 'emscripten')
  if (emscripten && fs.existsSync(emscripten)) made.PATH = [emscripten, env.PATH].join(path.delimiter)
  // Containers run as users without a home; npm's and emcc's caches then go into build/.
  if (!writable(env.HOME ?? os.homedir())) {
    made.HOME = inRoot('build', 'home')
    fs.mkdirSync(made.HOME, { recursive: true })
  }
  const cache = emscripten && path.join(emscripten, 'cache')
  if (cache && !env.EM_CACHE && !writable(cache)) made.EM_CACHE = inRoot('build', 'emscripten-cache')
  return made
}

/** @param {string} folder */
function writable(folder) {
  try {
    fs.accessSync(folder, fs.constants.W_OK)
    return true
  } catch {
    return false
  }
}
