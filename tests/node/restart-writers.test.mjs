/** Writers of other threads over more restarts than their handle has memories for, and over starts that fail. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attachWriter } from 'tickscan'
import { codeOf } from './helpers/market.mjs'
import { mortal } from './helpers/mortal.mjs'

const timeout = 60_000 // against a test that hangs, no measure of anything

test('a writer that four restarts have left behind attaches anew and writes its records on', {
  timeout,
}, async (t) => {
  const { scanner, restart } = await mortal(t, {
    symbols: ['A', 'B'],
    traders: [{ id: 't', filter: 'last > 1' }],
  })
  const first = attachWriter(structuredClone(scanner.writer.handle))
  first.updateTicker('A', { last: 0 })
  for (let kill = 1; kill <= 4; kill++) {
    await restart()
    assert.equal(
      codeOf(() => first.updateTicker(kill < 4 ? 'A' : 'B', { last: kill })),
      undefined,
    )
  }
  // It notices at a write that there is no next memory, or at a later one if its records are being copied just then.
  let written = 4
  let code
  while (code === undefined) {
    code = codeOf(() => first.updateTicker('B', { last: written + 1 }))
    if (code === undefined) written++
  }
  assert.equal(code, 'E_CLOSED')
  await scanner.processUpdates()
  const { handle } = scanner.writer
  const anew = attachWriter(structuredClone(handle))
  // The engine looks for it once in a second.
  const letGo = async () => {
    for (;;) {
      const code = codeOf(() => anew.updateTicker('A', { last: 7 }))
      if (code === undefined) return
      assert.equal(code, 'E_OWNED')
      await scanner.processUpdates()
    }
  }
  await letGo()
  await scanner.processUpdates()
  assert.equal(scanner.ticker('A').last, 7)
  assert.equal(scanner.ticker('B').last, written)
  // This handle outlives as many restarts as the first did.
  assert.equal(handle.spares.length, 3)
})
