/**
 * talib-web: TA-Lib 0.6 as WebAssembly, batch only, so it recomputes. Its loader hands a file's path to `fetch`, which
 * Node has since 18 and which takes no paths; hidden from it, it reads the file. Both ways are tried, each time.
 */

import { createRequire } from 'node:module'

export const name = 'talib-web'

/** @returns {Promise<{ library: import('./recompute.mjs').Library, note: string }>} */
export async function load() {
  const talib = createRequire(import.meta.url)('talib-web')
  const note = await start(talib)
  const real = (values, lookback, output) => output[values.length - lookback - 1]
  const library = {
    name,
    rsiRounding: 0,
    rsi: (values, timePeriod) => real(values, timePeriod, talib.RSI({ inReal: values, timePeriod }).output),
    ema: (values, timePeriod) =>
      real(values, timePeriod - 1, talib.EMA({ inReal: values, timePeriod }).output),
    histogram: (values, { fast, slow, signal }) =>
      real(
        values,
        slow + signal - 2,
        talib.MACD({ inReal: values, fastPeriod: fast, slowPeriod: slow, signalPeriod: signal }).MACDHist,
      ),
  }
  return { library, note }
}

/** @returns {Promise<string>} what had to be done */
async function start(talib) {
  // It prints the failures that it also throws.
  const { error } = console
  console.error = () => {}
  const { fetch } = globalThis
  try {
    await talib.init()
    return ''
  } catch {
    globalThis.fetch = undefined
    await talib.init()
    return 'loads only while `fetch` is hidden from it'
  } finally {
    globalThis.fetch = fetch
    console.error = error
  }
}
