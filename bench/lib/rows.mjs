/**
 * Rows: what a scenario hands back, and what `--json` keeps.
 *
 *   { scenario, metric, unit, tickscan, peers: { name: value }, ratio, ratioOf, goal: { text, met } | null, note }
 */

/**
 * @typedef {object} Row
 * @property {string} scenario
 * @property {string} metric
 * @property {string} unit
 * @property {number} tickscan
 * @property {Record<string, number>} peers
 * @property {number | null} ratio
 * @property {string} ratioOf
 * @property {{ text: string, met: boolean | null } | null} goal
 * @property {string} note
 */

/**
 * @param {object} figures
 * @param {string} figures.scenario
 * @param {string} figures.metric
 * @param {string} figures.unit
 * @param {number} figures.tickscan
 * @param {Record<string, number | undefined>} [figures.peers] undefined: not measured, left out
 * @param {import('./goals.mjs').Goal} [figures.goal]
 * @param {string} [figures.note]
 * @returns {Row}
 */
export function row({ scenario, metric, unit, tickscan, peers = {}, goal, note = '' }) {
  const measured = Object.fromEntries(Object.entries(peers).filter(([, value]) => Number.isFinite(value)))
  const { ratio, ratioOf, met } = goal?.judge({ tickscan, peers: measured }) ?? {}
  return {
    scenario,
    metric,
    unit,
    tickscan,
    peers: measured,
    ratio: ratio ?? null,
    ratioOf: ratioOf ?? '',
    goal: goal?.text ? { text: goal.text, met: met ?? null } : null,
    note,
  }
}
