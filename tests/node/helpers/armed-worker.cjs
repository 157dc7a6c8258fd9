/**
 * The package's worker in Node, which a message { diesAt } arms: it ends at the next message of that type that it would
 * post. So its engine has done what the message was to say, and nobody hears of it.
 */

const { parentPort, workerData } = require('node:worker_threads')

/** @type {string | undefined} */
let diesAt
const { on, postMessage } = parentPort
parentPort.on = (name, handler) =>
  on.call(parentPort, name, (/** @type {any} */ message) => {
    if (name === 'message' && message.diesAt) diesAt = message.diesAt
    else handler(message)
  })
parentPort.postMessage = (message, transfer) => {
  if (message.type === diesAt) process.exit(1)
  postMessage.call(parentPort, message, transfer)
}
require(workerData.worker)
