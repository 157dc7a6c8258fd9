/**
 * A usual market, seeded: in each tenth of a second 2 to 10 % of the symbols trade, a few of them nearly always and
 * most of them seldom (the i-th busiest about 1 / i as often).
 */

import { random } from './random.mjs'

/**
 * @param {number} symbols
 * @param {number} steps
 * @param {number} [seed]
 * @returns {number[][]} symbol indexes that trade in each step
 */
export function usualMarket(symbols, steps, seed = 11) {
  const next = random(seed)
  // Busy symbols are not neighbours: ranks are dealt out.
  const order = Array.from({ length: symbols }, (_, i) => i)
  for (let i = symbols - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1))
    ;[order[i], order[j]] = [order[j], order[i]]
  }
  const upTo = []
  let total = 0
  for (let rank = 1; rank <= symbols; rank++) {
    total += 1 / rank
    upTo.push(total)
  }
  return Array.from({ length: steps }, () => {
    const count = Math.max(1, Math.round(symbols * (0.02 + 0.08 * next())))
    const traded = new Set()
    while (traded.size < count) traded.add(order[rankAt(upTo, next() * total)])
    return [...traded]
  })
}

/** The first rank whose running total reaches `at`. */
function rankAt(upTo, at) {
  let low = 0
  let high = upTo.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (upTo[middle] < at) low = middle + 1
    else high = middle
  }
  return low
}
