/**
 * `npm run bench`: tickscan beside what users would otherwise pick, side by side in one run.
 *
 *   npm run bench                        all scenarios, a table at the end
 *   npm run bench -- S1 S7               these
 *   npm run bench -- --json FILE         keeps the rows: [{ scenario, metric, unit, tickscan, peers, ratio, … }]
 *   npm run bench -- --readme            puts the table into README.md; takes all scenarios
 *
 * It measures and never asserts on time: machines are noisy, so read the ratios, which compare within one run. It fails
 * where results differ, because then there is nothing to compare.
 */

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { inRoot } from '../scripts/lib/paths.mjs'
import { busyNote, machine } from './lib/machine.mjs'
import { between, section } from './lib/readme.mjs'
import { lines, textTable } from './lib/table.mjs'
import { chosen } from './scenarios/index.mjs'

const { values: options, positionals } = parseArgs({
  options: { json: { type: 'string' }, readme: { type: 'boolean', default: false } },
  allowPositionals: true,
})
if (options.readme && positionals.length > 0) throw new Error('--readme shows all scenarios: name none')

const scenarios = chosen(positionals)
const failed = []
const rows = []
const busy = busyNote()
const notes = new Set(busy ? [busy] : [])
const described = machine()
console.log(described)
if (busy) console.log(busy)
for (const [i, { id, title }] of scenarios.entries()) {
  console.log(`\n[${i + 1}/${scenarios.length}] ${id}: ${title}`)
  const begin = performance.now()
  const result = await runAlone(id)
  if (result) {
    rows.push(...result.rows)
    for (const note of result.notes) notes.add(note)
    for (const line of lines(result.rows)) console.log(line)
  } else failed.push(id)
  console.log(`[${i + 1}/${scenarios.length}] ${id}: ${took(begin)}${result ? '' : ', FAILED'}`)
}

console.log(`\n${described}\n\n${textTable(rows)}`)
for (const note of notes) console.log(note)
if (options.json) await writeFile(options.json, `${JSON.stringify(rows, null, 2)}\n`)
if (failed.length > 0) {
  console.error(`\nfailed: ${failed.join(' ')}`)
  process.exitCode = 1
} else if (options.readme) {
  const readme = inRoot('README.md')
  const text = between(await readFile(readme, 'utf8'), section(described, rows, [...notes]))
  await writeFile(readme, text)
  console.log('\nREADME.md has the table')
}

/** @returns {Promise<{ rows: import('./lib/rows.mjs').Row[], notes: string[] } | undefined>} */
async function runAlone(id) {
  const child = fork(new URL('one.mjs', import.meta.url), [id])
  let result
  child.on('message', (message) => {
    if (message.say !== undefined) console.log(`  ${message.say}`)
    else result = message
  })
  const [code] = await once(child, 'close')
  return code === 0 ? result : undefined
}

function took(begin) {
  return `${((performance.now() - begin) / 1000).toFixed(1)} s`
}
