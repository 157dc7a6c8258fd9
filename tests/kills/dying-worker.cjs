/**
 * The package's worker in Node, which does what a message { doom } names: what happens to it when something is broken.
 * Such a message reaches nobody else.
 */

const { parentPort, workerData } = require('node:worker_threads')

/** @type {WebAssembly.Exports} of the core's instance that was made last: the engine's */
let core
const { instantiate } = WebAssembly
WebAssembly.instantiate = async (...args) => {
  const made = await instantiate(...args)
  core = made.exports
  return made
}

const dooms = {
  hang: () => {
    for (;;);
  },
  // A table without functions: the next indirect call traps.
  trap: () => {
    const table = Object.values(core).find((one) => one instanceof WebAssembly.Table)
    for (let i = 0; i < table.length; i++) table.set(i, null)
  },
  // A stack of which next to nothing is left: what is called next overflows it.
  stack: () => {
    const { stackRestore, stackEnd } = workerData.exports
    core[stackRestore](core[stackEnd]() + 64)
  },
}

const { on } = parentPort
parentPort.on = (name, handler) =>
  on.call(
    parentPort,
    name,
    name === 'message' ? (message) => (message.doom ? dooms[message.doom]() : handler(message)) : handler,
  )
require(workerData.worker)
