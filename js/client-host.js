/**
 * What the client's side needs from the thread it lives in: time, timers and chance. Everything that waits or decides
 * by time on the client takes them from here, so that a test can drive all of it from one seed.
 */

/**
 * @typedef {object} ClientHost
 * @property {() => number} now ms from any start, never backwards
 * @property {(run: () => void, ms: number, quiet?: boolean) => any} setTimer quiet: alone it keeps no process alive
 * @property {(timer: any) => void} clearTimer
 * @property {() => number} random from 0 up to 1
 */

/** @type {Readonly<ClientHost>} */
export const realHost = Object.freeze({
  now: () => performance.now(),
  setTimer: (run, ms, quiet = false) => {
    const timer = /** @type {any} */ (setTimeout(run, ms))
    if (quiet) timer.unref?.()
    return timer
  },
  clearTimer: (timer) => clearTimeout(timer),
  random: () => Math.random(),
})

/**
 * A name that no other worker of this client has had.
 * @param {ClientHost} host
 */
export function newIncarnation(host) {
  return host.random().toString(36).slice(2, 12) + host.random().toString(36).slice(2, 12)
}
