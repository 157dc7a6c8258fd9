/** The project's own text files, as the rules see them. */

import fs from 'node:fs'
import path from 'node:path'
import { root } from '../lib/paths.mjs'

/**
 * @typedef {object} SourceFile
 * @property {string} path from the root, with slashes
 * @property {string} text
 * @property {string[]} lines
 */

/** Made, fetched or somebody else's: nothing of ours to check. */
const OUTSIDE = new Set(['.git', 'build', 'dist', 'node_modules', 'bench/node_modules'])
const TEXT =
  /\.(h|cpp|def|js|mjs|cjs|ts|json|md|css|html|cmake|txt|test|yml|yaml|pml|sh)$|^\.|(^|\/)(run|LICENSE)$/

/**
 * @param {string} [folder]
 * @returns {SourceFile[]}
 */
export function sourceFiles(folder = root) {
  return walk(folder, '')
    .filter((file) => TEXT.test(path.basename(file)))
    .map((file) => sourceFile(file, fs.readFileSync(path.join(folder, file), 'utf8')))
}

/**
 * @param {string} name
 * @param {string} text
 * @returns {SourceFile}
 */
export function sourceFile(name, text) {
  return { path: name, text, lines: text.split('\n') }
}

/**
 * @param {string} folder
 * @param {string} below
 * @returns {string[]}
 */
function walk(folder, below) {
  return fs.readdirSync(path.join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const name = path.posix.join(below, entry.name)
    // In a worktree of git's, .git is a file.
    if (OUTSIDE.has(name)) return []
    if (entry.isDirectory()) return walk(folder, name)
    return entry.isFile() ? [name] : []
  })
}
