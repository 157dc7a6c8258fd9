/** Fractions of whole numbers, of any size: what the makers of vectors compute with. Immutable. */

import { nearest } from '../node/helpers/exact.mjs'

export class Fraction {
  /**
   * @param {bigint} top
   * @param {bigint} [bottom] above 0
   */
  constructor(top, bottom = 1n) {
    const common = gcd(top < 0n ? -top : top, bottom)
    this.top = top / common
    this.bottom = bottom / common
  }

  /** A double, exactly. */
  static of(/** @type {number} */ value) {
    let bottom = 1n
    let scaled = value
    while (!Number.isInteger(scaled)) {
      scaled *= 2
      bottom *= 2n
    }
    return new Fraction(BigInt(scaled), bottom)
  }

  plus(/** @type {Fraction} */ other) {
    return new Fraction(this.top * other.bottom + other.top * this.bottom, this.bottom * other.bottom)
  }

  minus(/** @type {Fraction} */ other) {
    return this.plus(new Fraction(-other.top, other.bottom))
  }

  times(/** @type {Fraction | number} */ factor) {
    const other = factor instanceof Fraction ? factor : Fraction.of(factor)
    return new Fraction(this.top * other.top, this.bottom * other.bottom)
  }

  over(/** @type {Fraction | number} */ divisor) {
    const other = divisor instanceof Fraction ? divisor : Fraction.of(divisor)
    const sign = other.top < 0n ? -1n : 1n
    return new Fraction(sign * this.top * other.bottom, sign * this.bottom * other.top)
  }

  /** Below, at or above another: negative, 0 or positive. */
  compare(/** @type {Fraction} */ other) {
    return Number(this.minus(other).top > 0n) - Number(this.minus(other).top < 0n)
  }

  get isZero() {
    return this.top === 0n
  }

  abs() {
    return this.top < 0n ? new Fraction(-this.top, this.bottom) : this
  }

  /** The nearest double. */
  toNumber() {
    return nearest(this.top, this.bottom, 0)
  }
}

/**
 * @param {bigint} a
 * @param {bigint} b
 */
function gcd(a, b) {
  let [left, right] = [a, b]
  while (right !== 0n) [left, right] = [right, left % right]
  return left
}

export const sum = (/** @type {Fraction[]} */ values) => values.reduce((a, b) => a.plus(b), new Fraction(0n))
export const mean = (/** @type {Fraction[]} */ values) => sum(values).over(values.length)
export const greatest = (/** @type {Fraction[]} */ values) =>
  values.reduce((a, b) => (b.compare(a) > 0 ? b : a))
export const least = (/** @type {Fraction[]} */ values) => values.reduce((a, b) => (b.compare(a) < 0 ? b : a))
