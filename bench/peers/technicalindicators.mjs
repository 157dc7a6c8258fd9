/** technicalindicators, recomputing. Its RSI is rounded to two digits. */

import { createRequire } from 'node:module'

// Its package.json points bundlers and Node at different files; require finds the one that Node can load.
const { EMA, MACD, RSI } = createRequire(import.meta.url)('technicalindicators')

export const name = 'technicalindicators'

/** @type {import('./recompute.mjs').Library} */
export const library = {
  name,
  rsiRounding: 0.005,
  rsi: (values, period) => last(RSI.calculate({ values, period })),
  ema: (values, period) => last(EMA.calculate({ values, period })),
  histogram: (values, { fast, slow, signal }) =>
    last(
      MACD.calculate({
        values,
        fastPeriod: fast,
        slowPeriod: slow,
        signalPeriod: signal,
        SimpleMAOscillator: false,
        SimpleMASignal: false,
      }),
    ).histogram,
}

function last(list) {
  return list[list.length - 1]
}
