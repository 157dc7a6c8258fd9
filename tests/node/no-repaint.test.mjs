// A decision on a closed kline stands, however the klines came: live ticks before, the intervals' closes in any order,
// several in one cycle, more data afterwards. Over real 1m and 5m klines, an exchange outage among them.

import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { createScanner } from 'tickscan'
import { moments, WAYS } from './helpers/delivery.mjs'
import { skipKlines } from './helpers/klines.mjs'

const PAIRS = ['ADABTC', 'BTCUSDT', 'DOGEBTC', 'ETHUSDT']
// From the night before the outage of 2021-09-29, 06:59 to 09:00 UTC, to the afternoon after it.
const FROM = Date.UTC(2021, 8, 28, 21)
const TO = Date.UTC(2021, 8, 29, 15)
// Where klines are missing a decision waits in vain for another interval, is made at the next base close, and says so.
const OUTAGE = { from: Date.UTC(2021, 8, 29, 6, 59), to: Date.UTC(2021, 8, 29, 9, 5) }

const TRADERS = [
  { id: 'dip', interval: '1m', filter: 'rsi(14) < 40 and close > ema(close, 20)@5m' },
  { id: 'tie', interval: '1m', filter: 'close == sma(close, 3) or close > bbands(20).upper' },
  { id: 'cross', interval: '1m', filter: 'crosses_above(close, sma(close, 5)@5m)' },
  { id: 'past', interval: '1m', filter: '(close - close@5m)[1] > 0 and volume > 1.5 * sma(volume, 10)' },
  { id: 'since', interval: '1m', filter: 'bars_since(close@5m < open@5m) >= 3 and close > open' },
  {
    id: 'swing',
    interval: '1m',
    filter: 'supertrend(7, 2).direction > 0 and pivot_high(2, 2).bars == 2 or held(close > open, 4)',
  },
  { id: 'slow', interval: '5m', filter: 'close > sma(close, 5) and macd(3, 6, 4).hist > 0' },
  { id: 'inside', interval: '5m', filter: 'rsi(7)@1m < 50 and close < open' },
  {
    id: 'mixed',
    interval: '5m',
    filter: 'close@1m >= highest(high, 10)@1m[1] or count(close > open, 3) == 3',
  },
]
const COLUMNS = { price: 'close@1m', trend: 'ema(close, 10)@5m - close@1m', strength: 'rsi(5)' }

/** @typedef {{ signals: string[], late: number, tickDeltas: number, series: Record<string, Float64Array> }} Run */

/**
 * Tells the market to a new scanner; every change of every `on: 'close'` trader, sorted. `late` counts what waited in
 * vain outside the outage.
 * @param {import('./helpers/delivery.mjs').Step[]} steps
 * @returns {Promise<Run>}
 */
async function run(steps) {
  const scanner = await createScanner({
    symbols: PAIRS,
    intervals: ['1m', '5m'],
    maxKlines: 2000,
    threads: 1,
    traders: [
      ...TRADERS.map((trader) => ({ ...trader, on: /** @type {const} */ ('close'), columns: COLUMNS })),
      { id: 'tick', filter: 'close > sma(close, 5)', on: 'tick' },
    ],
  })
  /** @type {string[]} */
  const signals = []
  let [late, tickDeltas] = [0, 0]
  for (const step of steps) {
    for (const { symbol, interval, kline } of step) scanner.writer.updateKline(symbol, interval, kline)
    const { deltas } = await scanner.processUpdates()
    for (const { traderId, time, entered, left, late: wasLate } of deltas) {
      if (traderId === 'tick') {
        tickDeltas++
        continue
      }
      if (wasLate && !(time >= OUTAGE.from && time <= OUTAGE.to)) late++
      const at = `${new Date(time).toISOString()} ${traderId}`
      for (const { symbol, columns } of entered) signals.push(`${at} ${symbol} ${JSON.stringify(columns)}`)
      for (const symbol of left) signals.push(`${at} ${symbol} left`)
    }
  }
  /** @type {Record<string, Float64Array>} */
  const series = {}
  for (const { id, filter, interval } of TRADERS) {
    for (const symbol of PAIRS) series[`${id} ${symbol}`] = await scanner.series(filter, symbol, interval)
  }
  await scanner.close()
  return { signals: signals.sort(), late, tickDeltas, series }
}

describe('no repaint', { skip: skipKlines }, () => {
  const market = skipKlines ? [] : moments(PAIRS, FROM, TO)
  /** @type {Run} */
  let plain
  before(async () => {
    plain = await run(WAYS['closed klines only'](market))
  })

  it('closed klines alone give signals of every trader', (t) => {
    for (const { id } of TRADERS) {
      const own = plain.signals.filter((signal) => signal.split(' ')[1] === id)
      t.diagnostic(`${id}: ${own.length} signals`)
      assert.ok(own.length > 20, id)
    }
    assert.equal(plain.late, 0)
  })

  for (const [name, way] of Object.entries(WAYS).slice(1)) {
    it(`${name}: the same signals`, async (t) => {
      const steps = way(market)
      const { signals, late, tickDeltas } = await run(steps)
      t.diagnostic(`${steps.length} cycles, ${signals.length} signals, ${tickDeltas} deltas on ticks`)
      assertSame(signals, plain.signals)
      assert.equal(late, 0)
      if (name.includes('ticks')) assert.ok(tickDeltas > 2 * plain.tickDeltas, 'the ticks would repaint')
    })
  }

  it('the signals are those that the series of the filters say', () => {
    for (const { id, interval } of TRADERS) {
      for (const symbol of PAIRS) {
        const closes = market
          .filter((moment) => writesOf(moment, interval).some((write) => write.symbol === symbol))
          .map(({ time }) => time)
        const values = plain.series[`${id} ${symbol}`]
        assert.equal(values.length, closes.length)
        const changes = closes
          .filter((_, i) => (values[i] === 1) !== (i > 0 && values[i - 1] === 1))
          .map((time) => new Date(time).toISOString())
        const own = plain.signals
          .map((signal) => signal.split(' '))
          .filter((s) => s[1] === id && s[2] === symbol)
        assert.deepEqual(
          own.map(([time]) => time),
          changes,
          `${id} ${symbol}`,
        )
      }
    }
  })

  it('later data changes no earlier signal and no earlier value', async (t) => {
    for (const share of [0.21, 0.5, 0.83]) {
      const part = market.slice(0, Math.floor(share * market.length))
      const end = new Date(part[part.length - 1].time).toISOString()
      const { signals, series } = await run(WAYS['closed klines only'](part))
      t.diagnostic(`until ${end}: ${signals.length} of ${plain.signals.length} signals`)
      assertSame(
        signals,
        plain.signals.filter((signal) => signal.split(' ')[0] <= end),
      )
      for (const [key, values] of Object.entries(series)) {
        assert.deepEqual(values, plain.series[key].subarray(0, values.length), key)
      }
    }
  })
})

/**
 * @param {import('./helpers/delivery.mjs').Moment} moment
 * @param {string} interval
 */
function writesOf({ minutes, fives }, interval) {
  return interval === '1m' ? minutes : fives
}

/**
 * The first difference says more than thousands of lines.
 * @param {string[]} actual
 * @param {string[]} expected
 */
function assertSame(actual, expected) {
  const at = expected.findIndex((signal, i) => signal !== actual[i])
  if (at >= 0) assert.fail(`signal ${at} is ${actual[at]}, expected ${expected[at]}`)
  assert.equal(actual.length, expected.length)
}
