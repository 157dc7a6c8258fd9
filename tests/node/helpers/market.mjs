/**
 * A market region built in JavaScript as the C++ core builds it (src/market/layout.cpp, store.cpp), with the reader's
 * half of the protocol: what tests of the writers read back. The numbers are the core's; the end-to-end tests
 * prove that the real descriptor has the same names.
 */

export const MS = { '1s': 1e3, '1m': 60e3, '5m': 300e3, '1h': 3600e3 }
const TICKER_DOUBLES = 10
const KLINE_DOUBLES = 6
const MAX_WRITERS = 4
const DEBUG_ENTRIES = 100

/** Offsets and strides of a region that starts at byte `base`. */
export function makeLayout({ maxSymbols, maxKlines, intervalCount, base = 1024 }) {
  const rowCount = 1 + intervalCount
  const rowWords = Math.ceil(maxSymbols / 64) * 2
  const ringCapacity = maxKlines + 1
  const ringColumnBytes = ringCapacity * 8
  const ringStride = ringColumnBytes * KLINE_DOUBLES
  let end = base
  const place = (bytes) => {
    const at = end
    end = Math.ceil((at + bytes) / 64) * 64
    return at
  }
  const descriptor = place(24)
  const control = place(20)
  const suspects = place(64 * 4)
  const traderRefs = place(1024 * 4)
  const writers = place(16 * MAX_WRITERS)
  const symbols = place(64 * maxSymbols)
  const dirty = place(2 * rowCount * rowWords * 4)
  const times = place(maxSymbols * 4)
  const debug = place(8 + 16 * DEBUG_ENTRIES)
  const loaded = place(4 * maxSymbols * intervalCount)
  const lags = place(16 * maxSymbols)
  const tickers = place(256 * maxSymbols)
  const series = place(192 * maxSymbols * intervalCount)
  const rings = place(ringStride * maxSymbols * intervalCount)
  return {
    magic: 0x4b435354,
    version: 1,
    descriptor,
    regionBytes: end - base,
    maxSymbols,
    maxKlines,
    intervalCount,
    rowCount,
    rowWords,
    symbolTableVersion: descriptor + 16,
    symbolCount: descriptor + 20,
    symbols,
    symbolStride: 64,
    symbolGeneration: 0,
    symbolState: 4,
    symbolNameLength: 8,
    symbolName: 16,
    symbolNameBytes: 48,
    tickers,
    tickerStride: 256,
    boxState: 0,
    boxWriter: 4,
    boxVersion: 8,
    boxOwner: 12,
    boxSlots: 16,
    tickerSlotBytes: TICKER_DOUBLES * 8,
    series,
    seriesStride: 192,
    seriesBoxSlots: 48,
    klineSlotBytes: KLINE_DOUBLES * 8,
    seriesClosedCount: 16,
    seriesRevision: 20,
    seriesHistoryCount: 24,
    seriesGaps: 28,
    seriesLate: 32,
    seriesDuplicates: 36,
    seriesDropped: 40,
    seriesCorrections: 44,
    rings,
    ringStride,
    ringColumnBytes,
    ringCapacity,
    dirty,
    epoch: control,
    idle: control + 4,
    retired: control + 8,
    heartbeat: control + 12,
    running: control + 16,
    suspects,
    suspectCount: 64,
    traderRefs,
    maxTraders: 1024,
    writers,
    writerStride: 16,
    writerClaim: 0,
    writerUpdates: 4,
    writerRejected: 8,
    writerWriting: 12,
    maxWriters: MAX_WRITERS,
    times,
    loaded,
    lags,
    lagStride: 16,
    debugEnabled: debug,
    debugNext: debug + 4,
    debugEntries: debug + 8,
    debugEntryBytes: 16,
    debugCapacity: DEBUG_ENTRIES,
    // The engine's ingested copy is its own and lies outside of the region: these tests have no engine.
    lanesTicker: 0,
    lanesTickerVersion: 0,
    lanesTickerStride: 0,
    lanesNow: 0,
    lanesNowVersion: 0,
    lanesNowStride: 0,
    lanesPerBlock: 64,
  }
}

/** A region in its first state, with symbols, and the reader's side of it. */
export class Market {
  constructor({ symbols = ['AAA', 'BBB'], intervals = ['1m', '5m'], maxSymbols = 64, maxKlines = 5 } = {}) {
    const layout = makeLayout({ maxSymbols, maxKlines, intervalCount: intervals.length })
    const pages = Math.ceil((layout.descriptor + layout.regionBytes) / 65536)
    this.layout = layout
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
    this.words = new Int32Array(this.memory.buffer)
    this.doubles = new Float64Array(this.memory.buffer)
    this.intervals = intervals.map((name) => ({ name, ms: MS[name] }))
    this.handle = { kind: 'tickscan-market', memory: this.memory, layout, intervals: this.intervals }
    this.#initialise()
    this.readerSlots = new Map()
    for (const symbol of symbols) this.addSymbol(symbol)
  }

  #initialise() {
    const { layout } = this
    this.set(layout.descriptor, layout.magic)
    this.set(layout.descriptor + 4, layout.version)
    this.set(layout.descriptor + 8, layout.regionBytes)
    for (let s = 0; s < layout.maxSymbols; s++) {
      this.#initialiseBox(this.tickerAt(s), layout.boxSlots, TICKER_DOUBLES)
      for (let row = 0; row < layout.intervalCount; row++) {
        this.#initialiseBox(this.seriesAt(s, row), layout.seriesBoxSlots, KLINE_DOUBLES)
      }
    }
  }

  #initialiseBox(at, slots, doubles) {
    this.set(at + this.layout.boxState, 1)
    this.set(at + this.layout.boxWriter, 2 | (1 << 2))
    this.doubles.fill(Number.NaN, (at + slots) / 8, (at + slots) / 8 + 3 * doubles)
  }

  get(byte) {
    return this.words[byte / 4]
  }

  set(byte, value) {
    this.words[byte / 4] = value
  }

  tickerAt(symbol) {
    return this.layout.tickers + symbol * this.layout.tickerStride
  }

  seriesAt(symbol, row) {
    return this.layout.series + (symbol * this.layout.intervalCount + row) * this.layout.seriesStride
  }

  /** As the engine adds one: the name before the state, the table's version last. */
  addSymbol(symbol, slot = this.get(this.layout.symbolCount)) {
    const { layout } = this
    const at = layout.symbols + slot * layout.symbolStride
    const name = new TextEncoder().encode(symbol)
    new Uint8Array(this.memory.buffer).set(name, at + layout.symbolName)
    this.set(at + layout.symbolNameLength, name.length)
    this.set(at + layout.symbolState, 1)
    this.set(layout.symbolCount, Math.max(slot + 1, this.get(layout.symbolCount)))
    this.set(layout.symbolTableVersion, this.get(layout.symbolTableVersion) + 1)
    return slot
  }

  removeSymbol(slot) {
    const at = this.layout.symbols + slot * this.layout.symbolStride
    this.set(at + this.layout.symbolState, 0)
    this.set(at + this.layout.symbolGeneration, this.get(at + this.layout.symbolGeneration) + 1)
    this.set(this.layout.symbolTableVersion, this.get(this.layout.symbolTableVersion) + 1)
  }

  /** The reader's step: the newest record of a mailbox, or undefined if nothing is fresh. */
  #take(at, slots, doubles) {
    const state = (at + this.layout.boxState) / 4
    if ((Atomics.load(this.words, state) & 4) === 0) return undefined
    const mine = this.readerSlots.get(at) ?? 0
    const slot = Atomics.exchange(this.words, state, mine) & 3
    this.readerSlots.set(at, slot)
    const from = (at + slots) / 8 + slot * doubles
    return Array.from(this.doubles.subarray(from, from + doubles))
  }

  takeTicker(symbol) {
    const fields = this.#take(this.tickerAt(symbol), this.layout.boxSlots, TICKER_DOUBLES)
    if (!fields) return undefined
    const [last, bid, ask, open24h, high24h, low24h, volume24h, quoteVolume24h, change24h, time] = fields
    return { last, bid, ask, open24h, high24h, low24h, volume24h, quoteVolume24h, change24h, time }
  }

  takeLive(symbol, row) {
    const fields = this.#take(this.seriesAt(symbol, row), this.layout.seriesBoxSlots, KLINE_DOUBLES)
    return fields && klineOf(fields)
  }

  /** The klines that a ring keeps, oldest first. */
  ring(symbol, row) {
    const { layout } = this
    const count = this.counter(symbol, row, 'seriesClosedCount')
    const base = layout.rings + (symbol * layout.intervalCount + row) * layout.ringStride
    const klines = []
    for (let n = Math.max(0, count - layout.maxKlines); n < count; n++) {
      const fields = []
      for (let c = 0; c < KLINE_DOUBLES; c++) {
        fields.push(this.doubles[(base + c * layout.ringColumnBytes) / 8 + (n % layout.ringCapacity)])
      }
      klines.push(klineOf(fields))
    }
    return klines
  }

  counter(symbol, row, name) {
    return this.get(this.seriesAt(symbol, row) + this.layout[name])
  }

  /** Rows whose bit of a symbol is set, in either buffer; the bits are taken. */
  drain(symbol) {
    const { layout } = this
    const rows = []
    for (let buffer = 0; buffer < 2; buffer++) {
      for (let row = 0; row < layout.rowCount; row++) {
        const at = layout.dirty + ((buffer * layout.rowCount + row) * layout.rowWords + (symbol >> 5)) * 4
        const bit = 1 << (symbol & 31)
        if (this.get(at) & bit) rows.push({ buffer, row })
        this.set(at, this.get(at) & ~bit)
      }
    }
    return rows
  }

  /** A copy of the whole region, to show that a refused write left no trace. */
  image() {
    const { descriptor, regionBytes } = this.layout
    return Buffer.from(new Uint8Array(this.memory.buffer, descriptor, regionBytes).slice())
  }
}

function klineOf([openTime, open, high, low, close, volume]) {
  return { openTime, open, high, low, close, volume }
}

/** A kline with a valid shape; n-th of its interval. */
export function kline(n, more = {}) {
  return {
    openTime: n * 60e3,
    open: 1,
    high: 3,
    low: 1,
    close: 2 + n / 100,
    volume: 10,
    closed: true,
    ...more,
  }
}

/** The code that a call throws with. */
export function codeOf(run) {
  try {
    run()
  } catch (error) {
    return error.code
  }
  return undefined
}
