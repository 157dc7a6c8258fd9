/** What the engine says of its own errors, which have no command to answer. Runs in the engine worker. */

import { TickscanError } from './errors.js'

/**
 * Some writer ended in the middle of a rewrite.
 * @param {{ slot: number, interval: number }[]} series that are left alone until a writer comes back
 */
export function damagedSeries(series) {
  const message = `${series.length} series stay half rewritten, because their writer ended in the middle`
  const expected = 'a new writer that loads their history again'
  return new TickscanError('E_SERIES_DAMAGED', message, { expected, details: { series } })
}

/** @param {unknown} cause a trap, or what ended a thread of the pool */
export function coreFailed(cause) {
  return new TickscanError('E_WASM', `the core failed: ${cause instanceof Error ? cause.message : cause}`)
}

/** @param {number} words of shared memory that were not what they must be */
export function repairedWords(words) {
  return new TickscanError('E_DAMAGED', `${words} words of shared memory were wrong; they were put right`, {
    hint: 'every record is scanned again, so nothing is missed',
    details: { words },
  })
}

/** The error budget is used up. */
export function rebuiltState() {
  const message =
    'the engine has failed five times within a minute; its state is rebuilt from the stored klines'
  return new TickscanError('E_INTERNAL', message)
}
