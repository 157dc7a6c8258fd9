/**
 * The market of the kills: rows of real klines, cut so that a few pairs make many symbols, and the writers' threads that
 * replay them. The same code in Node and in a page.
 *
 * Words that the test shares with the writers: OVER (0: writers stop short of the end, 1: they write what is left) and, from ROWS on, how many rows each of them has written.
 */

export const OVER = 0
export const ROWS = 2
/** Nobody ever changes it. */
const NEVER = 1

/** Most ms until the next row while no engine takes one in: a pace, nothing waits for it. */
const PACE_MS = 20

/** Rows that writers leave for the time after the last kill. */
const LEFT = 300

const COPIES = 16
const STEP = 1000

/**
 * Each pair several times, each copy a later part of its klines: enough symbols for several blocks.
 * @param {string[]} pairs
 * @returns {{ symbol: string, pair: string, from: number }[]}
 */
export function copiesOf(pairs) {
  return Array.from({ length: COPIES }, (_, copy) =>
    pairs.map((pair) => ({ symbol: `${pair}${copy}`, pair, from: copy * STEP })),
  ).flat()
}

/**
 * Replays the rows of some symbols: every 1m kline as it stands at half its time and when it has closed, and behind it the
 * 5m kline that has closed by then. To be called in a thread of its own.
 *
 * While an engine runs there is a cycle between two rows, as there is in any feed: a decision over several intervals waits
 * for the others until the next kline of its own, and one that comes in the same microsecond leaves them no time.
 * @param {any} writer
 * @param {{ klines: Record<string, Record<'1m' | '5m', any>>, symbols: ReturnType<typeof copiesOf>, rows: number }} market
 * @param {Int32Array} words
 * @param {number} thread
 */
export function replay(writer, { klines, symbols, rows }, words, thread) {
  const fives = symbols.map(({ pair, from }) => {
    const start = klines[pair]['1m'].openTime[from]
    return klines[pair]['5m'].openTime.findIndex((/** @type {number} */ time) => time >= start)
  })
  for (let row = 0; row < rows; row++) {
    for (const [i, { symbol, pair, from }] of symbols.entries()) {
      const { '1m': one, '5m': five } = klines[pair]
      const kline = at(one, from + row)
      const close = (/** @type {number} */ time) => {
        while (five.openTime[fives[i]] + 300_000 <= time)
          writer.updateKline(symbol, '5m', at(five, fives[i]++))
      }
      // Where 1m klines are missing: a decision never waits for longer than for the next 1m kline.
      close(kline.openTime)
      writer.updateKline(symbol, '1m', { ...kline, close: kline.open, closed: false })
      writer.updateKline(symbol, '1m', kline)
      close(kline.openTime + 60_000)
    }
    Atomics.store(words, ROWS + thread, row + 1)
    if (row === rows - LEFT) Atomics.wait(words, OVER, 0)
    const epoch = epochOf(writer)
    for (let ms = 0; ms < PACE_MS && epochOf(writer) === epoch; ms++) Atomics.wait(words, NEVER, 0, 1)
  }
}

/**
 * Counts the cycles of the engine whose memory is written to.
 * @param {any} writer
 */
function epochOf({ handle: { memory, layout } }) {
  return Atomics.load(new Int32Array(memory.buffer), layout.epoch / 4)
}

/**
 * @param {any} columns
 * @param {number} row
 */
function at({ openTime, open, high, low, close, volume }, row) {
  return {
    openTime: openTime[row],
    open: open[row],
    high: high[row],
    low: low[row],
    close: close[row],
    volume: volume[row],
    closed: true,
  }
}
