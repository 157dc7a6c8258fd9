/** The product's protocol code holds under every order of the C++ memory model, and every mutant of it is found. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explore } from '../../scripts/relacy.mjs'

test('programs hold and mutants are found', async (t) => {
  const outcomes = await explore('short', ({ title, result }) => t.diagnostic(`${title}: ${result}`))
  assert.deepEqual(
    outcomes.filter(({ right }) => !right),
    [],
  )
})
