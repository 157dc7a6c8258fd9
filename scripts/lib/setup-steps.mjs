/** Set-up as a step: what a command needs is there, or is installed. */

import { ensureNeeds } from './needs.mjs'

/**
 * @param {import('./needs.mjs').Purpose[]} purposes
 * @returns {import('./steps.mjs').Step[]}
 */
export function setupSteps(...purposes) {
  return [{ title: `set up what is needed to ${purposes.join(', ')}`, run: () => ensureNeeds(purposes) }]
}
