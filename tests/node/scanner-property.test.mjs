// Any sequence of writes, cycles, traders that come and go, against Maps: through the public API and the real engine.
// The epoch starts just before its wrap-around, the ring is small enough to wrap. fast-check prints the seed and the
// shortest sequence that fails.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createScanner } from 'tickscan'

// The boundaries of words and blocks, and the last partial word.
const SLOTS = [0, 31, 32, 63, 64, 69]
const SYMBOLS = Array.from({ length: 70 }, (_, i) => `S${i}`)
const MAX_KLINES = 3
const RUNS = Number(process.env.TICKSCAN_PROPERTY_RUNS ?? 60)

const slot = fc.constantFrom(...SLOTS)
const price = fc.integer({ min: 1, max: 9 })
const operation = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('ticker'), slot, price }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('kline'), slot, price, closed: fc.boolean() }) },
  // As many as wrap the ring, now and then.
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('closes'), slot, prices: fc.array(price, { maxLength: 6 }) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('cycle') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('add'), level: price }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove') }) },
)

/** What the scanner must know: the newest price of each record, and what each trader therefore matches. */
class Model {
  tickers = new Map()
  closes = new Map()
  closed = new Map()
  traders = new Map()

  matches(level) {
    const true_ = (at) => this.tickers.get(at) > level || this.closes.get(at) < level
    return SLOTS.filter(true_).map((at) => SYMBOLS[at])
  }
}

async function run(operations) {
  const scanner = await createScanner({
    symbols: SYMBOLS,
    intervals: ['1m'],
    maxKlines: MAX_KLINES,
    threads: 1,
  })
  try {
    const { memory, layout } = scanner.writer.handle
    Atomics.store(new Int32Array(memory.buffer), layout.epoch / 4, 2 ** 31 - 3)
    const model = new Model()
    let minute = 0
    let added = 0
    const step = {
      ticker({ slot, price }) {
        scanner.writer.updateTicker(slot, { last: price })
        model.tickers.set(slot, price)
      },
      kline({ slot, price, closed }) {
        const openTime = ++minute * 60_000
        const kline = { openTime, open: price, high: price, low: price, close: price, volume: 1, closed }
        assert.ok(scanner.writer.updateKline(slot, '1m', kline))
        model.closes.set(slot, price)
        if (closed) model.closed.set(slot, [...(model.closed.get(slot) ?? []), price].slice(-MAX_KLINES))
      },
      closes({ slot, prices }) {
        for (const price of prices) step.kline({ slot, price, closed: true })
      },
      async cycle() {
        await scanner.processUpdates()
      },
      async add({ level }) {
        const id = `t${added++}`
        await scanner.addTrader({ id, filter: `last > ${level} or close < ${level}` })
        model.traders.set(id, level)
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
      if (one.do !== 'cycle' && one.do !== 'add') continue
      for (const [id, level] of model.traders) assert.deepEqual(scanner.matches(id), model.matches(level), id)
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

test('any sequence of writes, cycles and traders gives what the Maps say', async () => {
  const sequences = fc.array(operation, { minLength: 5, maxLength: 60 })
  await fc.assert(fc.asyncProperty(sequences, run), { numRuns: RUNS })
})
