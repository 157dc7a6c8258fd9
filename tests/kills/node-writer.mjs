/** A writer's thread in Node. */

import { parentPort, workerData } from 'node:worker_threads'
import { attachWriter } from 'tickscan'
import { replay } from './market.js'

const { handle, market, words, thread } = workerData
replay(attachWriter(handle), market, words, thread)
parentPort.postMessage('done')
