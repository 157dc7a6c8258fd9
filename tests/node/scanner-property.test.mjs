// Any sequence of writes, cycles, settings, and of traders that come, change, wait and go, against Maps: through the public API and the real engine.
// The epoch starts just before its wrap-around, the ring is small enough to wrap. fast-check prints the seed and the
// shortest sequence that fails.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createScanner } from 'tickscan'
import { fold } from './helpers/series.mjs'

// The boundaries of words and blocks, and the last partial word.
const SLOTS = [0, 31, 32, 63, 64, 69]
const SYMBOLS = Array.from({ length: 70 }, (_, i) => `S${i}`)
const MAX_KLINES = 3
const RUNS = Number(process.env.TICKSCAN_PROPERTY_RUNS ?? 60)

const slot = fc.constantFrom(...SLOTS)
const price = fc.integer({ min: 1, max: 9 })
const cooldown = fc.constantFrom(0, 3, 8)
const refresh = fc.constantFrom(0, 2, 5)
const operation = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('ticker'), slot, price }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('kline'), slot, price, closed: fc.boolean() }) },
  // As many as wrap the ring, now and then.
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('closes'), slot, prices: fc.array(price, { maxLength: 6 }) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('cycle') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('add'), level: price, cooldown, refresh }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('update'),
      at: fc.nat(),
      level: fc.option(price, { nil: undefined }),
      cooldown: fc.option(cooldown, { nil: undefined }),
      refresh: fc.option(refresh, { nil: undefined }),
      enabled: fc.option(fc.boolean(), { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.integer({ min: 1, max: 9 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('configure'), updateTracking: fc.boolean(), batchSymbols: price }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove') }) },
)

/** What the scanner must know: the newest price of each record, and what each trader therefore matches. */
class Model {
  tickers = new Map()
  closes = new Map()
  closed = new Map()
  traders = new Map()
  written = new Set()
  scansAll = false
  now = 1000

  /** What a cycle finds, trader by trader and symbol by symbol. `changed` alone is decided at once. */
  cycle(changed) {
    for (const trader of this.traders.values()) {
      if (trader === changed || trader.enabled) this.decide(trader, trader === changed)
    }
    this.written = new Set()
  }

  decide(trader, atOnce) {
    // Every record that was written makes its symbol dirty to every trader: all read both rows.
    for (const at of this.written) trader.waiting.add(at)
    const due = atOnce || trader.decided + trader.refresh <= this.now
    if (!due) return
    let decided = atOnce || trader.waiting.size > 0 || this.scansAll
    for (const at of SLOTS) {
      const truth = this.tickers.get(at) > trader.level || this.closes.get(at) < trader.level
      if (!trader.enabled || !truth) {
        trader.matches.delete(at)
      } else if (!trader.matches.has(at) && !(this.now < trader.entered.get(at) + trader.cooldown)) {
        trader.matches.add(at)
        trader.entered.set(at, this.now)
        decided = true
      }
    }
    if (decided) trader.decided = this.now
    trader.waiting.clear()
  }
}

async function run(operations) {
  const model = new Model()
  const scanner = await createScanner({
    symbols: SYMBOLS,
    intervals: ['1m'],
    maxKlines: MAX_KLINES,
    threads: 1,
    clock: () => model.now,
  })
  const folded = new Map()
  scanner.addEventListener('signals', ({ detail }) => fold(folded, detail))
  try {
    const { memory, layout } = scanner.writer.handle
    Atomics.store(new Int32Array(memory.buffer), layout.epoch / 4, 2 ** 31 - 3)
    let minute = 0
    let added = 0
    const step = {
      ticker({ slot, price }) {
        scanner.writer.updateTicker(slot, { last: price })
        model.tickers.set(slot, price)
        model.written.add(slot)
      },
      kline({ slot, price, closed }) {
        const openTime = ++minute * 60_000
        const kline = { openTime, open: price, high: price, low: price, close: price, volume: 1, closed }
        assert.ok(scanner.writer.updateKline(slot, '1m', kline))
        model.closes.set(slot, price)
        model.written.add(slot)
        if (closed) model.closed.set(slot, [...(model.closed.get(slot) ?? []), price].slice(-MAX_KLINES))
      },
      closes({ slot, prices }) {
        for (const price of prices) step.kline({ slot, price, closed: true })
      },
      async cycle() {
        await scanner.processUpdates()
        model.cycle()
      },
      async add({ level, cooldown, refresh }) {
        const gate = { cooldown, refresh }
        const id = `t${added++}`
        await scanner.addTrader({ id, filter: filterOf(level), ...gate })
        const fresh = { matches: new Set(), entered: new Map(), waiting: new Set(), decided: -Infinity }
        model.traders.set(id, { level, ...gate, enabled: true, ...fresh })
        model.cycle(model.traders.get(id))
      },
      async update({ at, level, cooldown, refresh, enabled }) {
        const [id, trader] = [...model.traders][at % model.traders.size] ?? []
        if (id === undefined) return
        const filter = level === undefined ? undefined : filterOf(level)
        await assert.rejects(scanner.updateTrader(id, { cooldown, filter: 'last >' }), { code: 'E_SYNTAX' })
        await scanner.updateTrader(id, { filter, cooldown, refresh, enabled })
        // Times of entering are only known where there was a cooldown, and go on where there still is one.
        if (trader.cooldown === 0 || cooldown === 0) trader.entered.clear()
        Object.assign(trader, {
          level: level ?? trader.level,
          cooldown: cooldown ?? trader.cooldown,
          refresh: refresh ?? trader.refresh,
          enabled: enabled ?? trader.enabled,
        })
        trader.waiting.clear()
        model.cycle(trader)
      },
      wait({ ms }) {
        model.now += ms
      },
      async configure({ do: _, ...settings }) {
        await scanner.setConfig(settings)
        model.scansAll = !settings.updateTracking
      },
      async remove() {
        const [id] = model.traders.keys()
        if (id === undefined) return
        await scanner.removeTrader(id)
        model.traders.delete(id)
      },
    }
    for (const one of operations) {
      await step[one.do](one)
      for (const [id, trader] of model.traders) {
        const wanted = SLOTS.filter((at) => trader.matches.has(at)).map((at) => SYMBOLS[at])
        assert.deepEqual(scanner.matches(id), wanted, id)
        assert.deepEqual([...(folded.get(id) ?? [])].sort(), [...wanted].sort(), `${id}, folded`)
      }
    }
    await scanner.processUpdates()
    for (const at of SLOTS) {
      const symbol = SYMBOLS[at]
      assert.equal(scanner.ticker(symbol)?.last, model.tickers.get(at), symbol)
      assert.equal(scanner.klines(symbol).at(-1)?.close, model.closes.get(at), symbol)
      const closed = scanner.klines(symbol).filter((kline) => kline.closed)
      assert.deepEqual(
        closed.map(({ close }) => close),
        model.closed.get(at) ?? [],
        symbol,
      )
    }
    const { core, sweepFound } = await scanner.status()
    assert.equal(core.unscanned, 0)
    assert.equal(sweepFound, 0)
  } finally {
    await scanner.close()
  }
}

const filterOf = (level) => `last > ${level} or close < ${level}`

test('any sequence of writes, cycles and traders gives what the Maps say', async () => {
  const sequences = fc.array(operation, { minLength: 5, maxLength: 60 })
  await fc.assert(fc.asyncProperty(sequences, run), { numRuns: RUNS, includeErrorInReport: true })
})
