/**
 * What users of a scanner do all day, one row each. A row leaves everything as it found it: what is there afterwards that was
 * not there before was forgotten by somebody.
 */

import assert from 'node:assert/strict'
import { attachWriter } from '../../../js/index.js'
import { SPARES } from '../../../js/successor.js'
import { MINUTE } from './market.mjs'

/** @typedef {import('./market.mjs').Market} Market */

/** @type {{ name: string, run: (market: Market) => Promise<void> }[]} */
export const LIFE = [
  {
    name: 'a trader comes, changes, is asked, and goes',
    run: async (market) => {
      const { scanner } = market
      const columns = { last: 'last', mean: 'sma(close, 5)' }
      await market.wait(scanner.addTrader({ id: 'guest', filter: 'last > 50', columns, cooldown: 1000 }))
      await market.wait(scanner.updateTrader('guest', { filter: 'last > 60', columns: {} }))
      await market.wait(scanner.snapshot('guest'))
      await market.wait(scanner.updateTrader('guest', { enabled: false }))
      await market.wait(scanner.removeTrader('guest'))
    },
  },
  {
    name: 'a trader that decides at closes',
    run: async (market) => {
      const { scanner } = market
      await market.wait(
        scanner.addTrader({ id: 'closer', filter: 'crosses_above(ema(3), ema(9))', on: 'close' }),
      )
      // Behind the checkpoint that its coming asks for.
      await market.schedule.pass(20)
      await market.wait(scanner.removeTrader('closer'))
    },
  },
  {
    name: 'questions',
    run: async (market) => {
      const { scanner, names } = market
      await market.wait(scanner.processUpdates())
      await market.wait(scanner.evaluate('rsi(7) + atr(7)', { symbols: names.slice(0, 3) }))
      await market.wait(scanner.series('ema(5)', names[0]))
      for (const id of ['t0', 't7']) scanner.matches(id)
      scanner.klines(names[0], '1m', { last: 5 })
      scanner.klinesView(names[1], '1m')
      await market.wait(scanner.status())
    },
  },
  {
    name: 'what is refused',
    run: async (market) => {
      const { scanner, schedule } = market
      await refused(market, 'E_NAME', scanner.addTrader({ id: 'wrong', filter: 'lats > 1' }))
      await refused(market, 'E_DUPLICATE', scanner.addTrader({ id: 't0', filter: 'last > 1' }))
      await refused(market, 'E_TYPE', scanner.evaluate('close and open'))
      const aborting = new AbortController()
      const aborted = scanner.addTrader({ id: 'aborted', filter: 'last > 2' }, { signal: aborting.signal })
      schedule.after(0, () => aborting.abort())
      await refused(market, 'E_ABORTED', aborted)
      await refused(market, 'E_DEADLINE', scanner.processUpdates({ deadlineMs: 1e-3 }))
      assert.throws(() => scanner.writer.updateTicker('NOBODY', { last: 1 }), { code: 'E_SYMBOL' })
    },
  },
  {
    name: 'a symbol comes with its history, is late, and goes',
    run: async (market) => {
      const { scanner } = market
      const now = Math.floor(market.wall() / MINUTE) * MINUTE
      const openTime = Float64Array.from({ length: 30 }, (_, i) => now - (60 - i) * MINUTE)
      const prices = openTime.map((_, i) => 1 + (i % 7))
      const history = { openTime, open: prices, high: prices, low: prices, close: prices, volume: prices }
      const { index } = await market.wait(scanner.addSymbol('GUEST', { history: { '1m': history } }))
      scanner.writer.updateTicker(index, { last: 99, bid: 98, ask: 100 })
      const kline = { open: 1, high: 1, low: 1, close: 1, volume: 1, closed: true }
      scanner.writer.updateKline('GUEST', '1m', { ...kline, openTime: now - 20 * MINUTE })
      await market.wait(scanner.processUpdates())
      assert.equal(scanner.session.active, false)
      // A correction, and a gap that is filled.
      scanner.writer.updateKline('GUEST', '1m', { ...kline, openTime: now - 40 * MINUTE, volume: 5 })
      scanner.writer.updateKline('GUEST', '1m', { ...kline, openTime: now - 25 * MINUTE })
      await market.wait(scanner.processUpdates())
      await market.wait(scanner.removeSymbol('GUEST'))
      await market.wait(scanner.processUpdates())
      assert.equal(scanner.session.active, true)
    },
  },
  {
    name: 'another writer',
    run: async (market) => {
      const { scanner } = market
      const { index } = await market.wait(scanner.addSymbol('OTHER'))
      const writer = attachWriter(scanner.writer.handle)
      writer.updateTicker(index, { last: 1 })
      assert.throws(() => scanner.writer.updateTicker(index, { last: 2 }), { code: 'E_OWNED' })
      writer.close()
      await market.wait(scanner.removeSymbol('OTHER'))
    },
  },
  {
    name: 'readers and listeners',
    run: async (market) => {
      const { scanner } = market
      const aborting = new AbortController()
      const streams = [
        scanner.deltas(),
        scanner.deltas({ internal: true }),
        scanner.deltas({ signal: aborting.signal }),
      ]
      for (const stream of streams) await stream.next()
      aborting.abort()
      await Promise.all(streams.map((stream) => stream.return()))
      const listener = () => {}
      for (const type of ['signals', 'session', 'error', 'restart']) {
        scanner.addEventListener(type, listener, { internal: true })
        scanner.removeEventListener(type, listener, { internal: true })
      }
    },
  },
  {
    name: 'settings',
    run: async (market) => {
      const { scanner } = market
      await market.wait(scanner.setConfig({ batchSymbols: 512, session: { catchupThresholdSeconds: 90 } }))
      await market.wait(scanner.setConfig({ updateTracking: false, everyMs: 500 }))
      await market.wait(scanner.processUpdates())
      await market.wait(scanner.stop())
      const session = { catchupThresholdSeconds: 60 }
      await market.wait(scanner.setConfig({ batchSymbols: 2048, updateTracking: true, session }))
      await market.wait(scanner.start({ everyMs: 1000, minGapMs: 100, eventDriven: false }))
    },
  },
]

/** Everything once. @param {Market} market */
export async function live(market) {
  for (const { run } of LIFE) await run(market)
}

/**
 * The engine dies as often as a handle has spares, so that afterwards there are as many of these as before.
 * @param {Market} market
 */
export async function restarts(market) {
  for (let n = 0; n < SPARES; n++) await restart(market)
}

/**
 * The engine dies, and another takes over, on a memory of its own; a writer elsewhere moves there, too.
 * @param {Market} market
 */
async function restart(market) {
  const { index } = await market.wait(market.scanner.addSymbol('ELSEWHERE'))
  const writer = attachWriter(market.scanner.writer.handle)
  writer.updateTicker(index, { last: 1 })
  const restored = new Promise((resolve) => {
    const listener = ({ detail }) => {
      if (detail.phase !== 'restored') return
      market.scanner.removeEventListener('restart', listener)
      resolve(undefined)
    }
    market.scanner.addEventListener('restart', listener)
  })
  market.worker?.doom('kill', 0)
  await market.wait(restored)
  // It sees at the first write that the engine has ended, and moves.
  for (const last of [1, 2]) writer.updateTicker(index, { last })
  await market.wait(market.scanner.processUpdates())
  assert.equal(market.scanner.ticker('ELSEWHERE')?.last, 2)
  writer.close()
  await market.wait(market.scanner.removeSymbol('ELSEWHERE'))
  // Until the client has heard that nobody is left in the old memory.
  await market.schedule.pass(5000)
}

/**
 * @param {Market} market
 * @param {string} code
 * @param {Promise<any>} call
 */
async function refused(market, code, call) {
  const error = await market.wait(
    call.then(
      () => undefined,
      (thrown) => thrown,
    ),
  )
  assert.equal(error?.code, code, error?.stack ?? 'it was taken')
}
