// Any sequence of symbols coming and going, late data, settings and clock jumps gives what a small model says, and whoever
// folds the deltas never acts twice. TICKSCAN_PROPERTY_RUNS sets how many sequences are tried,
// TICKSCAN_PROPERTY_SEED which.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import { createScanner } from 'tickscan'
import { MINUTE, NOON } from './helpers/session-market.mjs'
import { FILTER_LEVEL, SessionModel } from './helpers/session-model.mjs'

const dist = new URL('./', import.meta.resolve('tickscan'))
const RUNS = Number(process.env.TICKSCAN_PROPERTY_RUNS ?? 40)
const SEED = process.env.TICKSCAN_PROPERTY_SEED
const NAMES = ['A', 'B', 'C', 'D', 'E']

/** After every command: a cycle has run, and everything that can be seen is what the model says. */
async function agree(model, { scanner, told, wrong }) {
  model.cycle()
  assert.equal(scanner.session.active, model.active)
  assert.deepEqual(
    scanner.session.lagging.map(({ symbol, stalled }) => [symbol, stalled]),
    model.names(({ lagging }) => lagging).map((symbol) => [symbol, model.symbols.get(symbol).stalled]),
  )
  assert.deepEqual(
    scanner.symbols.map(({ symbol }) => symbol),
    [...model.symbols.keys()],
  )
  const matching = (one) => one.price > FILTER_LEVEL
  assert.deepEqual(scanner.matches('t', { internal: true }), model.names(matching))
  const shown = model.names((one) => matching(one) && model.shows(one))
  assert.deepEqual(scanner.matches('t'), shown)
  for (const [symbol, one] of model.symbols) {
    assert.equal(scanner.klines(symbol).length > 0, model.shows(one) && one.price !== undefined, symbol)
  }
  assert.deepEqual(wrong, [])
  // What was told of symbols that are shown is what matches; of the others it is what was told last.
  const visible = model.names((one) => model.shows(one))
  if (model.active)
    assert.deepEqual(
      visible.filter((symbol) => told.has(symbol)),
      shown,
    )
  if (model.active) for (const symbol of told) assert.ok(model.symbols.has(symbol), `${symbol} has left`)
}

class Command {
  constructor(name, given, run, check = () => true) {
    Object.assign(this, { name, given, act: run, check: (model) => check(model, given) })
  }
  async run(model, real) {
    await this.act(model, real, this.given)
    await agree(model, real)
  }
  toString() {
    return `${this.name}(${JSON.stringify(this.given)})`
  }
}

const exists = (model, { symbol }) => model.symbols.has(symbol)
const symbol = fc.constantFrom(...NAMES)
// Mostly in time, or nothing would ever be told.
const lag = fc.constantFrom(0, 0, 0, 0, 30, 60, 61, 300)
const seconds = fc.constantFrom(0, 30, 60, 61, 300)

const klines = fc.record({ symbol, lag, count: fc.integer({ min: 1, max: 8 }), high: fc.boolean() }).map(
  (given) =>
    new Command(
      'klines',
      given,
      async (model, { scanner }, { symbol: name, lag, count, high }) => {
        const first = Math.max(model.symbols.get(name).newest + 1, model.now - lag * 1000)
        for (let i = 0; i < count; i++) {
          const closeTime = first + i * 20_000
          const close = high ? FILTER_LEVEL + 1 + i : FILTER_LEVEL
          const kline = {
            openTime: closeTime - MINUTE,
            open: close,
            high: close,
            low: close,
            close,
            volume: 1,
          }
          scanner.writer.updateKline(name, '1m', { ...kline, closed: true })
          model.kline(name, closeTime, close)
        }
        await scanner.processUpdates()
      },
      exists,
    ),
)

const all = [
  // The page is loaded again: the same symbols in a new scanner, which knows nothing of who was late.
  fc.constant({}).map(
    (given) =>
      new Command('reload', given, async (model, real) => {
        await real.scanner.close()
        const names = [...model.symbols.keys()]
        Object.assign(model, new SessionModel(model.now))
        for (const name of names) model.add(name, undefined)
        Object.assign(real, await open(names, real.time))
      }),
  ),
  fc.record({ symbol, threshold: fc.option(seconds, { nil: undefined }) }).map(
    (given) =>
      new Command(
        'add',
        given,
        async (model, { scanner }, { symbol: name, threshold }) => {
          await scanner.addSymbol(name, threshold === undefined ? {} : { catchupThresholdSeconds: threshold })
          model.add(name, threshold)
        },
        (model, { symbol: name }) => !model.symbols.has(name),
      ),
  ),
  fc.record({ symbol }).map(
    (given) =>
      new Command(
        'remove',
        given,
        async (model, { scanner }, { symbol: name }) => {
          await scanner.removeSymbol(name)
          model.remove(name)
        },
        exists,
      ),
  ),
  klines,
  fc.record({ symbol }).map(
    (given) =>
      new Command(
        'ticker',
        given,
        async (model, { scanner }, { symbol: name }) => {
          scanner.writer.updateTicker(name, { last: 1 })
          model.touch(name)
          await scanner.processUpdates()
        },
        exists,
      ),
  ),
  fc.constantFrom(-120, -1, 1, 20, 60, 181, 400).map(
    (jump) =>
      new Command('clock', jump, async (model, { scanner, time }) => {
        time.now += jump * 1000
        model.now = time.now
        await scanner.processUpdates()
      }),
  ),
  // The engine dies and another takes its place: the model stays as it is.
  fc.constant('').map(
    (given) =>
      new Command(
        'restart',
        given,
        async (model, { scanner, workers }) => {
          model.restarts++
          const restored = new Promise((resolve) =>
            scanner.addEventListener(
              'restart',
              ({ detail }) => detail.phase === 'restored' && resolve(detail),
            ),
          )
          workers[workers.length - 1].terminate()
          await restored
        },
        // More deaths than these within five minutes are none to recover from.
        ({ restarts }) => restarts < 2,
      ),
  ),
  fc
    .record(
      {
        catchupThresholdSeconds: seconds,
        catchupCheckInterval: fc.integer({ min: 1, max: 4 }),
        stalledAfterSeconds: fc.constantFrom(30, 180),
        scope: fc.constantFrom('session', 'symbol'),
      },
      { requiredKeys: [] },
    )
    .map(
      (given) =>
        new Command('settings', given, async (model, { scanner }) => {
          await scanner.setConfig({ session: given })
          Object.assign(model.settings, given)
        }),
    ),
]

/** Klines come more often than anything else. */
const commands = [...all, klines, klines, klines]

/** Folds what the outside is told, and notes whoever would act twice. */
function listen(scanner) {
  const told = new Set()
  const wrong = []
  scanner.addEventListener('error', ({ detail }) => wrong.push(String(detail)))
  scanner.addEventListener('signals', ({ detail: { snapshot, entered, left, matches } }) => {
    if (!scanner.session.active) wrong.push('told while inactive')
    if (snapshot && !matches) told.clear()
    for (const name of left) if (!told.delete(name)) wrong.push(`${name} left twice`)
    for (const { symbol: name } of entered) {
      if (told.has(name)) wrong.push(`${name} entered twice`)
      told.add(name)
    }
    for (const { symbol: name } of matches ?? []) if (!told.has(name)) wrong.push(`${name} was never told`)
  })
  return { told, wrong }
}

async function open(symbols, time) {
  const workers = []
  const createWorker = () => {
    workers.push(new Worker(new URL('node/worker.cjs', dist), { name: 'tickscan-engine' }))
    return workers[workers.length - 1]
  }
  const scanner = await createScanner({
    symbols,
    intervals: ['1m'],
    maxSymbols: NAMES.length,
    maxKlines: 20,
    threads: 1,
    createWorker,
    clock: () => time.now,
    session: { catchupCheckInterval: 3 },
    traders: [{ id: 't', filter: `close > ${FILTER_LEVEL}`, columns: { price: 'close' } }],
  })
  return { scanner, workers, time, ...listen(scanner) }
}

async function setUp() {
  const time = { now: NOON }
  const model = new SessionModel(NOON)
  const names = NAMES.slice(0, 3)
  for (const name of names) model.add(name, undefined)
  return { model, real: await open(names, time) }
}

test('sessions do what the model says', { timeout: 300_000 + 1500 * RUNS }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { maxCommands: 40, size: 'max' }), async (sequence) => {
      const state = await setUp()
      try {
        await fc.asyncModelRun(() => state, sequence)
      } finally {
        await state.real.scanner.close()
      }
    }),
    { numRuns: RUNS, ...(SEED === undefined ? {} : { seed: Number(SEED) }) },
  )
})
