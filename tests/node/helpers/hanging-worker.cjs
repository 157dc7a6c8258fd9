/** The package's worker, which a message of the test sends into an endless loop, as a bad program would. */
const { parentPort, workerData } = require('node:worker_threads')

parentPort.on('message', (message) => {
  if (message.type === 'HANG') for (;;);
})
require(workerData.worker)
