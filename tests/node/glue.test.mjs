/** The glue's patches: a link as Emscripten 3.1.6 makes it is patched, and anything else stops the build. */

import assert from 'node:assert/strict'
import fs from 'node:fs'
import { test } from 'node:test'
import { patchesByVersion, patchGlue } from '../../scripts/lib/glue.mjs'
import { inRoot } from '../../scripts/lib/paths.mjs'

const version = fs.readFileSync(inRoot('build/wasm/emscripten-version.txt'), 'utf8').trim()
const links = [
  { platform: 'web', glue: fs.readFileSync(inRoot('build/wasm/web/core.mjs'), 'utf8') },
  { platform: 'node', glue: fs.readFileSync(inRoot('build/wasm/node/core.cjs'), 'utf8') },
]

for (const { platform, glue } of links) {
  test(`the ${platform} link is patched`, () => {
    const patched = patchGlue(glue, platform, version)
    assert.match(patched, /Module\["createPoolWorker"\]\(\)/)
    assert.match(patched, /Module\["onPoolError"\]\(worker, e\)/)
    assert.doesNotMatch(patched, /new Worker\(/)
    assert.doesNotMatch(patched, /global\.Worker/)
  })

  test(`a pattern that the ${platform} link lacks, or has twice, stops the build and is named`, () => {
    assert.throws(
      () => patchGlue(patchGlue(glue, platform, version), platform, version),
      /0 matches instead of 1/,
    )
    for (const { find, only, why } of patchesByVersion[version]) {
      if (only && only !== platform) continue
      const [once] = find.exec(glue)
      const twice = () => patchGlue(`${glue}\n${once}`, platform, version)
      assert.throws(twice, (error) => error.message.includes(why) && error.message.includes('2 matches'))
    }
  })

  test(`eval in the ${platform} link stops the build`, () => {
    assert.throws(
      () => patchGlue(`${glue}\nnew Function("")`, platform, version),
      /still contains new Function/,
    )
    assert.throws(() => patchGlue(`${glue}\neval("")`, platform, version), /still contains eval/)
  })
}

test('an unknown version is refused, and the known ones are named', () => {
  assert.throws(() => patchGlue('', 'web', '9.9.9'), /9\.9\.9.*knows 3\.1\.6/)
})
