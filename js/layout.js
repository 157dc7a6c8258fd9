/**
 * The layout descriptor on the JavaScript side: its names, its checks, and the symbol table that it points to.
 * C++ (src/market/layout.cpp) is the only source of the numbers; they come with READY and inside a writer's
 * handle. Nothing here computes an offset that C++ could have published.
 *
 * Whoever holds the shared memory can write all of it, so every count and length is copied once and
 * range-checked before it is used.
 *
 * Offsets are bytes. Divide by 4 or 8 to index a view; shifts would break above 2 GiB.
 */

import { TickscanError } from './errors.js'

/** The version of the layout that this code reads and writes. */
export const LAYOUT_VERSION = 1

/** Keys are slot + generation × this. */
export const KEY_SLOTS = 8192

/** Values of a symbol's state word. */
export const SYMBOL_FREE = 0

// biome-ignore format: rows by table, not one name per line
const LAYOUT_NAMES = /** @type {const} */ ([
  'magic', 'version', 'descriptor', 'regionBytes',
  'maxSymbols', 'maxKlines', 'intervalCount', 'rowCount', 'rowWords',
  'symbolTableVersion', 'symbolCount', 'symbols', 'symbolStride', 'symbolGeneration', 'symbolState',
  'symbolNameLength', 'symbolName', 'symbolNameBytes',
  'tickers', 'tickerStride', 'boxState', 'boxWriter', 'boxVersion', 'boxOwner', 'boxSlots', 'tickerSlotBytes',
  'series', 'seriesStride', 'seriesBoxSlots', 'klineSlotBytes', 'seriesClosedCount', 'seriesRevision',
  'seriesHistoryCount', 'seriesGaps', 'seriesLate', 'seriesDuplicates', 'seriesDropped', 'seriesCorrections',
  'rings', 'ringStride', 'ringColumnBytes', 'ringCapacity',
  'dirty', 'epoch', 'idle', 'retired', 'heartbeat', 'running', 'suspects', 'suspectCount', 'traderRefs',
  'maxTraders',
  'writers', 'writerStride', 'writerClaim', 'writerUpdates', 'writerRejected', 'writerWriting', 'maxWriters',
  'times', 'loaded', 'lags', 'lagStride',
  'debugEnabled', 'debugNext', 'debugEntries', 'debugEntryBytes', 'debugCapacity',
  'lanesTicker', 'lanesTickerVersion', 'lanesTickerStride', 'lanesNow', 'lanesNowVersion', 'lanesNowStride',
  'lanesPerBlock',
])

/** @typedef {Record<(typeof LAYOUT_NAMES)[number], number>} Layout */

/**
 * A kline interval: its name in filters and options, its length in milliseconds.
 * @typedef {{ name: string, ms: number }} Interval
 */

/**
 * All that a thread needs to write market data: plain data and the shared memory, so it can be cloned into any
 * worker. `attachWriter(handle)` makes a writer of it.
 * @typedef {object} MarketHandle
 * @property {'tickscan-market'} kind
 * @property {WebAssembly.Memory} memory
 * @property {Layout} layout
 * @property {Interval[]} intervals the configured ones, in the order of their rows
 * @property {readonly string[]} [derive] those that are made of the shortest one
 * @property {WebAssembly.Memory[]} [spares] empty memories for later engines (successor.js)
 */

/**
 * Checks a handle against itself and against the memory it names.
 * @param {unknown} value
 * @returns {MarketHandle}
 * @throws {TickscanError} E_LAYOUT
 */
export function checkHandle(value) {
  const handle = /** @type {any} */ (value)
  if (typeof handle !== 'object' || handle === null || handle.kind !== 'tickscan-market') {
    throw layoutError('this is not a handle', 'the object that scanner.writer.handle gives')
  }
  const { memory, layout, intervals } = handle
  const buffer = memory?.buffer
  if (typeof SharedArrayBuffer === 'undefined' || !(buffer instanceof SharedArrayBuffer)) {
    throw layoutError("the handle's memory is not shared WebAssembly memory", 'a shared WebAssembly.Memory')
  }
  checkLayout(layout, buffer)
  if (!isDerive(handle.derive, intervals)) {
    throw layoutError(
      "the handle's derive is no list of its intervals",
      'a list of interval names, or nothing',
    )
  }
  if (!Array.isArray(intervals) || intervals.length !== layout.intervalCount) {
    throw layoutError("the handle's intervals do not fit its layout", `${layout.intervalCount} intervals`)
  }
  return handle
}

/**
 * @param {unknown} derive
 * @param {unknown} intervals
 */
function isDerive(derive, intervals) {
  if (derive === undefined) return true
  if (!Array.isArray(derive) || !Array.isArray(intervals)) return false
  return derive.every((name) => intervals.some((interval) => interval.name === name))
}

/**
 * @param {any} layout
 * @param {SharedArrayBuffer} buffer
 * @returns {asserts layout is Layout}
 */
function checkLayout(layout, buffer) {
  if (typeof layout !== 'object' || layout === null) throw layoutError('the layout is missing', 'an object')
  for (const name of LAYOUT_NAMES) {
    const number = Object.hasOwn(layout, name) ? layout[name] : undefined
    if (!Number.isSafeInteger(number) || number < 0) {
      throw layoutError(`the layout's ${name} is ${String(number)}`, 'a whole number from 0')
    }
  }
  if (layout.version !== LAYOUT_VERSION) {
    throw layoutError(`the layout has version ${layout.version}`, `version ${LAYOUT_VERSION}`)
  }
  checkRegions(layout, buffer)
  const words = new Int32Array(buffer, layout.descriptor, 3)
  for (const [i, name] of ['magic', 'version', 'regionBytes'].entries()) {
    const stored = Atomics.load(words, i) >>> 0
    if (stored !== layout[name]) {
      throw layoutError(`the memory's ${name} is ${stored}`, `${layout[name]}, as the layout says`)
    }
  }
}

/**
 * Every table lies inside the region, and the region inside the memory: a write past a view's end would be
 * dropped in silence.
 * @param {Layout} layout
 * @param {SharedArrayBuffer} buffer
 */
function checkRegions(layout, buffer) {
  const start = layout.descriptor
  const end = start + layout.regionBytes
  const series = layout.maxSymbols * layout.intervalCount
  if (end > buffer.byteLength) {
    throw layoutError(
      `the region ends at byte ${end}`,
      `at most ${buffer.byteLength}, the size of the memory`,
    )
  }
  const tables = /** @type {[string, number, number][]} */ ([
    ['descriptor', layout.descriptor, 12],
    ['symbols', layout.symbols, layout.maxSymbols * layout.symbolStride],
    ['tickers', layout.tickers, layout.maxSymbols * layout.tickerStride],
    ['series', layout.series, series * layout.seriesStride],
    ['rings', layout.rings, series * layout.ringStride],
    ['dirty', layout.dirty, 2 * layout.rowCount * layout.rowWords * 4],
    ['times', layout.times, layout.maxSymbols * 4],
    ['loaded', layout.loaded, series * 4],
    ['writers', layout.writers, layout.maxWriters * layout.writerStride],
    ['debugEntries', layout.debugEntries, layout.debugCapacity * layout.debugEntryBytes],
    ['debugEnabled', layout.debugEnabled, 4],
    ['debugNext', layout.debugNext, 4],
    ['epoch', layout.epoch, 4],
    ['idle', layout.idle, 4],
    ['retired', layout.retired, 4],
    ['heartbeat', layout.heartbeat, 4],
    ['running', layout.running, 4],
    ['suspects', layout.suspects, layout.suspectCount * 4],
    ['traderRefs', layout.traderRefs, layout.maxTraders * 4],
    ['symbolTableVersion', layout.symbolTableVersion, 4],
    ['symbolCount', layout.symbolCount, 4],
  ])
  for (const [name, offset, bytes] of tables) {
    if (offset < start || offset + bytes > end || offset % 4 !== 0) {
      throw layoutError(`${name} lies at byte ${offset}`, `a place inside the region ${start} to ${end}`)
    }
  }
  for (const name of /** @type {const} */ ([
    'tickers',
    'tickerStride',
    'boxSlots',
    'tickerSlotBytes',
    'series',
    'seriesStride',
    'seriesBoxSlots',
    'klineSlotBytes',
    'rings',
    'ringStride',
    'ringColumnBytes',
  ])) {
    if (layout[name] % 8 !== 0) throw layoutError(`${name} is ${layout[name]}`, 'a multiple of 8')
  }
}

/**
 * The symbol table's entries, read by any thread. Names are written before their state.
 * @param {Layout} layout
 * @param {Int32Array} words over the whole memory
 * @returns {Map<string, number>} symbol → key
 */
export function readSymbols(layout, words) {
  const decoder = new TextDecoder()
  /** @type {Map<string, number>} */
  const keys = new Map()
  // Not as far as the count says: a wrong one would hide symbols until the next change of the table.
  for (let slot = 0; slot < layout.maxSymbols; slot++) {
    const at = layout.symbols + slot * layout.symbolStride
    if (Atomics.load(words, (at + layout.symbolState) / 4) === SYMBOL_FREE) continue
    const generation = Atomics.load(words, (at + layout.symbolGeneration) / 4)
    const bytes = Atomics.load(words, (at + layout.symbolNameLength) / 4)
    if (bytes < 0 || bytes > layout.symbolNameBytes) continue
    // Copied first: browsers refuse to decode a view of shared memory.
    const name = new Uint8Array(words.buffer, at + layout.symbolName, bytes).slice()
    keys.set(decoder.decode(name), slot + generation * KEY_SLOTS)
  }
  return keys
}

/**
 * @param {string} message
 * @param {string} expected
 */
function layoutError(message, expected) {
  return new TickscanError('E_LAYOUT', message, {
    expected,
    hint: 'pass the handle of a live scanner made by the same version of tickscan',
  })
}
