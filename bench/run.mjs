// `npm run bench`: every benchmark in one go, a row per figure; `-- --json FILE` keeps the rows. Benchmarks measure and
// never assert: machines are noisy, so read the ratios, which compare within one run.

import { execFile } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { parseArgs, promisify } from 'node:util'

const root = new URL('../', import.meta.url)
const { values: options } = parseArgs({ options: { json: { type: 'string' } } })
const run = promisify(execFile)

/** The rows of the JavaScript benchmark of a write. */
async function writerCost() {
  const file = new URL(`build/writer-cost-${process.pid}.json`, root).pathname
  await run(process.execPath, [new URL('writer-cost.mjs', import.meta.url).pathname, '--json', file])
  const rows = JSON.parse(await readFile(file, 'utf8'))
  await rm(file)
  return rows
}

/** The rows of the native benchmark of the tracker. */
async function trackerCost() {
  const cwd = root.pathname
  await run('cmake', ['--preset', 'native-release'], { cwd })
  await run('cmake', ['--build', '--preset', 'native-release', '--target', 'tickscan_tracker_cost'], { cwd })
  const { stdout } = await run('build/native-release/tickscan_tracker_cost', [], { cwd })
  return stdout.trim().split('\n').map(JSON.parse)
}

const rows = [...(await writerCost()), ...(await trackerCost())]
for (const { scenario, metric, unit, tickscan, peers, ratio } of rows) {
  const [[peer, cost]] = Object.entries(peers)
  const figures = `${tickscan.toFixed(1)} ${unit}, ${peer} ${cost.toFixed(1)}, ratio ${ratio.toFixed(2)}`
  console.log(`${scenario} ${metric}: ${figures}`)
}
if (options.json) await writeFile(options.json, `${JSON.stringify(rows, null, 2)}\n`)
