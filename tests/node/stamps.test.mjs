/** Stamps: a step runs when what it reads or makes has changed, and otherwise not. */

import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { inRoot } from '../../scripts/lib/paths.mjs'
import { unlessFresh } from '../../scripts/lib/stamps.mjs'

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stamps-'))
const name = `test-${process.pid}`
after(() => {
  fs.rmSync(folder, { recursive: true })
  fs.rmSync(inRoot('build/stamps', name), { force: true })
})

test('a step runs again when a file, its name, the extra or the output changes, and after a failure', async () => {
  const [input, output] = ['in', 'out'].map((file) => path.join(folder, file))
  fs.mkdirSync(input)
  const write = (file, text) => fs.writeFileSync(path.join(input, file), text)
  const step = (options = {}) =>
    unlessFresh({
      name,
      inputs: [input],
      outputs: [output],
      run: () => fs.writeFileSync(output, 'x'),
      ...options,
    })

  write('a', '1')
  assert.equal(await step(), true)
  assert.equal(await step(), false)
  write('a', '1')
  assert.equal(await step(), false, 'the same text, written again')
  write('a', '2')
  assert.equal(await step(), true, 'other text')
  fs.renameSync(path.join(input, 'a'), path.join(input, 'b'))
  assert.equal(await step(), true, 'another name')
  assert.equal(await step({ extra: 'v2' }), true, 'another version')
  fs.rmSync(output)
  assert.equal(await step({ extra: 'v2' }), true, 'the output is gone')
  const failing = step({ extra: 'v3', run: () => Promise.reject(new Error('no')) })
  await assert.rejects(failing, /no/)
  assert.equal(await step({ extra: 'v3' }), true, 'it failed the last time')
})
