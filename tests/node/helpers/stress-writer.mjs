// The writer thread of the stress test in Node.

import { parentPort, workerData } from 'node:worker_threads'
import { attachWriter } from 'tickscan'
import { writeFor } from '../../browser/pages/stress.js'

parentPort.postMessage(writeFor(attachWriter(workerData.handle), workerData.share))
