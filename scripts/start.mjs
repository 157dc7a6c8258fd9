/**
 * `npm start`: set up, build, serve the demo page and print its URL.
 *
 *   npm start -- --port 8080          another port than 8000
 *   npm start -- --replay FOLDER      the page plays the kline files of the folder instead of its simulator
 */

import { parseArgs } from 'node:util'
import { buildSteps } from './lib/build-steps.mjs'
import { openReplay } from './lib/replay-files.mjs'
import { serve } from './lib/server.mjs'
import { setupSteps } from './lib/setup-steps.mjs'
import { runSteps } from './lib/steps.mjs'

const options = readArguments()
if (!(await runSteps([...setupSteps('start'), ...buildSteps()]))) process.exit(1)
try {
  const server = await listen(options.port, options.replay)
  console.log(
    `\nThe demo page: ${server.url}${options.replay === undefined ? '' : '?replay'}\n(Ctrl+C ends it)`,
  )
} catch (error) {
  fail(error)
}

function readArguments() {
  try {
    const { values } = parseArgs({ options: { port: { type: 'string' }, replay: { type: 'string' } } })
    const port = Number(values.port ?? 8000)
    if (!Number.isInteger(port) || port < 0 || port > 65535)
      throw new Error('--port takes a number from 0 to 65535')
    if (values.replay !== undefined) openReplay(values.replay) // said now, and not after minutes of building
    return { port, replay: values.replay }
  } catch (error) {
    return fail(error, '\nusage: npm start -- [--port N] [--replay FOLDER]')
  }
}

/**
 * @param {unknown} error
 * @param {string} [usage]
 * @returns {never}
 */
function fail(error, usage = '') {
  console.error(`${error instanceof Error ? error.message : error}${usage}`)
  process.exit(1)
}

/**
 * @param {number} port
 * @param {string} [replay]
 */
async function listen(port, replay) {
  try {
    return await serve({ port, replay })
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EADDRINUSE') throw error
    console.log(`port ${port} is taken, using another one`)
    return serve({ port: 0, replay })
  }
}
