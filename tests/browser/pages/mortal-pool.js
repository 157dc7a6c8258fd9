/** The package's worker, prepared before it runs; the threads of its pool run this file, too. */
import './trap-pool.js'
import '/dist/worker.js'
