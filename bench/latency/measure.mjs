/**
 * Update → signal, event-driven, beside a bare wake-and-reply on the same kind of thread, with the same kind of wait and
 * as large a message; trials interleaved, so that whatever else the machine does meets both. The same code measures in
 * Node and in a page.
 *
 * A trial writes live klines of all dirty symbols. The last one also turns a marker trader over: the time is from
 * that last write to the event that says so, on the thread that wrote.
 */

import { dirtySymbols, makeMarket } from '../lib/market.mjs'
import { makeTraders } from '../lib/traders.mjs'

const MARKER = 'marker'

/**
 * @param {object} needs
 * @param {typeof import('tickscan').createScanner} needs.createScanner
 * @param {() => { post: (message: any) => void, onMessage: (handler: (message: any) => void) => void, end: () => any }} needs.startBare
 * @param {{ symbols: number, klines: number, dirty: number, traders: number, trials: number, warmUp: number }} size
 * @returns {Promise<{ tickscan: number[], bare: number[] }>} milliseconds
 */
export async function measureLatency({ createScanner, startBare }, size) {
  const market = makeMarket(size)
  const scanner = await startScanner(createScanner, market, size)
  const bare = await startBareTurns(startBare)
  const trial = scannerTrials(scanner, market, dirtySymbols(size.symbols, size.dirty / size.symbols, false))
  const samples = { tickscan: [], bare: [] }
  try {
    for (let turn = -size.warmUp; turn < size.trials; turn++) {
      if (turn === 0) bare.replyWith(await bytesOfTrial(scanner, size.warmUp))
      // A pause, so that each trial starts with everybody asleep, as an update usually finds them.
      await pause()
      const ours = await trial(turn)
      await pause()
      const theirs = await bare.turn()
      if (turn < 0) continue
      samples.tickscan.push(ours)
      samples.bare.push(theirs)
    }
  } finally {
    bare.end()
    await scanner.close()
  }
  return samples
}

/** The bytes of the signals of a trial, in the mean over all trials so far. */
async function bytesOfTrial(scanner, trials) {
  const { core } = await scanner.status()
  return Math.round(core.deltaBytes / Math.max(1, trials))
}

async function startScanner(createScanner, market, { traders, klines }) {
  const scanner = await createScanner({
    symbols: market.symbols,
    intervals: ['1m'],
    maxKlines: klines,
    threads: 1,
    traders: [
      ...makeTraders(traders - 1).map(({ id, filter }) => ({ id, filter })),
      { id: MARKER, filter: 'volume > 5000' },
    ],
  })
  for (const [symbol, history] of market.history.entries()) scanner.writer.loadHistory(symbol, '1m', history)
  await scanner.processUpdates()
  await scanner.start({ eventDriven: true, minGapMs: 0, everyMs: 10_000 })
  return scanner
}

/** @returns {(turn: number) => Promise<number>} */
function scannerTrials(scanner, market, dirty) {
  const marked = market.symbols[dirty[dirty.length - 1]]
  let seen = () => {}
  scanner.addEventListener('signals', ({ detail }) => {
    if (detail.traderId !== MARKER) return
    const [entered] = detail.entered
    if (entered?.symbol === marked || detail.left[0] === marked) seen(performance.now())
  })
  const kline = {
    openTime: market.nextOpenTime,
    open: 0,
    high: 0,
    low: 0,
    close: 0,
    volume: 1,
    closed: false,
  }
  let entered = false
  return async (turn) => {
    const when = new Promise((resolve) => {
      seen = resolve
    })
    entered = !entered
    for (const symbol of dirty) {
      const price = market.price(symbol, turn)
      kline.open = kline.high = kline.low = kline.close = price
      kline.volume = entered && market.symbols[symbol] === marked ? 10_000 : 1
      scanner.writer.updateKline(symbol, '1m', kline)
    }
    const written = performance.now()
    return (await when) - written
  }
}

async function startBareTurns(startBare) {
  const worker = startBare()
  let heard = (_message) => {}
  const next = () =>
    new Promise((resolve) => {
      heard = resolve
    })
  worker.onMessage((message) => heard(message))
  await next()
  const memory = new SharedArrayBuffer(64)
  const words = new Int32Array(memory)
  worker.post({ memory })
  return {
    /** @param {number} bytes in each answer from now on */
    replyWith: (bytes) => Atomics.store(words, 1, bytes),
    async turn() {
      const answer = next()
      const start = performance.now()
      Atomics.add(words, 0, 1)
      Atomics.notify(words, 0)
      await answer
      return performance.now() - start
    },
    end: () => worker.end(),
  }
}

function pause() {
  return new Promise((resolve) => setTimeout(resolve, 2))
}
