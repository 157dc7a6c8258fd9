// Headless Chromium for the tests, and a page that keeps what went wrong in it: the tests ask at their end
// that nothing did. The browser is the one that CHROMIUM names, or the first that PATH has.

import fs from 'node:fs'
import path from 'node:path'
import { chromium } from 'playwright-core'
import { inRoot } from '../../../scripts/lib/paths.mjs'
import { serve } from '../../../scripts/lib/server.mjs'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

function executable() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM
  const folders = (process.env.PATH ?? '').split(path.delimiter)
  const found = NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name))).find((file) =>
    fs.existsSync(file),
  )
  if (!found) throw new Error('no Chromium on PATH: install it, or name one in CHROMIUM')
  return found
}

export function launch() {
  return chromium.launch({ executablePath: executable(), args: FLAGS })
}

/**
 * A server of nearly empty pages with the package under /dist/: for tests of the package itself.
 * @param {{ isolated?: boolean, policy?: string }} [options]
 */
export function serveBarePages(options = {}) {
  return serve({ ...options, mounts: { '/': inRoot('tests/browser/pages'), '/dist/': inRoot('dist') } })
}

/**
 * Opens a page; `faults` collects console errors, uncaught errors, failed requests and answers from 400 on.
 * @param {import('playwright-core').Browser} browser
 * @param {string} url
 * @param {{ width: number, height: number }} [viewport]
 */
export async function openPage(browser, url, viewport = { width: 1440, height: 900 }) {
  const page = await browser.newPage({ viewport })
  /** @type {string[]} */
  const faults = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text())
  })
  page.on('pageerror', (error) => faults.push(`uncaught: ${error.stack ?? error.message}`))
  page.on('requestfailed', (request) =>
    faults.push(`failed: ${request.url()} ${request.failure()?.errorText}`),
  )
  page.on('response', (response) => {
    if (response.status() >= 400) faults.push(`${response.status()} ${response.url()}`)
  })
  await page.goto(url)
  return { page, faults }
}

/**
 * Waits, frame by frame, until a condition holds in the page. (waitForFunction builds its function from text,
 * which the page's policy forbids.)
 * @template T
 * @param {import('playwright-core').Page} page
 * @param {(argument: T) => boolean} condition runs in the page
 * @param {T} [argument]
 */
export async function until(page, condition, argument) {
  while (!(await page.evaluate(/** @type {any} */ (condition), argument))) {
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)))
  }
}
