/** Traders `on: 'close'` over the engine's end, where the next engine cannot simply decide everything again. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mortal } from './helpers/mortal.mjs'
import { walk } from './helpers/series.mjs'

const timeout = 60_000 // against a test that hangs, no measure of anything
const KLINES = 90
const symbols = Array.from({ length: 70 }, (_, i) => `S${i}`)
const minutes = symbols.map((_, i) => walk(i + 1, KLINES))
const last = (i) => minutes[i][KLINES - 1]
const mean = minutes.flat().reduce((sum, { close }) => sum + close, 0) / (symbols.length * KLINES)

/** Every signal as text, and folded: nothing enters or leaves twice. */
function listen(scanner) {
  const signals = []
  const folded = new Map()
  scanner.addEventListener('error', ({ detail }) => signals.push(String(detail)))
  scanner.addEventListener('signals', ({ detail: { traderId, time, snapshot, entered, left } }) => {
    const set = snapshot ? new Set() : (folded.get(traderId) ?? new Set())
    folded.set(traderId, set)
    for (const { symbol } of entered) {
      const twice = set.has(symbol) ? ' twice' : ''
      signals.push(`${traderId} ${time} ${symbol} entered${twice}`)
      set.add(symbol)
    }
    for (const symbol of left) {
      signals.push(`${traderId} ${time} ${symbol} left${set.delete(symbol) ? '' : ' twice'}`)
    }
  })
  return { signals, folded }
}

test('rings that keep less than came since the checkpoint: nothing is said twice, and matches are right', {
  timeout,
}, async (t) => {
  const traders = [
    { id: 'level', filter: `close > ${mean}`, on: 'close' },
    { id: 'up', filter: 'close > open', on: 'close' },
    { id: 'sma', filter: 'close > sma(close, 4)', on: 'close' },
  ]
  // The checkpoint comes when the traders have, the next one half a minute later: of 60 klines the engine keeps 8.
  const options = { symbols, maxSymbols: symbols.length, maxKlines: 8, traders }
  const { scanner, restart } = await mortal(t, options)
  const { signals, folded } = listen(scanner)
  const write = async (from, to) => {
    for (let n = from; n < to; n++) {
      for (const [i, symbol] of symbols.entries()) scanner.writer.updateKline(symbol, '1m', minutes[i][n])
      await scanner.processUpdates()
    }
  }
  await write(0, 60)
  const before = traders.map(({ id }) => scanner.matches(id))
  const said = signals.length
  await restart()
  await scanner.processUpdates()
  // No kline came: what was decided by the kline alone stays as it is.
  assert.deepEqual(
    signals.slice(said).filter((signal) => !signal.startsWith('sma')),
    [],
  )
  assert.deepEqual(
    traders.map(({ id }) => scanner.matches(id)),
    before,
  )
  await write(60, KLINES)
  assert.deepEqual(
    signals.filter((signal) => !/(entered|left)$/.test(signal)),
    [],
  )
  for (const { id } of traders) {
    assert.deepEqual(
      symbols.filter((symbol) => folded.get(id).has(symbol)),
      scanner.matches(id),
    )
  }
  assert.deepEqual(
    scanner.matches('level'),
    symbols.filter((_, i) => last(i).close > mean),
  )
  assert.deepEqual(
    scanner.matches('up'),
    symbols.filter((_, i) => last(i).close > last(i).open),
  )
})

test('after a snapshot, too, every close of the time without an engine is decided', {
  timeout,
}, async (t) => {
  const traders = [{ id: 'high', filter: 'close > 5', on: 'close' }]
  const { scanner, market, restart } = await mortal(t, { symbols: ['A'], traders })
  const { signals } = listen(scanner)
  const minute = (n) => n * 60_000
  // Set behind the client's, this timer runs when the client has asked how far the engine has decided.
  const checkpoint = async () => {
    await new Promise((resolve) => setTimeout(resolve, 0))
    await scanner.status()
  }
  await checkpoint()
  market.close('A', minute(1), 1)
  await scanner.snapshot('high')
  await checkpoint()
  await restart(() => {
    for (const n of [2, 3, 4, 5]) market.close('A', minute(n), n % 2 === 0 ? 6 : 1)
  })
  await scanner.processUpdates()
  assert.deepEqual(signals, [
    `high ${minute(2)} A entered`,
    `high ${minute(3)} A left`,
    `high ${minute(4)} A entered`,
    `high ${minute(5)} A left`,
  ])
})
