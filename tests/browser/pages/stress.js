// Writers in several threads against an engine that scans meanwhile, the same in Node and in Chrome: every update
// written must be scanned or coalesced with a later one of its record, and no record may ever be seen torn.
//
// Every field of a record carries the same number, so a trader that looks for two different ones in a record
// matches nothing unless a read was torn. Neighbouring symbols belong to different writers, so that these set
// bits in the same words.

const MINUTE = 60_000
/** Looking at the clock costs more than a write. */
const WRITES_BETWEEN_LOOKS = 256

const TORN_TICKER =
  'last != bid or bid != ask or ask != open_24h or open_24h != high_24h or high_24h != low_24h or ' +
  'low_24h != volume_24h or volume_24h != quote_volume_24h or quote_volume_24h != change_24h'
const TORN_KLINE = 'open != high or high != low or low != close or close != volume'

/**
 * What one writer thread does for a while.
 * @param {import('tickscan').MarketWriter} writer
 * @param {{ index: number, writers: number, symbols: number, ms: number }} share
 * @returns {{ written: number, tickers: [number, number][], klines: [number, number][] }} the last value of each record
 */
export function writeFor(writer, { index, writers, symbols, ms }) {
  const tickers = new Map()
  const klines = new Map()
  const end = performance.now() + ms
  let written = 0
  for (let value = 1; performance.now() < end; ) {
    for (let i = 0; i < WRITES_BETWEEN_LOOKS; i++, value++) {
      const symbol = (index + writers * value) % symbols
      writer.updateTicker(symbol, tickerOf(value))
      tickers.set(symbol, value)
      // The neighbour's klines: two writers share the symbol, each with a record of its own.
      const other = (symbol + 1) % symbols
      writer.updateKline(other, '1m', klineOf(value, value % 3 === 0))
      klines.set(other, value)
      written += 2
    }
  }
  return { written, tickers: [...tickers], klines: [...klines] }
}

/** @param {number} v */
function tickerOf(v) {
  return {
    last: v,
    bid: v,
    ask: v,
    open24h: v,
    high24h: v,
    low24h: v,
    volume24h: v,
    quoteVolume24h: v,
    change24h: v,
  }
}

/**
 * @param {number} v
 * @param {boolean} closed
 */
function klineOf(v, closed) {
  return { openTime: v * MINUTE, open: v, high: v, low: v, close: v, volume: v, closed }
}

/**
 * Runs writers and cycles at once, then compares.
 * @param {import('tickscan').Scanner} scanner with the interval 1m and `symbols` symbols
 * @param {(share: any) => Promise<ReturnType<typeof writeFor>>} runWriter in a thread of its own
 * @param {{ writers: number, symbols: number, ms: number }} options
 */
export async function stress(scanner, runWriter, { writers, symbols, ms }) {
  let torn = 0
  scanner.addEventListener('signals', () => {
    torn++
  })
  await scanner.addTrader({ id: 'ticker', filter: TORN_TICKER })
  await scanner.addTrader({ id: 'live', filter: TORN_KLINE })
  await scanner.addTrader({ id: 'closed', filter: TORN_KLINE, on: 'close' })

  let writing = true
  const shares = Array.from({ length: writers }, (_, index) => ({ index, writers, symbols, ms }))
  const done = Promise.all(shares.map(runWriter)).finally(() => {
    writing = false
  })
  let cycles = 0
  for (; writing; cycles++) await scanner.processUpdates()
  const reports = await done
  await scanner.processUpdates()
  await scanner.processUpdates()

  const seen = { tickers: await scanner.evaluate('last'), klines: await scanner.evaluate('close') }
  const names = scanner.symbols.map(({ symbol }) => symbol)
  let lost = 0
  for (const report of reports) {
    for (const [symbol, value] of report.tickers) if (seen.tickers.get(names[symbol]) !== value) lost++
    for (const [symbol, value] of report.klines) if (seen.klines.get(names[symbol]) !== value) lost++
  }
  const { core, updates, sweepFound } = await scanner.status()
  const written = reports.reduce((sum, report) => sum + report.written, 0)
  const { scannedWrites: scanned, coalescedWrites: coalesced, unscanned } = core
  return { written, updates, scanned, coalesced, unscanned, lost, torn, sweepFound, cycles }
}
