/** Child processes: output shown as it comes, or taken; a failure is an Error that names the command. */

import { spawn, spawnSync } from 'node:child_process'
import { root } from './paths.mjs'
import { toolEnv } from './tool-env.mjs'

/** A failure that needs no stack trace: what went wrong was said already, or the message says it. */
export class Failure extends Error {}

/**
 * Runs a command in the project's root with the tools' environment and shows its output as it comes.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, quiet?: boolean }} [options] quiet: output is shown only if it fails
 * @returns {Promise<void>}
 */
export function run(command, args, { env = {}, quiet = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...toolEnv(), ...env },
      stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
    })
    /** @type {Buffer[]} */
    const kept = []
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => kept.push(chunk))
    child.on('error', (error) => reject(new Failure(`${command} could not be started: ${error.message}`)))
    child.on('close', (code, signal) => {
      if (code === 0) return resolve()
      process.stderr.write(Buffer.concat(kept))
      reject(new Failure(`failed (${signal ?? `exit code ${code}`}): ${[command, ...args].join(' ')}`))
    })
  })
}

/**
 * What a command prints, or undefined when it cannot be run or fails.
 * @param {string} command
 * @param {string[]} args
 */
export function capture(command, args) {
  const result = spawnSync(command, args, { cwd: root, env: toolEnv(), encoding: 'utf8' })
  return result.status === 0 ? result.stdout.trim() : undefined
}
