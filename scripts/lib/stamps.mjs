/**
 * Which steps need not run again: a stamp holds the hash of everything a step read, and is written when the step
 * has succeeded. Contents are hashed, not times, because a fresh clone or a branch switch changes times alone.
 */

import crypto from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { inRoot, relative } from './paths.mjs'

/**
 * @param {object} step
 * @param {string} step.name of the stamp
 * @param {string[]} step.inputs files and folders (absolute)
 * @param {string[]} [step.outputs] must exist
 * @param {string} [step.extra] anything else that the result depends on, such as a version
 * @param {() => any} step.run
 * @returns {Promise<boolean>} whether it had to run
 */
export async function unlessFresh({ name, inputs, outputs = [], extra = '', run }) {
  const stamp = inRoot('build', 'stamps', name)
  const hash = hashOf(inputs, extra)
  const fresh = read(stamp) === hash && outputs.every((file) => fs.existsSync(file))
  if (fresh) return false
  fs.rmSync(stamp, { force: true })
  await run()
  fs.mkdirSync(path.dirname(stamp), { recursive: true })
  fs.writeFileSync(stamp, hash)
  return true
}

/**
 * @param {string[]} inputs
 * @param {string} [extra]
 */
export function hashOf(inputs, extra = '') {
  const hash = crypto.createHash('sha256').update(extra)
  for (const file of inputs.flatMap(filesIn).sort()) {
    hash.update(`\0${relative(file)}\0`).update(fs.readFileSync(file))
  }
  return hash.digest('hex')
}

/**
 * All files of a folder and its folders, or the file itself; nothing if it does not exist.
 * @param {string} place
 * @returns {string[]}
 */
export function filesIn(place) {
  const stat = fs.statSync(place, { throwIfNoEntry: false })
  if (!stat) return []
  if (!stat.isDirectory()) return [place]
  return fs
    .readdirSync(place)
    .filter((name) => name !== 'node_modules' && !name.startsWith('.'))
    .flatMap((name) => filesIn(path.join(place, name)))
}

/** @param {string} file */
function read(file) {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined
}
