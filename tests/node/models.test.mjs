/** The Spin models hold in their short sizes, and every mutant of the table is killed by the property it names. */

import assert from 'node:assert/strict'
import fs from 'node:fs'
import { test } from 'node:test'
import { checkModels, line, modelParts, verdict } from '../../scripts/models.mjs'
import { models, mutants } from '../model/models.mjs'

test('models hold and mutants are killed', async (t) => {
  const outcomes = await checkModels('short', (outcome) => t.diagnostic(line(outcome)))
  assert.deepEqual(outcomes.filter((outcome) => !outcome.right).map(line), [])
})

test('every mistake that a model can be given is a row of the table, and every row is in its model', () => {
  for (const { name } of models) {
    const text = modelParts(name)
      .map((part) => fs.readFileSync(new URL(`../model/${part}`, import.meta.url), 'utf8'))
      .join('\n')
    // Sizes are what the model itself defines when they are not given.
    const switches = [...text.matchAll(/^#if(?:n?def) (\w+)/gm)].map(([, word]) => word)
    const sizes = [...text.matchAll(/^#define (\w+)/gm)].map(([, word]) => word)
    const mistakes = new Set(switches.filter((word) => !sizes.includes(word)))
    const rows = mutants.filter(({ model }) => model === name).map((mutant) => mutant.name)
    assert.deepEqual([...mistakes].sort(), rows.sort())
  }
})

test('a search that was cut short or did not run is no proof', () => {
  const held = 'State-vector 84 byte, depth reached 9, errors: 0\n  12 states, stored\n'
  assert.deepEqual(verdict(held), { broken: undefined, states: 12 })
  assert.deepEqual(verdict(held.replace('12 states', '1.41e+08 states')), {
    broken: undefined,
    states: 1.41e8,
  })
  assert.equal(verdict(`error: max search depth too small\n${held}`).broken, 'the search was cut short')
  assert.match(verdict('').broken ?? '', /no result/)
  const broken = 'pan:1: assertion violated FRESH (at depth 4)\nerrors: 1\n 7 states, stored\n'
  assert.deepEqual(verdict(broken), { broken: 'FRESH', states: 7 })
})

test('docs/proofs.md lists every mutant with what kills it', () => {
  const page = fs.readFileSync(new URL('../../docs/proofs.md', import.meta.url), 'utf8')
  const missing = mutants
    .map(({ model, mistake, killedBy }) => `| ${model} | ${mistake} | ${killedBy} |`)
    .filter((row) => !page.includes(row))
  assert.deepEqual(missing, [])
})
