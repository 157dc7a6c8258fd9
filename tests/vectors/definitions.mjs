/**
 * The textbook definitions of the indicators that TA-Lib lacks, over fractions: exact, and as naive as can be. Nothing
 * here knows the engine. Each takes the klines' columns and its parameters, in order, and gives its outputs: columns of
 * fractions (or doubles, where a root is taken), null where there is no value yet.
 */

import { Fraction, greatest, least, mean, sum } from './fraction.mjs'

/** @typedef {(Fraction | number | null)[]} Column */
/** @typedef {(Fraction | null)[]} Known */
/** @typedef {Record<'open' | 'high' | 'low' | 'close' | 'volume', Fraction[]>} Klines */

const ZERO = new Fraction(0n)

/**
 * Each window of the last n values; null where it has a null, or is not full.
 * @template {Fraction | number} T
 * @param {Known} values
 * @param {number} n
 * @param {(window: Fraction[]) => T | null} of
 * @returns {(T | null)[]}
 */
function windows(values, n, of) {
  return values.map((_, i) => {
    const window = values.slice(Math.max(0, i + 1 - n), i + 1)
    if (window.length < n || window.includes(null)) return null
    return of(/** @type {Fraction[]} */ (window))
  })
}

/** @param {Known} values @param {number} n */
const sma = (values, n) => windows(values, n, mean)

/** @param {Known} values @param {number} n */
const wma = (values, n) =>
  windows(values, n, (window) => sum(window.map((x, k) => x.times(k + 1))).over((n * (n + 1)) / 2))

/**
 * Starts with the mean of the first n values, then moves by `share` of the way to each.
 * @param {Known} values
 * @param {number} n
 * @param {Fraction} share
 * @returns {Known}
 */
function smoothed(values, n, share) {
  const first = values.findIndex((x) => x !== null) + n - 1
  /** @type {Known} */
  const out = values.map(() => null)
  for (let i = first; i < values.length; i++) {
    const before = out[i - 1]
    const x = /** @type {Fraction} */ (values[i])
    out[i] = i === first || !before ? sma(values, n)[i] : before.plus(x.minus(before).times(share))
  }
  return out
}

/** @param {Known} values @param {number} n */
const rma = (values, n) => smoothed(values, n, new Fraction(1n, BigInt(n)))

/** @param {Known} values @param {number} n */
const ema = (values, n) => smoothed(values, n, new Fraction(2n, BigInt(n + 1)))

/** @param {Klines} klines @returns {Known} */
const trueRange = ({ high, low, close }) =>
  high.map((h, i) =>
    i === 0
      ? null
      : greatest([h.minus(low[i]), h.minus(close[i - 1]).abs(), low[i].minus(close[i - 1]).abs()]),
  )

/** @param {Klines} klines */
const hl2 = ({ high, low }) => high.map((h, i) => h.plus(low[i]).over(2))

/**
 * Two columns into one, where both are known.
 * @param {Known} a
 * @param {Known} b
 * @param {(x: Fraction, y: Fraction) => Fraction | null} of
 * @returns {Known}
 */
const both = (a, b, of) =>
  a.map((x, i) => {
    const y = b[i]
    return x === null || y === null ? null : of(x, y)
  })

/** @param {Fraction[]} high @param {Fraction[]} low @param {number} n */
const middle = (high, low, n) =>
  both(windows(high, n, greatest), windows(low, n, least), (h, l) => h.plus(l).over(2))

/** @param {Known} values @param {number} count */
const displaced = (values, count) => values.map((_, i) => (i < count ? null : values[i - count]))

/** @param {Fraction[]} prices @param {Fraction[]} volume @param {number} n */
const weightedMean = (prices, volume, n) =>
  both(
    windows(
      prices.map((price, i) => price.times(volume[i])),
      n,
      sum,
    ),
    windows(volume, n, sum),
    (money, traded) => (traded.isZero ? null : money.over(traded)),
  )

/** @param {Klines} klines @returns {Fraction[]} */
const hlc3 = ({ high, low, close }) => high.map((h, i) => h.plus(low[i]).plus(close[i]).over(3))

/** @param {Klines} klines */
function heikinAshi({ open, high, low, close }) {
  const haClose = close.map((c, i) => open[i].plus(high[i]).plus(low[i]).plus(c).over(4))
  /** @type {Fraction[]} */
  const haOpen = []
  for (const i of close.keys())
    haOpen.push(i === 0 ? open[0].plus(close[0]).over(2) : haOpen[i - 1].plus(haClose[i - 1]).over(2))
  return {
    open: haOpen,
    close: haClose,
    high: high.map((h, i) => greatest([h, haOpen[i], haClose[i]])),
    low: low.map((l, i) => least([l, haOpen[i], haClose[i]])),
  }
}

/**
 * The last kline that beats the `left` before it, and is not beaten by the `right` after it.
 * @param {Fraction[]} prices
 * @param {number} left
 * @param {number} right
 */
function pivots(prices, left, right) {
  let last = -1
  /** @type {{ value: Column, bars: Column }} */
  const out = { value: [], bars: [] }
  for (const now of prices.keys()) {
    const at = now - right
    const isPivot =
      at >= left &&
      prices.slice(at - left, at).every((x) => prices[at].compare(x) > 0) &&
      prices.slice(at + 1, now + 1).every((x) => prices[at].compare(x) >= 0)
    if (isPivot) last = at
    out.value.push(last < 0 ? null : prices[last])
    out.bars.push(last < 0 ? null : now - last)
  }
  return out
}

/** @param {Klines} klines @param {number} n @param {number} multiplier */
function supertrend(klines, n, multiplier) {
  const { close } = klines
  const range = rma(trueRange(klines), n)
  /** @type {{ value: Known, direction: Column }} */
  const out = { value: close.map(() => null), direction: close.map(() => null) }
  let upper = ZERO
  let lower = ZERO
  let up = false
  for (const [i, middle] of hl2(klines).entries()) {
    const atr = range[i]
    if (atr === null) continue
    const first = range[i - 1] === null
    const [above, below] = [middle.plus(atr.times(multiplier)), middle.minus(atr.times(multiplier))]
    // A band moves towards the price only, unless the price has left it.
    if (first || above.compare(upper) < 0 || close[i - 1].compare(upper) > 0) upper = above
    if (first || below.compare(lower) > 0 || close[i - 1].compare(lower) < 0) lower = below
    if (first) up = false
    else if (up) up = close[i].compare(lower) >= 0
    else up = close[i].compare(upper) > 0
    out.value[i] = up ? lower : upper
    out.direction[i] = up ? 1 : -1
  }
  return out
}

/** @type {Record<string, (klines: Klines, ...params: number[]) => Record<string, Column>>} */
export const DEFINITIONS = {
  rma: ({ close }, n) => ({ value: rma(close, n) }),
  hma: ({ close }, n) => {
    const rough = both(wma(close, Math.floor(n / 2)), wma(close, n), (half, whole) =>
      half.times(2).minus(whole),
    )
    return { value: wma(rough, Math.floor(Math.sqrt(n))) }
  },
  vwma: ({ close, volume }, n) => ({ value: weightedMean(close, volume, n) }),
  vwap: (klines, n) => ({
    value:
      n > 0
        ? weightedMean(hlc3(klines), klines.volume, n)
        : hlc3(klines).map((_, i, all) => weightedMean(all, klines.volume, i + 1)[i]),
  }),
  ao: (klines, fast, slow) => ({
    value: both(sma(hl2(klines), fast), sma(hl2(klines), slow), (a, b) => a.minus(b)),
  }),
  bbands: ({ close }, n, up, down) => {
    // One root is taken, in a double; so these are right to a few units of the last place.
    const middle = sma(close, n).map((x) => x?.toNumber() ?? null)
    const deviation = windows(close, n, (window) =>
      Math.sqrt(
        sum(window.map((x) => x.minus(mean(window)).times(x.minus(mean(window)))))
          .over(n)
          .toNumber(),
      ),
    )
    const at = (/** @type {number} */ deviations) =>
      middle.map((m, i) => (m === null ? null : m + deviations * Number(deviation[i])))
    const [upper, lower] = [at(up), at(-down)]
    const span = upper.map((u, i) => (u === null ? null : u - Number(lower[i])))
    return {
      middle,
      upper,
      lower,
      percent_b: span.map((s, i) => (s ? (close[i].toNumber() - Number(lower[i])) / s : null)),
      width: span.map((s, i) => (s === null ? null : s / Number(middle[i]))),
    }
  },
  keltner: (klines, n, multiplier, atrPeriod) => {
    const range = rma(trueRange(klines), atrPeriod)
    const center = both(ema(klines.close, n), range, (m) => m)
    return {
      middle: center,
      upper: both(center, range, (m, r) => m.plus(r.times(multiplier))),
      lower: both(center, range, (m, r) => m.minus(r.times(multiplier))),
    }
  },
  donchian: ({ high, low }, n) => ({
    middle: middle(high, low, n),
    upper: windows(high, n, greatest),
    lower: windows(low, n, least),
  }),
  supertrend,
  ichimoku: ({ high, low, close }, tenkan, kijun, senkou, displacement) => {
    const [fast, slow] = [middle(high, low, tenkan), middle(high, low, kijun)]
    const a = displaced(
      both(fast, slow, (x, y) => x.plus(y).over(2)),
      displacement - 1,
    )
    const b = displaced(middle(high, low, senkou), displacement - 1)
    const ready = (/** @type {Known} */ column) => column.map((x, i) => (a[i] && b[i] ? x : null))
    return {
      tenkan: ready(fast),
      kijun: ready(slow),
      senkou_a: ready(a),
      senkou_b: ready(b),
      chikou: ready(close),
    }
  },
  cmf: ({ high, low, close, volume }, n) => {
    const flow = close.map((c, i) => {
      const span = high[i].minus(low[i])
      return span.isZero ? ZERO : c.times(2).minus(high[i]).minus(low[i]).over(span).times(volume[i])
    })
    const traded = windows(volume, n, sum)
    return { value: both(windows(flow, n, sum), traded, (f, v) => (v.isZero ? null : f.over(v))) }
  },
  pivot_high: ({ high }, left, right) => pivots(high, left, right),
  pivot_low: ({ low }, left, right) =>
    Object.fromEntries(
      Object.entries(
        pivots(
          low.map((x) => ZERO.minus(x)),
          left,
          right,
        ),
      ).map(([name, column]) => [name, column.map((x) => (x instanceof Fraction ? ZERO.minus(x) : x))]),
    ),
  ha_open: (klines) => ({ value: heikinAshi(klines).open }),
  ha_high: (klines) => ({ value: heikinAshi(klines).high }),
  ha_low: (klines) => ({ value: heikinAshi(klines).low }),
  ha_close: (klines) => ({ value: heikinAshi(klines).close }),
}
