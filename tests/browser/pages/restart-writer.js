// A writer that never looks at its messages: it writes all symbols until it is told to stop through shared memory,
// and then once more with values that are known.

import { attachWriter } from '/dist/index.js'

self.onmessage = ({ data: { handle, stop, first, count } }) => {
  const writer = attachWriter(handle)
  self.postMessage('attached')
  let round = 0
  for (let last = false; !last; ) {
    last = Atomics.load(stop, 0) !== 0
    round++
    for (let symbol = first; symbol < first + count; symbol++) {
      writer.updateTicker(symbol, { last: last ? symbol % 2 : 5, time: round })
      writer.updateKline(symbol, '1m', {
        openTime: round * 60_000,
        open: 1,
        high: 2,
        low: 1,
        close: 2,
        volume: 1,
        closed: true,
      })
    }
  }
  self.postMessage(round)
}
