// A trader is added while a ring is full and one more kline has been closed that no cycle has seen: its warm-up runs up to
// where the others stand, and must not ask for the kline that the ring has just given up.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createScanner } from 'tickscan'

const MAX_KLINES = 8

for (const on of ['close', 'tick']) {
  test(`a trader on: '${on}' that comes when the ring is full and a kline is new`, async (t) => {
    const scanner = await createScanner({
      symbols: ['A'],
      intervals: ['1m'],
      maxKlines: MAX_KLINES,
      threads: 1,
    })
    t.after(() => scanner.close())
    const close = (n, price) => {
      const kline = { openTime: n * 60_000, open: 5, high: 9, low: 1, close: price, volume: 1, closed: true }
      assert.ok(scanner.writer.updateKline('A', '1m', kline))
    }
    await scanner.addTrader({ id: 'before', filter: 'close > open', on })
    for (let n = 0; n < MAX_KLINES + 2; n++) close(n, 3)
    await scanner.processUpdates()
    close(MAX_KLINES + 2, 9)
    await scanner.addTrader({ id: 'behind', filter: 'close > sma(close, 3)', on })
    await scanner.processUpdates()
    assert.deepEqual([scanner.matches('before'), scanner.matches('behind')], [['A'], ['A']])
    // Nothing of it goes on: the next kline is taken as ever.
    close(MAX_KLINES + 3, 2)
    const { updatedSymbols } = await scanner.processUpdates()
    assert.equal(updatedSymbols, 1)
    assert.deepEqual([scanner.matches('before'), scanner.matches('behind')], [[], []])
    assert.equal((await scanner.processUpdates()).updatedSymbols, 0)
  })
}
