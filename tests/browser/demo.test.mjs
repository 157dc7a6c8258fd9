// The demo page as a user meets it: it starts by itself, signals come, a wrong filter is explained, a right
// one is added, the rest can be worked by keyboard, and nothing lands in the console. A screenshot is left in
// build/screenshots/demo.png to be looked at.

import assert from 'node:assert/strict'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { inRoot } from '../../scripts/lib/paths.mjs'
import { serve } from '../../scripts/lib/server.mjs'
import { launch, openPage, until } from './helpers/browser.mjs'

/** @type {import('playwright-core').Browser} */
let browser
before(async () => {
  browser = await launch()
})
after(() => browser.close())

/** @param {import('playwright-core').Page} page */
async function started(page) {
  await page.locator('#state-dot[data-state="running"]').waitFor()
  assert.equal(await page.evaluate(() => crossOriginIsolated), true)
}

/** A number as the page shows it. @param {import('playwright-core').Page} page @param {string} selector */
async function shown(page, selector) {
  return Number((await page.locator(selector).textContent())?.replace(/[^\d.]/g, ''))
}

describe('the demo page with the simulated market', () => {
  /** @type {Awaited<ReturnType<typeof serve>>} */
  let server
  /** @type {import('playwright-core').Page} */
  let page
  /** @type {string[]} */
  let faults
  before(async () => {
    server = await serve()
    ;({ page, faults } = await openPage(browser, `${server.url}?speed=60&seed=7`))
  })
  after(async () => {
    await page.close()
    await server.close()
  })

  it('starts by itself: 300 symbols with prices, preset traders, signals', async () => {
    await started(page)
    assert.match((await page.locator('#state').textContent()) ?? '', /Simulated market · 300 symbols/)
    assert.equal(await page.locator('.trader').count(), 4)
    await page.locator('#feed li[data-event="entered"]').first().waitFor()
    await until(page, () => document.querySelector('.grid-body .last')?.textContent !== '–')
    assert.ok((await shown(page, '.grid-body [data-symbol="BTCUSDT"] .last')) > 1000)
    assert.equal(await page.locator('#grid').getAttribute('aria-rowcount'), '301')
    // Only what can be seen is in the page, not 300 rows.
    assert.ok((await page.locator('.grid-body .grid-row').count()) < 40)
  })

  it('shows what the cycles do', async () => {
    const first = await shown(page, '[data-stat="cycle"]')
    await until(
      page,
      (cycle) => Number(document.querySelector('[data-stat="cycle"]')?.textContent) > cycle,
      first,
    )
    await until(page, () => document.querySelector('[data-stat="memory"]')?.textContent !== '–')
    for (const name of ['updates', 'filters', 'engine', 'memory']) {
      assert.ok((await shown(page, `[data-stat="${name}"]`)) > 0, name)
    }
  })

  it('explains a wrong filter under the box, with a caret at the place', async () => {
    await page.locator('[name="filter"]').fill('close > ema(close, 50) and rsj(14) < 30')
    await page.locator('#add-trader button[type="submit"]').click()
    await page.locator('#filter-error').waitFor()
    assert.equal(await page.locator('#filter-error').getAttribute('data-code'), 'E_NAME')
    assert.equal(await page.locator('[name="filter"]').getAttribute('aria-invalid'), 'true')
    const caret = (await page.locator('#filter-caret').textContent()) ?? ''
    assert.equal(caret, `close > ema(close, 50) and rsj(14) < 30\n${' '.repeat(27)}^`)
    assert.match((await page.locator('#filter-message').textContent()) ?? '', /rsi/)
    assert.equal(await page.locator('.trader').count(), 4)
  })

  it('adds a right one, by keyboard, and shows its matches in the table', async () => {
    await page.locator('[name="id"]').fill('Priced')
    await page.locator('[name="filter"]').fill('last > 0')
    await page.locator('[name="filter"]').press('Enter')
    const trader = page.locator('.trader[data-trader="Priced"]')
    await trader.waitFor()
    assert.equal(await page.locator('#filter-error').isHidden(), true)
    await until(page, () => document.querySelector('[data-trader="Priced"] output')?.textContent === '300')
    await page.locator('.grid-body [data-symbol="BTCUSDT"] .chip', { hasText: 'Priced' }).waitFor()
  })

  it('refuses a name that is taken and keeps the trader that has it', async () => {
    await page.locator('[name="id"]').fill('Priced')
    await page.locator('[name="filter"]').fill('last > 1')
    await page.locator('[name="filter"]').press('Enter')
    await page.locator('#filter-error[data-code="E_DUPLICATE"]').waitFor()
    assert.equal(await page.locator('.trader').count(), 5)
    await page.locator('#add-trader').evaluate((form) => /** @type {HTMLFormElement} */ (form).reset())
    await page.locator('[name="filter"]').dispatchEvent('input')
  })

  it('removes a trader and its chips', async () => {
    await page.getByRole('button', { name: 'Remove Priced' }).click()
    await page.locator('.trader[data-trader="Priced"]').waitFor({ state: 'detached' })
    await until(
      page,
      () => ![...document.querySelectorAll('.grid-body .chip')].some((chip) => chip.textContent === 'Priced'),
    )
  })

  it('is worked by keyboard: rows, search, sorting', async () => {
    await page.locator('#grid').focus()
    await page.keyboard.press('ArrowDown')
    await until(
      page,
      () => document.querySelector('[aria-selected="true"]')?.getAttribute('data-symbol') === 'ETHUSDT',
    )
    await until(page, () => document.getElementById('chart-title')?.textContent === 'ETHUSDT')
    await page.locator('#search').fill('btc')
    await until(page, () => /^\d+ of 300$/.test(document.getElementById('market-count')?.textContent ?? ''))
    await page.locator('#search').fill('')
    await page.locator('[data-sort="change"] button').press('Enter')
    await page.locator('[data-sort="change"][aria-sort="descending"]').waitFor()
    await until(page, () => {
      const numbers = [...document.querySelectorAll('.grid-body .grid-row:not([hidden])')]
        .sort((a, b) => Number(a.getAttribute('aria-rowindex')) - Number(b.getAttribute('aria-rowindex')))
        .map((row) =>
          Number(
            row
              .querySelector('.change')
              ?.textContent?.replace('−', '-')
              .replace(/[^\d.-]/g, ''),
          ),
        )
      return numbers.every((number, at) => at === 0 || number <= numbers[at - 1])
    })
  })

  it('has nothing in its console, and leaves a screenshot', async () => {
    const folder = inRoot('build/screenshots')
    fs.mkdirSync(folder, { recursive: true })
    await until(page, () => document.querySelectorAll('#feed li').length >= 10)
    await page.screenshot({ path: path.join(folder, 'demo.png') })
    assert.deepEqual(faults, [])
  })
})

describe('the demo page with kline files', () => {
  /** @type {string} */
  let folder
  before(() => {
    folder = fs.mkdtempSync(path.join(tmpdir(), 'tickscan-demo-'))
    for (const [symbol, step] of /** @type {[string, number][]} */ ([
      ['UPUSDT', 1],
      ['DOWNUSDT', -1],
    ])) {
      for (const [interval, minutes] of /** @type {[string, number][]} */ ([
        ['1m', 1],
        ['5m', 5],
      ])) {
        const rows = Array.from({ length: 1465 / minutes }, (_, at) => {
          const close = 100 + step * Math.sin((at * minutes) / 40) * 5
          // A day is the page's history; from a little later on the volume doubles with every minute: a signal
          // that stays, however slowly the page comes to look.
          const volume = 2 ** Math.max(0, at * minutes - 1450)
          return `${at * minutes * 60_000},${close},${close},${close},${close},${volume}`
        })
        const text = ['open_time_ms,open,high,low,close,volume', ...rows, ''].join('\n')
        fs.writeFileSync(path.join(folder, `${symbol}-${interval}.csv`), text)
      }
    }
  })
  after(() => fs.rmSync(folder, { recursive: true }))

  it('replays them, to their end', async () => {
    const server = await serve({ replay: folder })
    try {
      const { page, faults } = await openPage(browser, `${server.url}?speed=300`)
      await page.locator('#state-dot[data-state="ended"]').waitFor()
      assert.match((await page.locator('#state').textContent()) ?? '', /Replay finished at 00:25:00 UTC/)
      assert.ok((await shown(page, '.grid-body [data-symbol="UPUSDT"] .last')) > 90)
      await page.locator('#feed li[data-event="entered"]', { hasText: 'Volume spike' }).first().waitFor()
      assert.deepEqual(faults, [])
      await page.close()
    } finally {
      await server.close()
    }
  })
})
