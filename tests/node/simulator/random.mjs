/** Chance from a seed: the same seed gives the same numbers on every machine (mulberry32). */
export class Random {
  #state

  /** @param {number} seed */
  constructor(seed) {
    this.#state = seed | 0
    // Neighbouring seeds start alike.
    for (let i = 0; i < 4; i++) this.next()
  }

  /** From 0 up to 1. */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number from 0 up to n. */
  below(n) {
    return Math.floor(this.next() * n)
  }

  /** A whole number from a to b, both included. */
  between(a, b) {
    return a + this.below(b - a + 1)
  }

  /** True with this probability. */
  chance(p) {
    return this.next() < p
  }

  pick(list) {
    return list[this.below(list.length)]
  }

  /** One of rows with a `weight`. */
  weighed(rows) {
    let at = this.next() * rows.reduce((sum, { weight }) => sum + weight, 0)
    for (const row of rows) {
      at -= row.weight
      if (at < 0) return row
    }
    return rows.at(-1)
  }

  /** Another stream of numbers, which what is drawn here later does not disturb. */
  fork() {
    return new Random(Math.floor(this.next() * 2 ** 32))
  }
}
