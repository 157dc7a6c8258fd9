/** Set-up as steps: what a command needs is there, or is installed. */

import { ensureNeeds } from './needs.mjs'

/**
 * @param {import('./needs.mjs').Purpose} purpose
 * @returns {import('./steps.mjs').Step[]}
 */
export function setupSteps(purpose) {
  return [
    {
      title: `set up what ${purpose === 'all' ? 'everything' : `"${purpose}"`} needs`,
      run: () => ensureNeeds(purpose),
    },
  ]
}
