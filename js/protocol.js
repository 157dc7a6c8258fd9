/**
 * The messages between the page (client) and the engine worker: shapes alone, no behaviour.
 *
 *   command   { v, id: { incarnation, seq }, heard, type, …fields } client → worker
 *   ack       { v, type: 'ACK', id, ok: true, result, signals }    worker → client
 *             { v, type: 'ACK', id, ok: false, error: { code, message, position?, expected?, hint?, excerpt? }, signals }
 *   event     { v, type, …fields }                                 worker → client
 *   signal    { v, type }                                          client → worker, never acknowledged
 *
 * 1. Every command ends in exactly one ack. `incarnation` is new with every worker, `seq` counts from 1 and is
 *    applied in order; a `seq` that was applied before is answered with its first answer.
 *    The client may send a command again under its id as often as it likes, until it has the answer: it has those up to
 *    and with seq `heard`, which the worker then need not keep.
 * 2. Everything that a command causes (SIGNALS) is posted before its ack, and `signals` is the cycle of the SIGNALS
 *    that were posted last: whoever has not folded them has lost a message.
 * 3. Only own properties of a message are read, and only those that its row names.
 */

import { FILTER_ERROR_CODES } from './errors.js'

/** Version of the protocol; a message of another version is refused with E_PROTOCOL. */
export const PROTOCOL_VERSION = 1

/**
 * What a field must be. A name is a typeof; `integer` is a whole number from 0, `list` an array, `strings` one of
 * strings, `map` an object that is no array, `map|null` that or null; `?` behind it: may be missing.
 * @typedef {'string' | 'number' | 'boolean' | 'integer' | 'list' | 'strings' | 'map' | 'map|null' | 'object' | 'string?' |
 *   'number?' | 'boolean?' | 'integer?' | 'list?' | 'strings?' | 'map?' | 'map|null?'} FieldKind
 */

/**
 * @typedef {object} CommandRow
 * @property {Readonly<Record<string, FieldKind>>} fields
 * @property {readonly string[]} errors the codes that the command itself may be refused with
 * @property {boolean} [read] true: its answer may be large and is not kept. A duplicate is run again, until the client has
 *   the answer, and must change nothing
 * @property {boolean} [alone] true: needs no engine, and so no INIT before
 * @property {boolean} [later] true: comes with a later version; answered with E_UNSUPPORTED
 */

/**
 * What any command may be refused with, besides the codes of its row: it does not follow this table, it is to come again,
 * it or its answer could not be cloned, the engine has trapped or was shut down, or is in a state that should not exist.
 */
export const COMMON_ERRORS = Object.freeze(
  /** @type {const} */ ([
    'E_PROTOCOL',
    'E_UNKNOWN_MESSAGE',
    'E_BACKPRESSURE',
    'E_CLONE',
    'E_WASM',
    'E_CLOSED',
    'E_INTERNAL',
  ]),
)

/** @type {Readonly<Record<string, CommandRow>>} */
export const COMMANDS = Object.freeze({
  /**
   * Makes the engine; READY comes before its ack, whose result has READY's fields too, for a client that READY did not
   * reach. `core` is the compiled WebAssembly.Module. `lock` names a Web Lock to hold as long as the worker lives.
   * `carried` is what an engine that takes over from a dead one is given: engine-restore.js says what is in it; the
   * result then has `failed`, the traders that could not be added again.
   */
  INIT: {
    fields: {
      core: 'object',
      symbols: 'strings',
      intervals: 'strings',
      maxSymbols: 'integer',
      maxKlines: 'integer',
      maxTraders: 'integer',
      threads: 'integer',
      memoryLimit: 'integer',
      traderBytes: 'integer',
      session: 'map?',
      lock: 'string?',
      carried: 'map?',
    },
    errors: ['E_CONFIG', 'E_INTERVAL', 'E_SYMBOL', 'E_DUPLICATE', 'E_MEMORY', 'E_WASM', 'E_WORKER_LOAD'],
  },
  /**
   * Gives a symbol a slot, in which it can be written; it is scanned from START_SYMBOL on. `intervals` are those that
   * its feed brings, none: all. `order` is the client's number for this adding, which rises. → { symbol, key }
   */
  ADD_SYMBOL: {
    fields: { symbol: 'string', intervals: 'strings', thresholdSeconds: 'number?', order: 'integer?' },
    errors: ['E_SYMBOL', 'E_DUPLICATE', 'E_LIMIT', 'E_INTERVAL', 'E_CONFIG'],
  },
  /** Its history is loaded: the symbol takes part, from a cycle on that runs now. → { symbol, key } */
  START_SYMBOL: { fields: { key: 'integer', now: 'number' }, errors: ['E_SYMBOL'] },
  /**
   * Runs a cycle too, whose deltas say what the symbol left. → { symbol, key }. With `symbol`, and without a key if nobody
   * knows it: makes sure that there is none, after an ADD_SYMBOL that may have been carried out; one of a higher `order` is
   * another symbol of that name, and stays.
   */
  REMOVE_SYMBOL: {
    fields: { key: 'integer?', symbol: 'string?', order: 'integer?', now: 'number' },
    errors: ['E_SYMBOL'],
  },
  /**
   * Runs a cycle too, at the client's time `now`. `ref` is the client's number for the trader, never used twice; SIGNALS name it.
   * → { cost, warmup, replayable, missing }
   */
  ADD_TRADER: {
    fields: {
      ref: 'integer',
      traderId: 'string',
      filter: 'string',
      interval: 'string',
      on: 'string',
      columns: 'strings',
      columnFilters: 'strings',
      params: 'map?',
      cooldown: 'number?',
      refresh: 'number?',
      enabled: 'boolean?',
      now: 'number',
    },
    errors: [...FILTER_ERROR_CODES, 'E_HISTORY', 'E_MEMORY', 'E_DUPLICATE', 'E_CONFIG'],
  },
  /**
   * Changes what is named of a trader, all or nothing, and runs a cycle. `ref` goes on naming the trader in commands;
   * `as` is a new number, by which SIGNALS name it from this change on, so that the client knows which columns an
   * item has. → as ADD_TRADER
   */
  UPDATE_TRADER: {
    fields: {
      ref: 'integer',
      as: 'integer',
      filter: 'string?',
      interval: 'string?',
      on: 'string?',
      columns: 'strings?',
      columnFilters: 'strings?',
      params: 'map?',
      cooldown: 'number?',
      refresh: 'number?',
      enabled: 'boolean?',
      now: 'number',
    },
    errors: ['E_TRADER', ...FILTER_ERROR_CODES, 'E_HISTORY', 'E_MEMORY', 'E_DUPLICATE', 'E_CONFIG'],
  },
  REMOVE_TRADER: { fields: { ref: 'integer' }, errors: ['E_TRADER'] },
  /** All matches of one trader, or without `ref` of all, come as deltas with `snapshot`; runs a cycle. */
  SNAPSHOT: { fields: { ref: 'integer?', now: 'number' }, errors: ['E_TRADER'] },
  /**
   * How far traders `on: 'close'` have decided, for a successor to go on from there → { cycle, timelines: [{ refs, entered,
   * decided }] }, `decided` a close time by symbol slot, `entered` for each ref when each slot entered last, where it has a
   * cooldown. Comes after all SIGNALS that it includes; `cycle` is the last of them.
   */
  CHECKPOINT: { fields: {}, errors: [], read: true },
  /**
   * Takes what writers still put into the memories of engines before → { waiting } writers that have not moved yet.
   * `last`: they are waited for no longer, and what they own may be claimed by others.
   */
  RECOPY: { fields: { last: 'boolean' }, errors: [] },
  /**
   * Runs a cycle over all that is marked, in slices, between which messages are received. → { cycle (of the last
   * slice), epoch, updatedSymbols, skippedSymbols, filtersRun, filtersSkipped, elapsedUs, deltaEntries, fullEntries,
   * deltaBytes, fullBytes }. `snapshot`: the ref of a trader whose matches are sent in full afterwards.
   */
  PROCESS_UPDATES: { fields: { now: 'number', snapshot: 'integer?' }, errors: ['E_TRADER'] },
  /**
   * A filter's values now → { values: Float64Array by slot }. With `slot`: one value per closed kline of that
   * symbol → { values }. NaN is unknown. Runs a cycle before, but none when it comes again.
   */
  EVALUATE: {
    fields: { filter: 'string', interval: 'string', params: 'map?', slot: 'integer?', now: 'number' },
    errors: [...FILTER_ERROR_CODES, 'E_HISTORY', 'E_MEMORY', 'E_SYMBOL', 'E_DUPLICATE'],
    read: true,
  },
  /**
   * Whether a text would be taken, over the given intervals (`base` is the index of the default one) → { type, nodes,
   * intervals } or the error. `core` is the compiled WebAssembly.Module; the first of these two commands starts it.
   */
  VALIDATE_FILTER: {
    fields: {
      core: 'object',
      filter: 'string',
      intervals: 'strings',
      base: 'integer',
      params: 'map?',
      expression: 'boolean',
    },
    errors: [...FILTER_ERROR_CODES, 'E_DUPLICATE', 'E_WASM'],
    read: true,
    alone: true,
  },
  /** → { series, tickerFields, operators, functions, indicators, limits } */
  DESCRIBE_FILTERS: { fields: { core: 'object' }, errors: ['E_WASM'], read: true, alone: true },
  /** → { core: counters, memory: bytes of each part, cadence, threads, session } */
  GET_STATUS: { fields: {}, errors: [], read: true },
  /**
   * `cadence` { everyMs, minGapMs, eventDriven } starts the worker's own cycles, null stops them. `clockOffset` is
   * the client's clock − Date.now(), ms: a clock is a function and cannot be cloned, so the worker's own cycles
   * take Date.now(), which all threads share, plus this. `updateTracking` false: every cycle scans everything.
   * `batchSymbols`: dirty symbols of a slice. `session`: the settings that it has, and a cycle at `now`. `statusEveryMs`:
   * between two STATUS events, 0 for none. What is not named stays; all or nothing.
   */
  SET_CONFIG: {
    fields: {
      cadence: 'map|null?',
      clockOffset: 'number?',
      updateTracking: 'boolean?',
      batchSymbols: 'integer?',
      session: 'map?',
      statusEveryMs: 'number?',
      now: 'number?',
    },
    errors: ['E_CONFIG'],
  },
  /**
   * Reads a file of klines: `source` is one of { text, bytes, blob, url }, `derive` the longer intervals to make, as
   * { name, ms }, `keep` the most klines of each. Sent to a worker that runs no engine; PROGRESS tells how far it is.
   * → { history, derived: [{ interval, history, incomplete }], rows, duplicates, missing, gaps }
   */
  LOAD_HISTORY: {
    fields: {
      format: 'string',
      source: 'map',
      intervalMs: 'integer',
      derive: 'list',
      keep: 'integer',
      hyparquetUrl: 'string?',
    },
    errors: ['E_VALUE', 'E_CONFIG', 'E_UNSUPPORTED'],
    read: true,
    alone: true,
  },
  /** Ends the engine's threads; the client terminates the worker after the ack. */
  SHUTDOWN: { fields: {}, errors: [] },

  /** Traders over stored klines, as if they came live. */
  BACKTEST: { fields: {}, errors: ['E_UNSUPPORTED'], later: true },
})

/** Events, each with its fields. Those marked later are not sent yet. */
export const EVENTS = Object.freeze({
  /** The engine stands. `symbols` are { symbol, key, state } in the order of adding. */
  READY: { fields: { memory: 'object', layout: 'map', intervals: 'list', symbols: 'list', features: 'map' } },
  /**
   * The deltas of one cycle. `buffer` holds `valueCount` doubles, then `wordCount` 32-bit words; see signals.js.
   * `baseCycle` is the cycle of the SIGNALS before: a gap between the two is a lost message. `command` is the
   * seq of the command that ran the cycle, 0 for the engine's own. A large snapshot is cut into pages, each in a
   * message of its own: `page` counts a cycle's messages from 0, the last one has `last` true.
   */
  SIGNALS: {
    fields: {
      cycle: 'integer',
      baseCycle: 'integer',
      command: 'integer',
      page: 'integer',
      last: 'boolean',
      valueCount: 'integer',
      wordCount: 'integer',
      buffer: 'object',
    },
  },
  /** A symbol's state has changed: 'loading', 'ready' or 'removed'. 'ready' comes before the SIGNALS that name it,
   * 'removed' after the last that do; `signals` is the cycle of the SIGNALS before it. */
  SYMBOL: { fields: { symbol: 'string', key: 'integer', state: 'string', signals: 'integer?' } },
  /**
   * Who is late, and what may be shown; comes before the SIGNALS of its cycle. `lagging` is { slot, lagMs, stalled },
   * `muted` are slots. `resync`: symbols come back, and the SIGNALS of this cycle are snapshots of every trader.
   * `baseCycle` is the cycle of the SESSION before, of this engine; 0: there was none.
   */
  SESSION: {
    fields: {
      cycle: 'integer',
      baseCycle: 'integer',
      command: 'integer',
      time: 'number',
      active: 'boolean',
      resync: 'boolean',
      scope: 'string',
      lagging: 'list',
      muted: 'list',
    },
  },
  /** Something failed outside any command. `fatal`: the engine is lost. */
  ERROR: { fields: { error: 'map', fatal: 'boolean' } },
  /** How far the LOAD_HISTORY with the seq `command` is. */
  PROGRESS: {
    fields: { command: 'integer', bytes: 'integer', totalBytes: 'integer', klines: 'integer' },
  },
  /**
   * The answer to PING, in case that the heartbeat word in shared memory cannot be looked at. Comes by itself from an engine
   * that is long in taking over from a dead one.
   */
  HEARTBEAT: { fields: { cycle: 'integer' } },
  /** What GET_STATUS is answered with, in the rhythm that SET_CONFIG names. */
  STATUS: {
    fields: { core: 'map', memory: 'map', cadence: 'map|null', threads: 'integer', session: 'map' },
  },
  /** A trader's rule for telling somebody has come true. No trader has such rules yet. */
  ALERT: { fields: {}, later: true },
})

/**
 * Signals: hints that nothing depends on. WAKE says that data was marked where Atomics.waitAsync is missing. PING asks
 * for a sign of life: the heartbeat word moves and HEARTBEAT comes.
 */
export const SIGNALS_TO_WORKER = Object.freeze({ WAKE: { fields: {} }, PING: { fields: {} } })

/** Most messages that the worker keeps waiting; the next one is refused with E_BACKPRESSURE. */
export const INBOX_LIMIT = 4096

/** Answers of commands that the worker keeps for duplicates: as many as may be on their way. */
export const ANSWER_LIMIT = INBOX_LIMIT

/**
 * @typedef {{ incarnation: string, seq: number }} MessageId
 * @typedef {{ v: number, id: MessageId, type: string } & Record<string, any>} Command
 * @typedef {{ v: number, type: 'ACK', id: MessageId, ok: true, result: any, signals: number, session: number }} PositiveAck
 * @typedef {{ v: number, type: 'ACK', id: MessageId, ok: false, error: import('./errors.js').ErrorData,
 *   signals: number, session: number }} NegativeAck
 * @typedef {PositiveAck | NegativeAck} Ack
 */
