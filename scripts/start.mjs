/**
 * `npm start`: set up, build, serve the demo page and print its URL.
 *
 *   npm start -- --port 8080          another port than 8000
 *   npm start -- --replay FOLDER      the page plays the kline files of the folder instead of its simulator
 */

import { parseArgs } from 'node:util'
import { buildSteps } from './lib/build-steps.mjs'
import { Failure } from './lib/run.mjs'
import { serve } from './lib/server.mjs'
import { setupSteps } from './lib/setup-steps.mjs'
import { main } from './lib/steps.mjs'

await main([
  { title: 'read the arguments', run: readArguments },
  ...setupSteps('start'),
  ...buildSteps(),
  { title: 'serve the demo page', run: start },
])

function readArguments() {
  try {
    const { values } = parseArgs({ options: { port: { type: 'string' }, replay: { type: 'string' } } })
    const port = Number(values.port ?? 8000)
    if (!Number.isInteger(port) || port < 0 || port > 65535)
      throw new Error('--port takes a number from 0 to 65535')
    return { port, replay: values.replay }
  } catch (error) {
    throw new Failure(
      `${/** @type {Error} */ (error).message}\nusage: npm start -- [--port N] [--replay FOLDER]`,
    )
  }
}

async function start() {
  const { port, replay } = readArguments()
  const server = await listen(port, replay)
  const query = replay === undefined ? '' : '?replay'
  return `\n  The demo page: ${server.url}${query}\n  (Ctrl+C ends it)\n`
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
