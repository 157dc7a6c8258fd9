/** What PROCESS_UPDATES answers: a cycle's counts, summed over its slices. Runs in the engine worker. */

/** What PROCESS_UPDATES tells of its cycle. */
const CYCLE_RESULT = Object.freeze([
  'cycle',
  'epoch',
  'updatedSymbols',
  'skippedSymbols',
  'filtersRun',
  'filtersSkipped',
  'elapsedUs',
  'deltaEntries',
  'fullEntries',
  'deltaBytes',
  'fullBytes',
])

/** @param {any} total of all slices */
export function cycleResult(total) {
  return Object.fromEntries(CYCLE_RESULT.map((name) => [name, total[name]]))
}

/**
 * @param {any} total of the slices before
 * @param {any} slice
 */
export function addSlice(total, slice) {
  for (const name of ['cycle', 'epoch', 'pending', 'fullEntries', 'fullBytes']) total[name] = slice[name]
  for (const name of ['updatedSymbols', 'filtersRun', 'elapsedUs', 'deltaEntries', 'deltaBytes']) {
    total[name] += slice[name]
  }
  total.skippedSymbols -= slice.updatedSymbols
  total.filtersSkipped -= slice.filtersRun
}
