/** S9: the core as WebAssembly beside the same core built natively: one program, the same inputs, both ways. */

import { existsSync } from 'node:fs'
import { inRoot } from '../../scripts/lib/paths.mjs'
import { atMostTimes } from '../lib/goals.mjs'
import { interleave } from '../lib/interleave.mjs'
import { nativeProgram, wasmProgram } from '../lib/native.mjs'
import { row } from '../lib/rows.mjs'
import { median } from '../lib/stats.mjs'

export const id = 'S9'
export const title = 'WebAssembly beside the same core built natively'

const TARGET = 'tickscan_scan_cost'
const SOURCE = 'bench/native/scan_cost.cpp'
const WASM_FILE = 'bench/scan_cost.cjs'
/** Prefixes of the program's own scenarios. */
const PARTS = ['S1', 'S4', 'S5']

/** @param {import('./index.mjs').Context} context */
export async function run({ say, size: { rounds = 3 } = {} }) {
  if (!existsSync(inRoot(SOURCE))) {
    say(`there is no ${SOURCE}`)
    return []
  }
  const native = await nativeProgram(TARGET)
  const wasm = await wasmProgram(TARGET, WASM_FILE)
  const samples = await interleave({ rounds }, [
    { name: 'wasm', run: () => wasm.run(PARTS) },
    { name: 'native', run: () => native.run(PARTS) },
  ])
  const names = samples.wasm[0].map(({ scenario }) => scenario).filter((name) => PARTS.includes(name))
  say(`${rounds} runs each of ${names.join(', ')}`)
  return names.map((name) => {
    const [ours, theirs] = ['wasm', 'native'].map((way) =>
      median(samples[way].map((rows) => rows.find(({ scenario }) => scenario === name).median)),
    )
    return row({
      scenario: id,
      metric: `${name}, engine`,
      unit: 'µs',
      tickscan: ours,
      peers: { native: theirs },
      goal: atMostTimes('native', 2),
    })
  })
}
