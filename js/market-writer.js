/**
 * MarketWriter: writes tickers and klines straight into shared memory. It never blocks, sends no message and
 * allocates nothing per update. One writer per thread: `scanner.writer`, and `attachWriter(handle)` in others.
 * A record (a symbol's ticker, or one of its series) belongs to the writer that wrote it first, until it is
 * released; another one's write is refused with E_OWNED.
 *
 * This file is the public face: keys, errors, batches. How records are written stands in ticker-writer.js,
 * kline-writer.js and history.js; the words that they share with the engine in market-memory.js; why a write was
 * refused in writer-errors.js.
 */

import { TickscanError } from './errors.js'
import { checkHistory, mergeColumns, mergeHistory } from './history.js'
import { KlineWriter } from './kline-writer.js'
import { checkHandle, KEY_SLOTS, readSymbols, SYMBOL_FREE } from './layout.js'
import { LiveDerivation } from './live-derivation.js'
import { INVALID, MarketMemory, OWNED, REMOVED, STALE, WRITTEN } from './market-memory.js'
import { makeSpares } from './successor.js'
import { TickerWriter } from './ticker-writer.js'
import { derivedError, intervalError, refusalError, symbolError } from './writer-errors.js'

/** @import { Ticker } from './ticker-writer.js' */
/** @import { Kline } from './kline-writer.js' */
/** @import { History, HistoryResult } from './history.js' */
/** @import { MarketHandle } from './layout.js' */

/**
 * A symbol's name, or its index (`index` in `scanner.symbols`), which saves looking the name up.
 * @typedef {string | number} SymbolKey
 */

/**
 * @typedef {object} WriterOptions
 * @property {() => void} [onWake] called when a write has woken an idle engine
 */

/**
 * @typedef {object} BatchResult
 * @property {number} written updates that were published
 * @property {number} ignored late or duplicate klines
 * @property {number} rejected updates that were refused; the others were not held up
 * @property {TickscanError | undefined} firstError why the first one was refused
 */

export class MarketWriter {
  // Immutable after construction.
  /** Not the handle itself: its memory is let go of when the writer moves on to the next engine's. */
  #layout
  #maxSymbols
  #symbolTable
  #symbolWords
  #stateWord
  #generationWord
  #memory
  #tickers
  #klines
  /** @type {LiveDerivation | undefined} */
  #derivation
  /** @type {Map<string, number>} interval name → row */
  #rows
  /** @type {string | undefined} */
  #lastInterval
  /** @type {number | undefined} */
  #lastRow
  // What follows is a cache of the symbol table, renewed when the table's version has moved.
  /** @type {Map<string, number>} */
  #keys = new Map()
  #tableVersion = -1

  /**
   * @param {MarketHandle} handle
   * @param {WriterOptions} [options]
   * @throws {TickscanError} E_LAYOUT; E_LIMIT when all writers are taken
   */
  constructor(handle, { onWake = nothing } = {}) {
    const { layout } = checkHandle(handle)
    this.#layout = layout
    this.#maxSymbols = layout.maxSymbols
    this.#symbolTable = layout.symbols / 4
    this.#symbolWords = layout.symbolStride / 4
    this.#stateWord = layout.symbolState / 4
    this.#generationWord = layout.symbolGeneration / 4
    this.#memory = new MarketMemory(handle, onWake)
    this.#tickers = new TickerWriter(this.#memory)
    this.#klines = new KlineWriter(this.#memory, handle.intervals)
    this.#rows = new Map(handle.intervals.map(({ name }, row) => [name, row]))
    const derive = handle.derive ?? []
    if (derive.length > 0) {
      this.#derivation = new LiveDerivation(this.#klines, handle.intervals, derive, (symbol) => {
        return this.#memory.words[this.#symbolTable + symbol * this.#symbolWords + this.#generationWord]
      })
    }
  }

  /** Plain data to clone into another thread, where `attachWriter(handle)` makes a writer of it. */
  get handle() {
    const { handle } = this.#memory
    // Made when somebody asks: a scanner whose page alone writes needs none.
    handle.spares ??= makeSpares(handle.memory)
    return handle
  }

  /**
   * For the scanner: goes on in the memory of its next engine.
   * @param {MarketHandle} handle
   */
  moveTo(handle) {
    if (this.#memory.id > 0) this.#memory.moveTo(handle)
  }

  /** Updates marked and updates refused by this writer so far (32-bit counters). */
  get counters() {
    return this.#memory.counters
  }

  /**
   * The key of a symbol, for calls that come often.
   * @param {string} symbol
   * @returns {number}
   * @throws {TickscanError} E_SYMBOL
   */
  keyOf(symbol) {
    const key = this.#find(symbol)
    if (key === undefined) throw this.#error(symbol, -1, undefined, undefined, INVALID)
    return key
  }

  /**
   * Publishes a symbol's ticker. Fields that are not given keep their values.
   * @param {SymbolKey} key
   * @param {Ticker} ticker
   * @throws {TickscanError} E_VALUE E_SYMBOL E_STALE_KEY E_OWNED E_CLOSED; the record stays as it was
   */
  updateTicker(key, ticker) {
    const number = this.#number(key)
    const result = number < 0 ? INVALID : this.#writeTicker(number, ticker)
    if (result >= STALE) throw this.#refused(this.#error(key, number, undefined, ticker, result))
  }

  /**
   * Publishes a kline: the live one as often as it changes, then once with `closed: true`. A closed kline at a
   * known open time is a correction; one between known ones fills a gap.
   * @param {SymbolKey} key
   * @param {string} interval
   * @param {Kline} kline
   * @returns {boolean} false if nothing changed: a late live kline or a duplicate closed one; both are counted
   * @throws {TickscanError} E_VALUE E_SYMBOL E_STALE_KEY E_INTERVAL E_STALE E_OWNED E_CLOSED; the record stays as it was
   */
  updateKline(key, interval, kline) {
    const number = this.#number(key)
    const row = this.#rowOf(interval)
    const result = number < 0 || row === undefined ? INVALID : this.#writeKline(number, row, kline)
    if (result >= STALE) throw this.#refused(this.#error(key, number, interval, kline, result))
    return result === WRITTEN
  }

  /**
   * Publishes many tickers; bad ones are counted and the others written.
   * @param {Iterable<Ticker & { symbol: SymbolKey }>} tickers
   * @returns {BatchResult}
   */
  updateTickers(tickers) {
    return this.#batch(tickers, (ticker) => {
      this.updateTicker(ticker.symbol, ticker)
      return true
    })
  }

  /**
   * Publishes many klines; bad ones are counted and the others written.
   * @param {Iterable<Kline & { symbol: SymbolKey, interval: string }>} klines
   * @returns {BatchResult}
   */
  updateKlines(klines) {
    return this.#batch(klines, (kline) => this.updateKline(kline.symbol, kline.interval, kline))
  }

  /**
   * Loads closed klines, oldest first, merged with what the series has: at equal open times the loaded values
   * win. The newest maxKlines are kept. A claim that the load makes ends with it.
   * @param {SymbolKey} key
   * @param {string} interval
   * @param {History} history
   * @returns {HistoryResult}
   * @throws {TickscanError} E_VALUE E_SYMBOL E_STALE_KEY E_INTERVAL E_OWNED E_CLOSED; the series stays as it was
   */
  loadHistory(key, interval, history) {
    const number = this.#key(key)
    const row = this.#rows.get(interval)
    if (this.#memory.id < 0 || number < 0 || row === undefined) {
      throw this.#refused(this.#error(key, number, interval, history, INVALID))
    }
    const columns = this.#checked(history)
    const symbol = number % KEY_SLOTS
    if (!this.#memory.enter(symbol, number)) {
      throw this.#refused(this.#error(key, number, interval, history, REMOVED))
    }
    try {
      const result = this.#load(symbol, row, columns)
      if (result === undefined) throw this.#refused(this.#error(key, number, interval, history, OWNED))
      return result
    } finally {
      this.#memory.leave()
    }
  }

  /**
   * Loads a history and what is made of it, all or nothing; undefined if another writer owns one of the series.
   * @param {number} symbol
   * @param {number} row
   * @param {ArrayLike<number>[]} columns
   * @returns {HistoryResult | undefined}
   */
  #load(symbol, row, columns) {
    /** @type {{ row: number, columns: ArrayLike<number>[], held: boolean }[]} */
    const loads = []
    const claim = (/** @type {{ row: number, columns: ArrayLike<number>[] }} */ load) => {
      const held = this.#memory.owns(this.#klines.box(symbol, load.row))
      if (!this.#klines.claim(symbol, load.row)) return false
      loads.push({ ...load, held })
      return true
    }
    const all = claim({ row, columns }) && this.#made(symbol, row, columns).every(claim)
    const { maxKlines } = this.#layout
    const results = all
      ? loads.map((load) => mergeHistory(this.#klines, symbol, load.row, load.columns, maxKlines))
      : []
    if (all) this.#derivation?.forget(symbol)
    for (const one of loads) if (!one.held) this.#memory.release(this.#klines.box(symbol, one.row))
    return results[0]
  }

  /**
   * The longer klines that a history makes, together with the parts that the ring has already.
   * @param {number} symbol
   * @param {number} row
   * @param {ArrayLike<number>[]} columns
   */
  #made(symbol, row, columns) {
    const derivation = this.#derivation
    if (derivation === undefined || row !== derivation.source) return []
    const { columns: kept } = this.#klines.kept(symbol, row)
    const all = mergeColumns(columns, kept, Number.POSITIVE_INFINITY)
    return derivation.derive(all).filter((made) => made.columns[0].length > 0)
  }

  /**
   * Lets another writer have a symbol's records.
   * @param {SymbolKey} key
   * @param {string} [interval] only this series; without it the ticker and all series
   */
  release(key, interval) {
    const number = this.#key(key)
    if (number < 0) throw this.#error(key, number, interval, undefined, INVALID)
    const symbol = number % KEY_SLOTS
    if (interval === undefined) {
      this.#releaseAll(symbol)
      return
    }
    const row = this.#rows.get(interval)
    if (row === undefined) throw this.#error(key, number, interval, undefined, INVALID)
    const rows = row === this.#derivation?.source ? [row, ...this.#derivation.rows] : [row]
    for (const one of rows) this.#memory.release(this.#klines.box(symbol, one))
  }

  /** Releases everything this writer owns and gives its place to the next. Idempotent. */
  close() {
    this.#memory.follow()
    if (this.#memory.id < 0) return
    for (let symbol = 0; symbol < this.#layout.maxSymbols; symbol++) this.#releaseAll(symbol)
    this.#memory.unregister()
  }

  /** @param {number} symbol */
  #releaseAll(symbol) {
    this.#memory.release(this.#tickers.box(symbol))
    for (let row = 0; row < this.#rows.size; row++) this.#memory.release(this.#klines.box(symbol, row))
  }

  /**
   * A feed repeats its interval: comparing with the last one costs a tenth of looking it up.
   * @param {string} interval
   */
  #rowOf(interval) {
    if (interval === this.#lastInterval) return this.#lastRow
    const row = this.#rows.get(interval)
    this.#lastInterval = interval
    this.#lastRow = row
    return row
  }

  /**
   * @param {number} key
   * @param {Ticker} ticker
   */
  #writeTicker(key, ticker) {
    if (typeof ticker !== 'object' || ticker === null) return INVALID
    return this.#tickers.write(key, ticker)
  }

  /**
   * @param {number} key
   * @param {number} row
   * @param {Kline} kline
   */
  #writeKline(key, row, kline) {
    if (typeof kline !== 'object' || kline === null) return INVALID
    if (this.#derivation !== undefined) return this.#writeDeriving(this.#derivation, key, row, kline)
    return this.#klines.write(key, row, kline)
  }

  /**
   * Writes a kline, and those that are made of it.
   * @param {LiveDerivation} derivation
   * @param {number} key
   * @param {number} row
   * @param {Kline} kline
   */
  #writeDeriving(derivation, key, row, kline) {
    if (derivation.makes(row)) return INVALID
    if (row !== derivation.source) return this.#klines.write(key, row, kline)
    const symbol = key % KEY_SLOTS
    // Around all of it: what is made belongs to the same symbol.
    if (!this.#memory.enter(symbol, key)) return REMOVED
    try {
      // All series or none: a kline must not be written while what is made of it is refused.
      const owned = this.#memory.owns(this.#klines.box(symbol, row))
      if (!owned && !derivation.claim(symbol)) return OWNED
      const result = this.#klines.write(key, row, kline)
      if (result === WRITTEN) derivation.wrote(symbol, kline)
      return result
    } finally {
      this.#memory.leave()
    }
  }

  /**
   * A key as a number whose slot there is, or -1. Whether the key is still the slot's is looked at by
   * MarketMemory.enter.
   * @param {SymbolKey} key
   */
  #number(key) {
    // Before the key is looked up: the next engine may have other symbols, and the same ones in other slots.
    this.#memory.keepUp()
    const number = typeof key === 'number' ? key : (this.#find(key) ?? -1)
    const slot = number % KEY_SLOTS
    return slot >= 0 && slot < this.#maxSymbols && slot === (slot | 0) ? number : -1
  }

  /**
   * The number of a key that is a symbol's, or -1. Words of the symbol table are read plainly: a key that goes stale
   * in this very moment is found out by MarketMemory.enter.
   * @param {SymbolKey} key
   */
  #key(key) {
    const number = this.#number(key)
    return number >= 0 && this.#valid(number) ? number : -1
  }

  /** @param {number} key of a slot below maxSymbols */
  #valid(key) {
    const slot = key % KEY_SLOTS
    const { words } = this.#memory
    const record = this.#symbolTable + slot * this.#symbolWords
    return (
      words[record + this.#stateWord] !== SYMBOL_FREE &&
      words[record + this.#generationWord] * KEY_SLOTS + slot === key
    )
  }

  /** @param {string} symbol */
  #find(symbol) {
    // What was read while the table changed may name the next symbol of a slot by the one before: the version has moved then.
    const version = Atomics.load(this.#memory.words, this.#layout.symbolTableVersion / 4)
    if (version !== this.#tableVersion) {
      this.#keys = readSymbols(this.#layout, this.#memory.words)
      this.#tableVersion = version
    }
    const known = this.#keys.get(symbol)
    return known !== undefined && this.#valid(known) ? known : undefined
  }

  /**
   * @template T
   * @param {Iterable<T>} items
   * @param {(item: T) => boolean} write
   * @returns {BatchResult}
   */
  #batch(items, write) {
    /** @type {BatchResult} */
    const result = { written: 0, ignored: 0, rejected: 0, firstError: undefined }
    for (const item of items) {
      try {
        if (write(item)) result.written++
        else result.ignored++
      } catch (error) {
        result.rejected++
        result.firstError ??= refusalOf(error)
      }
    }
    return result
  }

  /** @param {unknown} history */
  #checked(history) {
    try {
      return checkHistory(history)
    } catch (error) {
      throw this.#refused(/** @type {TickscanError} */ (error))
    }
  }

  /**
   * Counts a refusal.
   * @param {TickscanError} error
   */
  #refused(error) {
    if (error.code !== 'E_CLOSED') this.#memory.countRejected()
    return error
  }

  /**
   * True for a key of an earlier generation of its slot.
   * @param {SymbolKey} key
   */
  #isStale(key) {
    if (typeof key !== 'number' || !Number.isInteger(key) || key < 0) return false
    const layout = this.#layout
    const slot = key % KEY_SLOTS
    if (slot >= layout.maxSymbols) return false
    const generation = (layout.symbols + slot * layout.symbolStride + layout.symbolGeneration) / 4
    return (key - slot) / KEY_SLOTS < Atomics.load(this.#memory.words, generation)
  }

  /**
   * Why a write was refused. `number` < 0 says that the key was bad.
   * @param {SymbolKey} key
   * @param {number} number of the key
   * @param {string | undefined} interval undefined for a ticker
   * @param {unknown} update
   * @param {number} result
   */
  #error(key, number, interval, update, result) {
    if (this.#memory.orphaned) {
      return new TickscanError('E_CLOSED', 'the engine was replaced more often than the handle can follow', {
        hint: 'attachWriter() to the new scanner.writer.handle',
      })
    }
    if (this.#memory.id < 0) return new TickscanError('E_CLOSED', 'the writer is closed')
    if (number < 0 || result === REMOVED || !this.#valid(number)) {
      return symbolError(key, this.#isStale(key), this.#keys.keys())
    }
    if (interval !== undefined) {
      const row = this.#rows.get(interval)
      if (row === undefined) return intervalError(interval, [...this.#rows.keys()])
      if (result === INVALID && this.#derivation?.makes(row)) return derivedError(interval)
    }
    return refusalError(key, interval, update, result, this.#layout.maxKlines)
  }
}

/**
 * A batch goes on after an update that was refused, or that is no object at all.
 * @param {unknown} error
 */
function refusalOf(error) {
  if (error instanceof TickscanError) return error
  return new TickscanError('E_VALUE', `an item of the batch: ${error}`, { expected: 'an object' })
}

function nothing() {}
