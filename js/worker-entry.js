/**
 * The one worker file: the engine, or one thread of its pool, by the name under which it was started. One file,
 * because a bundler follows a single `new Worker(new URL(…))` and rewrites nothing inside what it finds.
 */

import { engineScope, isPoolWorker } from '#core'
import { startEngine } from './engine-worker.js'
import { startPoolWorker } from './pool-worker.js'

if (isPoolWorker()) startPoolWorker(engineScope())
else startEngine()
