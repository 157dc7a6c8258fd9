/** A stack that overflows traps, in what is shipped: nothing beside it is overwritten in silence, and the engine is replaced. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { createScanner } from 'tickscan'

const worker = fileURLToPath(new URL('./node/worker.cjs', import.meta.resolve('tickscan')))

/** What the link calls an export of the core: the glue knows. */
function exportOf(name) {
  const found = readFileSync(worker, 'utf8').match(
    new RegExp(`Module\\.${name}\\b[\\s\\S]*?Module\\.asm\\.(\\w+)\\)\\.apply`),
  )
  assert.ok(found, `the glue has no ${name}`)
  return found[1]
}

test('a stack overflow is a trap, and the next engine goes on', { timeout: 60_000 }, async (t) => {
  const workers = []
  const exports = {
    stackRestore: exportOf('stackRestore'),
    stackEnd: exportOf('_emscripten_stack_get_end'),
  }
  const scanner = await createScanner({
    symbols: ['A', 'B'],
    intervals: ['1m'],
    threads: 2,
    traders: [{ id: 'up', filter: 'last > 1' }],
    createWorker: () => {
      const one = new Worker(new URL('../kills/dying-worker.cjs', import.meta.url), {
        workerData: { worker, exports },
      })
      workers.push(one)
      return one
    },
  })
  t.after(() => scanner.close())
  const phases = []
  scanner.addEventListener('restart', ({ detail }) => phases.push(detail))
  workers[0].postMessage({ doom: 'stack' })
  scanner.writer.updateTicker('B', { last: 2 })
  const cycle = scanner.processUpdates()
  await once(scanner, 'restart')
  await cycle
  assert.match(phases[0].cause.message, /stack overflow/)
  assert.deepEqual(scanner.matches('up'), ['B'])
  assert.equal(workers.length, 2)
})
