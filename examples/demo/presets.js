// The traders that the page starts with, and filters to try. All read 1m and 5m only, so that they work on the
// simulated market and on the kline files alike.

/** @typedef {{ id: string, filter: string, interval: string, on: 'tick' | 'close' }} TraderSpec */

/** @type {TraderSpec[]} */
export const PRESETS = [
  {
    id: 'Dip in uptrend',
    filter: 'rsi(14)@1m < 30 and close > ema(close, 50)@5m',
    interval: '1m',
    on: 'tick',
  },
  { id: 'Volume spike', filter: 'volume[1] > 3 * sma(volume, 20)[2]', interval: '1m', on: 'tick' },
  { id: 'Momentum', filter: 'change_24h > 5 and rsi(14)@5m > 60', interval: '5m', on: 'tick' },
  { id: 'EMA cross', filter: 'ema(9) > ema(21) and ema(9)[1] <= ema(21)[1]', interval: '5m', on: 'tick' },
]

/** @type {{ label: string, filter: string }[]} */
export const IDEAS = [
  { label: 'overbought', filter: 'rsi(14) > 75 and close < ema(close, 9)' },
  { label: 'stretched', filter: 'close < 0.985 * sma(close, 20)@5m' },
  { label: 'green run', filter: 'close > close[1] and close[1] > close[2] and close[2] > close[3]' },
]
