/** What is made of samples: medians and percentiles. Both take numbers in any order and leave them as they are. */

/** The middle value; the mean of the two middle ones where their number is even. */
export function median(samples) {
  const sorted = samples.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** The smallest sample that at least `share` of all samples do not exceed. */
export function percentile(samples, share) {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
}

export function sum(samples) {
  return samples.reduce((total, sample) => total + sample, 0)
}

/** Samples that are objects of numbers → one object with the median of each. */
export function mediansOf(samples) {
  const names = Object.keys(samples[0] ?? {})
  return Object.fromEntries(names.map((name) => [name, median(samples.map((sample) => sample[name]))]))
}
