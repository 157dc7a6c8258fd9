/**
 * A feed in a thread of its own, for the churn of symbols: the main thread says which symbols are its to write and which
 * are not any more; in between it writes them again and again. Every value of a record names the record's symbol, so
 * that a value of another one is seen wherever it turns up. A key that went stale is given up.
 */

import { parentPort, workerData } from 'node:worker_threads'
import { attachWriter } from 'tickscan'

const writer = attachWriter(workerData.handle)
/** @type {Map<number, { tag: number, openTime: number }>} key → what is written */
const symbols = new Map()
const counts = { written: 0, stale: 0, other: /** @type {string[]} */ ([]) }

function write(key, symbol) {
  try {
    writer.updateTicker(key, { last: symbol.tag, bid: symbol.tag, ask: symbol.tag })
    symbol.openTime += 60_000
    const { tag, openTime } = symbol
    writer.updateKline(key, '1m', {
      openTime,
      open: tag,
      high: tag,
      low: tag,
      close: tag,
      volume: 1,
      closed: true,
    })
    counts.written++
  } catch (error) {
    symbols.delete(key)
    if (error.code === 'E_STALE_KEY') counts.stale++
    else counts.other.push(String(error))
  }
}

/** So many per turn, so that four feeds leave the engine its share of a small machine. */
const PER_TURN = 16

const turns = setInterval(() => {
  const keys = [...symbols.keys()]
  const first = Math.floor(Math.random() * Math.max(1, keys.length - PER_TURN))
  for (const key of keys.slice(first, first + PER_TURN)) write(key, symbols.get(key))
}, 1)

parentPort.on('message', ({ add, flush, stop }) => {
  if (add) symbols.set(add.key, { tag: add.tag, openTime: workerData.start })
  if (flush) {
    for (const [key, symbol] of [...symbols]) write(key, symbol)
    parentPort.postMessage({ counts, keys: [...symbols.keys()] })
  }
  if (stop) {
    clearInterval(turns)
    writer.close()
    parentPort.close()
  }
})
