// The demo page when its engine dies: it says so, goes on by itself, and has lost nothing. Screenshots are left in
// build/screenshots to be looked at.

import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { inRoot } from '../../scripts/lib/paths.mjs'
import { serve } from '../../scripts/lib/server.mjs'
import { launch, openPage, until } from './helpers/browser.mjs'

/** A browser whose page has its engine's workers at hand. */
function withEngines(browser) {
  return {
    newPage: async (options) => {
      const page = await browser.newPage(options)
      await page.addInitScript(() => {
        const { Worker } = globalThis
        globalThis.engines = []
        globalThis.Worker = class extends Worker {
          constructor(url, options) {
            super(url, options)
            if (options?.name === 'tickscan-engine') globalThis.engines.push(this)
          }
          postMessage(...message) {
            if (globalThis.held) globalThis.held.push(() => super.postMessage(...message))
            else super.postMessage(...message)
          }
        }
      })
      return page
    },
  }
}

test('the demo page says that its engine restarts, and goes on', async () => {
  const folder = inRoot('build/screenshots')
  fs.mkdirSync(folder, { recursive: true })
  const shoot = (page, name) => page.screenshot({ path: path.join(folder, `${name}.png`) })
  const server = await serve()
  const browser = await launch()
  try {
    const { page, faults } = await openPage(withEngines(browser), `${server.url}?speed=60&seed=7`)
    await page.locator('#state-dot[data-state="running"]').waitFor()
    await page.locator('#feed li[data-event="entered"]').first().waitFor()
    await shoot(page, 'demo-before-restart')
    const signals = await page.locator('#feed li').count()
    // The next engine hears nothing before the page was looked at.
    await page.evaluate(() => {
      globalThis.held = []
      globalThis.engines.at(-1).terminate()
    })
    await page.locator('#state-dot[data-state="restarting"]').waitFor()
    assert.match((await page.locator('#state').textContent()) ?? '', /^Restarting the engine \(1\)…$/)
    const clock = await page.locator('#clock').textContent()
    await shoot(page, 'demo-restarting')
    await page.evaluate(() => {
      const { held } = globalThis
      globalThis.held = undefined
      for (const send of held) send()
    })
    await page.locator('#state-dot[data-state="running"]').waitFor()
    assert.match(
      (await page.locator('#state').textContent()) ?? '',
      /300 symbols · engine restarted in \d+\.\d s$/,
    )
    // Cycles run, time passes, signals come.
    await until(page, (before) => document.querySelector('#clock')?.textContent !== before, clock)
    await until(page, (before) => document.querySelectorAll('#feed li').length > before, signals)
    assert.equal(await page.evaluate(() => globalThis.engines.length), 2)
    assert.equal(await page.locator('.trader').count(), 4)
    assert.equal(await page.locator('#fatal').isHidden(), true)
    await shoot(page, 'demo-restarted')
    assert.deepEqual(faults, [])
  } finally {
    await browser.close()
    await server.close()
  }
})
