/** A worker thread with a writer attached to the handle it was given; every message calls it: [method, …arguments]. */

import { parentPort, workerData } from 'node:worker_threads'
import { attachWriter } from 'tickscan'
import { random } from './series.mjs'

const writer = attachWriter(workerData.handle)

/** Writes as fast as it can, without a look at messages, until `stop` is set or the rounds are done; the last round of
 * each symbol is known. Returns how many there were. */
function hammer({ first, count, rounds: most, seed, stop }) {
  const next = random(seed)
  let rounds = most
  for (let round = 1; round <= rounds; round++) {
    if (stop && Atomics.load(stop, 0) !== 0) rounds = round
    for (let symbol = first; symbol < first + count; symbol++) {
      const last = round === rounds ? symbol % 2 : Math.floor(next() * 10)
      // bid equals last in every record that is not torn.
      writer.updateTicker(symbol, { last, bid: last, time: round })
      const value = round === rounds ? rounds : round + next()
      const kline = {
        openTime: Math.floor(round / 7) * 60_000,
        open: 1,
        high: 1000,
        low: 0,
        close: value,
        volume: value,
      }
      writer.updateKline(symbol, '1m', { ...kline, closed: round % 7 === 6 })
    }
  }
  return rounds
}

parentPort.on('message', ([name, ...rest]) => {
  try {
    const result = name === 'hammer' ? hammer(rest[0]) : writer[name](...rest)
    parentPort.postMessage({ result })
  } catch (error) {
    parentPort.postMessage({ error: { code: error.code, message: error.message } })
  }
})
