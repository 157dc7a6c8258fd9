/**
 * A replay during which engines are killed, and the same without. The same code in Node and in a page; what differs between
 * the two (workers, files) is passed in.
 *
 * Writers in threads of their own write on all the time, without a look at who reads. Deaths, one of each kind:
 *   terminate   from outside, in the middle of a scan: while the command that runs it is noted as running
 *   trap        the core's next indirect call traps (dying-worker)
 *   hang        the engine's thread loops for ever (dying-worker)
 */

import { copiesOf, OVER, ROWS } from './market.js'

const THREADS = 2
export const TRADERS = Object.freeze([
  {
    id: 'dip',
    filter: 'rsi(14) < 35 and close > ema(close, 20)@5m',
    on: 'close',
    columns: { rsi: 'rsi(14)' },
  },
  { id: 'cross', filter: 'crosses_above(ema(5), ema(13))', on: 'close' },
  { id: 'cool', filter: 'close > open', on: 'close', cooldown: 600_000 },
  { id: 'live', filter: 'close > sma(close, 10)', on: 'tick' },
])
/** Takes a while to warm up: a scan in whose middle there is time to die. */
const HEAVY = Array.from({ length: 6 }, (_, n) => `percent_rank(close * ${n + 1}, ${200 + n}) > 0.5`).join(
  ' or ',
)

/**
 * @typedef {object} Platform
 * @property {any} createScanner
 * @property {() => any} createWorker an engine worker that dies when it is told to
 * @property {(worker: any) => void} terminate
 * @property {(start: any) => { done: Promise<void>, end: () => void }} startWriter a thread that calls replay()
 * @property {Record<string, any>} klines by pair and interval
 * @property {number} rows of each symbol
 */

/**
 * @param {Platform} platform
 * @param {boolean} killing
 */
export async function run({ createScanner, createWorker, terminate, startWriter, klines, rows }, killing) {
  /** @type {any[]} */
  const workers = []
  const symbols = copiesOf(Object.keys(klines))
  const scanner = await createScanner({
    symbols: symbols.map(({ symbol }) => symbol),
    intervals: ['1m', '5m'],
    traderBytes: 2 ** 26,
    maxKlines: rows, // all of it fits: a decision that came late is still made
    threads: 2,
    traders: TRADERS,
    clock: () => 1,
    createWorker: () => {
      workers.push(createWorker())
      return workers.at(-1)
    },
  })
  const heard = listen(scanner)
  const words = new Int32Array(new SharedArrayBuffer(4 * (ROWS + THREADS)))
  words[OVER] = killing ? 0 : 1
  const writers = Array.from({ length: THREADS }, (_, thread) => {
    const share = symbols.filter((_, i) => i % THREADS === thread)
    const market = { klines, symbols: share, rows }
    return startWriter({ handle: scanner.writer.handle, market, words, thread })
  })
  await scanner.start({ everyMs: 50, minGapMs: 0, eventDriven: true })
  const written = () => Math.min(...words.subarray(ROWS))
  const deaths = []
  const kill = async (/** @type {string} */ how, /** @type {() => void} */ strike) => {
    const from = written()
    while (written() < from + 40) await pause()
    const { memory, layout } = scanner.writer.handle
    const before = heard.phases.length
    const rowsBefore = written()
    const at = performance.now()
    strike()
    const find = (/** @type {string} */ phase) =>
      heard.phases.slice(before).find((one) => one.phase === phase)
    while (!find('restored')) {
      await pause()
      // A busy machine may make it one death too many: then no engine follows, and whoever waits is told.
      if (heard.ended.length > 0) throw heard.ended[0]
    }
    // What the dead engine was doing.
    const running = Atomics.load(new Int32Array(memory.buffer), layout.running / 4)
    // Whatever comes after the death comes from the next engine.
    const isFirst = (/** @type {number} */ time) => time > find('died').at
    while (!heard.times.some(isFirst)) await pause()
    deaths.push({
      how,
      running,
      cause: find('died').cause,
      threads: find('restored').threads,
      noticedMs: find('died').at - at,
      signalsMs: heard.times.find(isFirst) - at,
      rowsMeanwhile: written() - rowsBefore,
      suspected: find('suspect') !== undefined,
    })
  }
  if (killing) {
    let heavy
    // Nothing else is under way: what runs next is the adding.
    for (let calls = 0; calls < 3; calls++) await scanner.status()
    await kill('terminate', () => {
      heavy = scanner.addTrader({ id: 'heavy', filter: HEAVY })
      const { memory, layout } = scanner.writer.handle
      const shared = new Int32Array(memory.buffer)
      while (Atomics.load(shared, layout.running / 4) === 0);
      terminate(workers.at(-1))
    })
    // It was under way: the next engine was given it.
    await heavy
    await scanner.removeTrader('heavy')
    for (const how of ['trap', 'hang']) await kill(how, () => workers.at(-1).postMessage({ doom: how }))
    Atomics.store(words, OVER, 1)
    Atomics.notify(words, OVER)
  }
  await Promise.all(writers.map(({ done }) => done))
  await scanner.stop()
  await scanner.processUpdates()
  await scanner.processUpdates()
  const ids = TRADERS.map(({ id }) => id)
  const status = await scanner.status()
  const result = {
    signals: heard.signals.filter((text) => !/^(live|heavy) /.test(text)).sort(),
    matches: ids.map((id) => scanner.matches(id)),
    folded: ids.map((id) =>
      symbols.map(({ symbol }) => symbol).filter((symbol) => heard.folded.get(id)?.has(symbol)),
    ),
    errors: heard.errors,
    deaths,
    restarts: status.restarts,
    sweepFound: status.sweepFound,
    gaps: symbols.map(({ symbol }) => scanner.counters(symbol, '1m').closed),
  }
  for (const { end } of writers) end()
  await scanner.close()
  return result
}

/** @param {any} scanner */
function listen(scanner) {
  /** @type {string[]} */ const signals = []
  /** @type {number[]} */ const times = []
  /** @type {any[]} */ const phases = []
  /** @type {string[]} */ const errors = []
  /** @type {Map<string, Set<string>>} */ const folded = new Map()
  scanner.addEventListener('signals', (/** @type {any} */ { detail }) => {
    const { traderId, time, snapshot, entered, left } = detail
    const set = snapshot || !folded.has(traderId) ? new Set() : folded.get(traderId)
    const note = (/** @type {string} */ text) => {
      signals.push(`${traderId} ${time} ${text}`)
      times.push(performance.now())
    }
    for (const { symbol, columns } of entered) {
      set.add(symbol)
      note(`${symbol} entered ${JSON.stringify(columns)}`)
    }
    for (const symbol of left) {
      set.delete(symbol)
      note(`${symbol} left`)
    }
    folded.set(traderId, set)
  })
  scanner.addEventListener('restart', (/** @type {any} */ { detail: { phase, threads, cause } }) => {
    phases.push({ phase, threads, cause: cause?.message, at: performance.now() })
  })
  /** @type {Error[]} */ const ended = []
  scanner.addEventListener('error', (/** @type {any} */ { detail }) => {
    errors.push(detail.message)
    if (detail.code === 'E_WORKER_DIED') ended.push(detail)
  })
  return { signals, times, phases, errors, folded, ended }
}

/** Lets messages have their turn. */
function pause() {
  return new Promise((resolve) => setTimeout(resolve, 2))
}
