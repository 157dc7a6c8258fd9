/** A trader that is added to a warm engine: none of its indicators is computed there yet, so all must warm up. */

import { filterOf } from './traders.mjs'

export const newcomer = { rsi: 9, level: 55, ema: 60, macd: { fast: 8, slow: 21, signal: 5 } }

const spec = { id: 'newcomer', filter: filterOf(newcomer) }

/** Microseconds from the call to its answer, which comes after its first deltas. */
export async function addNewcomer({ scanner }) {
  const start = performance.now()
  await scanner.addTrader(spec)
  return (performance.now() - start) * 1000
}

export function removeNewcomer({ scanner }) {
  return scanner.removeTrader(spec.id)
}

/** @returns {Set<number>} */
export function newcomerMatches({ scanner }) {
  return new Set(scanner.matches(spec.id).map((symbol) => Number(symbol.slice(1))))
}
