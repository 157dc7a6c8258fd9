/** Time, timers and chance in the test's hand: nothing happens until `pass(ms)`. */
export function manualHost() {
  let now = 0
  let timers = []
  return {
    now: () => now,
    random: () => 0.5,
    setTimer: (run, ms) => {
      const timer = { run, at: now + ms }
      timers.push(timer)
      return timer
    },
    clearTimer: (timer) => {
      timers = timers.filter((one) => one !== timer)
    },
    /** Timers that wait. */
    get waiting() {
      return timers.length
    },
    /** Lets time pass, timer by timer, each followed by what it caused. */
    pass: async (ms) => {
      const end = now + ms
      for (;;) {
        timers.sort((a, b) => a.at - b.at)
        if (timers.length === 0 || timers[0].at > end) break
        const timer = timers.shift()
        now = timer.at
        timer.run()
        await new Promise((resolve) => setImmediate(resolve))
      }
      now = end
    },
  }
}
