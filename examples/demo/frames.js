// All changes of the page happen in animation frames: views ask for one when they have something new, and
// draw once however often they asked. Also watches how long frames take, as proof that nothing blocks the page.

/** @type {Set<() => void>} */
const waiting = new Set()

/** Draws in the next frame. @param {() => void} draw the same function for the same view */
export function drawSoon(draw) {
  if (waiting.size === 0) requestAnimationFrame(drawAll)
  waiting.add(draw)
}

function drawAll() {
  const draws = [...waiting]
  waiting.clear()
  for (const draw of draws) draw()
}

/** The longest distance of two frames within the last seconds. */
export class FrameWatch {
  constructor(windowMs = 2000) {
    this.windowMs = windowMs
    /** @type {{ at: number, gap: number }[]} */
    this.gaps = []
    let previous = performance.now()
    const watch = (/** @type {number} */ at) => {
      this.gaps.push({ at, gap: at - previous })
      previous = at
      while (this.gaps[0].at < at - this.windowMs) this.gaps.shift()
      requestAnimationFrame(watch)
    }
    requestAnimationFrame((at) => {
      previous = at
      requestAnimationFrame(watch)
    })
  }

  get longestMs() {
    return this.gaps.reduce((longest, { gap }) => Math.max(longest, gap), 0)
  }
}
