/**
 * The package's worker with a hand on the threads of its pool: END_THREAD ends one from outside, as a system that runs out
 * of memory does, with `workerData.trap` each traps at the first block that it takes, as a fault in the core would, and
 * with `workerData.poolFile` they run that, or do not load.
 */
const threads = require('node:worker_threads')

const { parentPort, workerData, Worker } = threads

/** In a thread of the pool: whatever a scan calls through a pointer is missing, but for what the thread begins with. */
function trap() {
  let table
  WebAssembly.Instance = class extends WebAssembly.Instance {
    constructor(...given) {
      super(...given)
      table = Object.values(this.exports).find((one) => one instanceof WebAssembly.Table)
    }
  }
  parentPort.on('message', ({ cmd, start_routine: first }) => {
    if (cmd !== 'run') return
    for (let i = 0; i < table.length; i++) if (i !== first) table.set(i, null)
  })
}

/** In the engine: its threads run this file, too. */
function watchPool() {
  const pool = []
  const { worker, trap, poolFile = __filename } = workerData
  threads.Worker = class extends Worker {
    constructor(_file, options) {
      super(poolFile, { ...options, workerData: { ...options.workerData, worker, trap } })
      pool.push(this)
    }
  }
  parentPort.on('message', ({ type }) => {
    if (type === 'END_THREAD') Worker.prototype.terminate.call(pool[0])
  })
}

if (workerData.role === undefined) watchPool()
else if (workerData.trap) trap()
require(workerData.worker)
