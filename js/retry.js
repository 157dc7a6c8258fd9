/**
 * How long to wait before something is tried again: exponentially longer, up to a cap, and never in step with others
 * that failed at the same moment.
 */

/**
 * @typedef {object} Backoff
 * @property {number} firstMs
 * @property {number} mostMs
 */

/** Of commands without an answer. The first is longer than a usual cycle, so that a slow answer is not asked for twice. */
export const RESEND = Object.freeze({ firstMs: 400, mostMs: 8000 })

/** Of starts of a new worker after the first one, which comes at once. */
export const RESTART = Object.freeze({ firstMs: 100, mostMs: 5000 })

/**
 * @param {Backoff} backoff
 * @param {number} attempt 0 for the first wait
 * @param {number} chance from 0 up to 1
 * @returns {number} ms; between half of the capped exponential and all of it
 */
export function retryDelay({ firstMs, mostMs }, attempt, chance) {
  // 2 ** 30 × ms is far over any cap, and a finite number for any attempt.
  const whole = Math.min(mostMs, firstMs * 2 ** Math.min(attempt, 30))
  return whole * (0.5 + chance / 2)
}
