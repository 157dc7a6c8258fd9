/**
 * Exact arithmetic on doubles: every finite double is a whole number times a power of two, so a column of them is a
 * column of BigInts times one such power, and sums and products are exact. What comes back is rounded once.
 */

/** A column of doubles as whole numbers: values[i] === Number(whole[i]) · 2^−bits. */
export class ExactColumn {
  /** @param {ArrayLike<number>} values */
  constructor(values) {
    this.bits = Math.max(0, ...Array.from(values, fractionBits))
    this.whole = Array.from(values, (value) => wholeOf(value, this.bits))
    /** sums[i] is the sum of the first i. */
    this.sums = prefixSums(this.whole)
  }

  /**
   * The sum of the n values that end at i.
   * @param {number} i
   * @param {number} n
   */
  sum(i, n) {
    return this.sums[i + 1] - this.sums[i + 1 - n]
  }
}

/** @param {bigint[]} values */
export function prefixSums(values) {
  const sums = [0n]
  for (const value of values) sums.push(sums[sums.length - 1] + value)
  return sums
}

/**
 * The double nearest to numerator / denominator · 2^−bits, halves to even. Requires: denominator > 0, and a result
 * that is no subnormal number.
 * @param {bigint} numerator
 * @param {bigint} denominator
 * @param {number} bits
 */
export function nearest(numerator, denominator, bits) {
  if (numerator === 0n) return 0
  const size = numerator < 0n ? -numerator : numerator
  // At least 64 bits of quotient, and a last bit that says whether anything is left below them.
  const shift = 64n + lengthOf(denominator) - lengthOf(size)
  const up = shift > 0n ? shift : 0n
  const scaled = size << up
  const quotient = scaled / denominator
  const rest = quotient * denominator === scaled ? 0n : 1n
  const value = timesPowerOfTwo(Number((quotient << 1n) | rest), -(Number(up) + 1 + bits))
  return numerator < 0n ? -value : value
}

/** The root of a whole number, rounded down. */
export function rootOf(/** @type {bigint} */ square) {
  if (square < 2n) return square
  let root = 1n << (lengthOf(square) / 2n + 1n)
  for (;;) {
    const next = (root + square / root) >> 1n
    if (next >= root) return root
    root = next
  }
}

const view = new DataView(new ArrayBuffer(8))

/** How many bits behind the point a double has at most, by its exponent. */
function fractionBits(/** @type {number} */ value) {
  if (value === 0) return 0
  view.setFloat64(0, value)
  const exponent = (view.getUint16(0) >> 4) & 0x7ff
  return 1075 - exponent
}

/**
 * @param {number} value
 * @param {number} bits
 */
function wholeOf(value, bits) {
  const own = fractionBits(value)
  return BigInt(timesPowerOfTwo(value, own)) << BigInt(bits - own)
}

/** An upper bound of a positive number's length in bits, at most 4 more. */
function lengthOf(/** @type {bigint} */ value) {
  // The exponent of the nearest double; only numbers beyond 2^1000 need the slow way.
  const double = Number(value)
  if (double < 2 ** 1000) return BigInt(Math.floor(Math.log2(double)) + 2)
  return BigInt(value.toString(16).length * 4)
}

/**
 * @param {number} value
 * @param {number} power
 */
function timesPowerOfTwo(value, power) {
  const half = Math.trunc(power / 2)
  return value * 2 ** half * 2 ** (power - half)
}
