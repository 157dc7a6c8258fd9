/**
 * Goals as the table states them, each judged from its row's own figures. A goal gives its text, the ratio that it
 * looks at, and whether the row meets it; `met` is undefined where the peer was not measured.
 */

/**
 * @typedef {object} Judgement
 * @property {number} [ratio]
 * @property {string} [ratioOf] what was divided by what
 * @property {boolean} [met]
 *
 * @typedef {object} Figures
 * @property {number} tickscan
 * @property {Record<string, number>} peers
 *
 * @typedef {{ text: string, judge: (figures: Figures) => Judgement }} Goal
 */

/** @returns {Goal} the peer takes at least `times` as long */
export function fasterThan(peer, times) {
  return {
    text: `≥ ${times.toLocaleString('en')} × faster than ${peer}`,
    judge: ({ tickscan, peers }) =>
      judged(peers[peer], `${peer} / tickscan`, peers[peer] / tickscan, (r) => r >= times),
  }
}

/** @returns {Goal} we take at most `times` what the peer takes */
export function atMostTimes(peer, times) {
  return {
    text: `≤ ${times} × ${peer}`,
    judge: ({ tickscan, peers }) =>
      judged(peers[peer], `tickscan / ${peer}`, tickscan / peers[peer], (r) => r <= times),
  }
}

/** @returns {Goal} our figure is at least `share` smaller than the peer's */
export function smallerBy(peer, share) {
  return {
    text: `≥ ${share * 100} % less than ${peer}`,
    judge: ({ tickscan, peers }) =>
      judged(peers[peer], `tickscan / ${peer}`, tickscan / peers[peer], (r) => 1 - r >= share),
  }
}

/** @returns {Goal} our own figure has a bound */
export function atMost(limit, unit) {
  return { text: `≤ ${limit} ${unit}`, judge: ({ tickscan }) => ({ met: tickscan <= limit }) }
}

/** @returns {Goal} our own figure is exactly this */
export function exactly(value, unit) {
  return {
    text: `exactly ${value.toLocaleString('en')} ${unit}`,
    judge: ({ tickscan }) => ({ met: tickscan === value }),
  }
}

/** @returns {Goal} no goal: how much faster we are than the peer */
export function beside(peer) {
  return {
    text: '',
    judge: ({ tickscan, peers }) =>
      peers[peer] === undefined ? {} : { ratio: peers[peer] / tickscan, ratioOf: `${peer} / tickscan` },
  }
}

/** @returns {Goal} no goal: how many times the peer's figure ours is */
export function timesOf(peer) {
  return {
    text: '',
    judge: ({ tickscan, peers }) =>
      peers[peer] === undefined ? {} : { ratio: tickscan / peers[peer], ratioOf: `tickscan / ${peer}` },
  }
}

function judged(measured, ratioOf, ratio, meets) {
  if (measured === undefined) return {}
  return { ratio, ratioOf, met: meets(ratio) }
}
