/** S10: the memory of a whole engine, 4 intervals × 500 klines, for 100 and for 1,000 symbols. */

import { atMost } from '../lib/goals.mjs'
import { row } from '../lib/rows.mjs'
import { createScanner } from '../lib/tickscan.mjs'

export const id = 'S10'
export const title = 'memory: 4 intervals × 500 klines'

const CASES = [
  { symbols: 100, limit: 16 },
  { symbols: 1000, limit: 112 },
]
const MIB = 2 ** 20

/** @param {import('./index.mjs').Context} context */
export async function run({ say, size: { cases = CASES, klines = 500 } = {} }) {
  const rows = []
  for (const { symbols, limit } of cases) {
    const scanner = await createScanner({
      symbols: Array.from({ length: symbols }, (_, i) => `S${i}`),
      intervals: ['1m', '5m', '15m', '1h'],
      maxKlines: klines,
      // No free slots: by default their number is rounded up to 64.
      maxSymbols: symbols,
    })
    const { memory } = await scanner.status()
    await scanner.close()
    const parts = Object.entries(memory).filter(([name]) => name !== 'bytes')
    say(
      `${symbols} symbols: ${parts.map(([name, bytes]) => `${name} ${(bytes / MIB).toFixed(1)} MiB`).join(', ')}`,
    )
    rows.push(
      row({
        scenario: id,
        metric: `shared memory, ${symbols.toLocaleString('en')} symbols`,
        unit: 'MiB',
        tickscan: memory.bytes / MIB,
        goal: atMost(limit, 'MiB'),
      }),
    )
  }
  return rows
}
