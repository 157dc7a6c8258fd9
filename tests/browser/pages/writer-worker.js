// A worker of the tests that writes market data from its own thread: it attaches to the scanner's memory by
// its handle, writes the updates that it is sent, and says when they are written or why not.

import { attachWriter } from '/dist/index.js'

/** @type {Awaited<ReturnType<typeof attachWriter>>} */
let writer

self.addEventListener('message', async ({ data: { handle, tickers = [], klines = [] } }) => {
  try {
    if (handle) writer = await attachWriter(handle)
    for (const [symbol, ticker] of tickers) writer.updateTicker(symbol, ticker)
    for (const [symbol, interval, kline] of klines) writer.updateKline(symbol, interval, kline)
    self.postMessage({ ok: true })
  } catch (error) {
    self.postMessage({ ok: false, code: error.code, message: error.message })
  }
})
