/** A command's steps: a heading before each, the time it took after it, and one exit code at the end. */

import { Failure } from './run.mjs'

/**
 * @typedef {object} Step
 * @property {string} title
 * @property {() => any} run may return a string: what there was to say, such as 'up to date'
 * @property {boolean} [independent] later steps run even when it fails; the command still fails
 */

/**
 * @param {Step[]} steps
 * @returns {Promise<boolean>} whether all passed
 */
export async function runSteps(steps) {
  /** @type {string[]} */
  const failed = []
  for (const [index, step] of steps.entries()) {
    console.log(`\n[${index + 1}/${steps.length}] ${step.title}`)
    const begin = performance.now()
    const error = await attempt(step)
    const took = `${((performance.now() - begin) / 1000).toFixed(1)} s`
    console.log(`[${index + 1}/${steps.length}] ${step.title}: ${error ? 'FAILED' : 'done'}, ${took}`)
    if (!error) continue
    failed.push(step.title)
    console.error(error instanceof Failure ? error.message : error)
    if (!step.independent) break
  }
  if (failed.length > 0) console.error(`\nfailed: ${failed.join(', ')}`)
  return failed.length === 0
}

/** @param {Step} step */
async function attempt(step) {
  try {
    const said = await step.run()
    if (typeof said === 'string') console.log(said)
    return undefined
  } catch (error) {
    return error ?? new Error('failed')
  }
}

/**
 * Runs the steps as a whole program.
 * @param {Step[]} steps
 */
export async function main(steps) {
  if (!(await runSteps(steps))) process.exit(1)
}
