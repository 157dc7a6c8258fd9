/**
 * Words for error messages: the nearest known name to a misspelt one, and what a wrong value looks like. Runs
 * only when an error is made.
 */

/**
 * @param {string} name
 * @param {Iterable<string>} known
 * @returns {string | undefined} undefined if nothing is near enough to be meant
 */
export function nearestName(name, known) {
  // Names come from users and could be long; nothing longer than this is a misspelling of ours.
  if (name.length > 64) return undefined
  let best
  let least = Math.max(1, Math.floor(name.length / 3)) + 1
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance < least) {
      least = distance
      best = candidate
    }
  }
  return best
}

/**
 * A hint in the words every error of ours uses.
 * @param {string} name
 * @param {Iterable<string>} known
 * @returns {string | undefined}
 */
export function didYouMean(name, known) {
  const nearest = nearestName(name, known)
  return nearest === undefined ? undefined : `did you mean '${nearest}'?`
}

/**
 * Levenshtein distance.
 * @param {string} a
 * @param {string} b
 */
function editDistance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, row[j] + 1, next[j - 1] + 1))
    }
    row = next
  }
  return row[b.length]
}

/**
 * A wrong value, short enough for a message.
 * @param {unknown} value
 * @returns {string}
 */
export function describe(value) {
  if (typeof value === 'string') return `the text '${value.slice(0, 40)}'`
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object'
  return typeof value === 'function' ? 'a function' : String(value)
}
