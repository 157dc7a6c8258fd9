/** What users do, one row each: the world draws one after the other. */

import { SESSION_STEPS } from './sessions.mjs'
import { SYMBOL_STEPS } from './symbols.mjs'
import { TRADER_STEPS } from './traders.mjs'
import { INTERVALS } from './truth.mjs'

export const STEPS = Object.freeze([
  ...TRADER_STEPS,
  ...SYMBOL_STEPS.map((step) => ({ ...step, needs: 'churn' })),
  ...SESSION_STEPS.map((step) => ({ ...step, needs: 'sessions' })),
  { name: 'ticker', weight: 6, run: (world) => world.writes.ticker(anySymbol(world), anyPrice(world)) },
  { name: 'kline', weight: 8, run: (world) => writeKline(world, anySymbol(world), anyInterval(world)) },
  {
    name: 'burst',
    weight: 3,
    run: (world) => {
      const symbol = anySymbol(world)
      for (let n = world.random.between(2, 12); n > 0; n--) writeKline(world, symbol, '1m', true)
    },
  },
  {
    name: 'everywhere',
    weight: 1,
    run: (world) => {
      for (const symbol of world.symbols.writable) {
        world.writes.ticker(symbol, anyPrice(world))
        writeKline(world, symbol, '1m', true)
      }
    },
  },
  {
    name: 'cycle',
    weight: 6,
    run: (world) => world.call('processUpdates', world.scanner.processUpdates()),
  },
  {
    name: 'impatient cycle',
    weight: 1,
    run: (world) => {
      const deadlineMs = world.random.between(1, 500)
      world.call('processUpdates', world.scanner.processUpdates({ deadlineMs }), ['E_DEADLINE'])
    },
  },
  {
    name: 'aborted cycle',
    weight: 1,
    run: (world) => {
      const signal = world.abortSoon()
      world.call('processUpdates', world.scanner.processUpdates({ signal }), ['E_ABORTED'])
    },
  },
  {
    name: 'status',
    weight: 1,
    run: (world) => world.call('status', world.scanner.status()),
  },
  {
    name: 'evaluate',
    weight: 1,
    run: (world) => world.call('evaluate', world.scanner.evaluate('close + last')),
  },
  {
    name: 'set config',
    weight: 2,
    needs: 'settings',
    run: (world) => {
      const { random } = world
      const settings = {}
      if (random.chance(0.5)) settings.updateTracking = random.chance(0.5)
      if (random.chance(0.5)) settings.batchSymbols = random.pick([1, 3, 64, 8192])
      if (random.chance(0.3)) settings.debugUpdates = random.chance(0.5)
      // The cadence that runs is told anew.
      if (random.chance(0.2)) {
        settings.everyMs = random.pick([50, 400, 1000])
        world.cadence = undefined
        newTurn(world)
      }
      world.call('setConfig', world.scanner.setConfig(settings))
    },
  },
  {
    name: 'start',
    weight: 2,
    run: (world) => {
      const everyMs = world.random.pick([50, 400, 1000])
      const minGapMs = world.random.pick([0, 20, 100])
      const eventDriven = world.random.chance(0.6)
      const started = world.scanner.start({ everyMs, minGapMs, eventDriven })
      world.cadence = undefined
      const turn = newTurn(world)
      started.then(
        () => {
          if (turn === world.turn) world.cadence = { everyMs, minGapMs, eventDriven }
        },
        () => {},
      )
      world.call('start', started)
    },
  },
  {
    name: 'stop',
    weight: 1,
    run: (world) => {
      world.cadence = undefined
      newTurn(world)
      world.call('stop', world.scanner.stop())
    },
  },
])

/** Tells an answer to start() from one that something else has overtaken. */
function newTurn(world) {
  world.turn = (world.turn ?? 0) + 1
  return world.turn
}

function anySymbol({ random, symbols }) {
  const names = symbols.writable
  // The ends of words and of the list, more often than others.
  const at = random.chance(0.4)
    ? random.pick([0, 31, 32, 63, 64, names.length - 1].filter((one) => one < names.length))
    : random.below(names.length)
  return names[at]
}

function anyPrice({ random }) {
  return random.between(1, 9)
}

function anyInterval({ random }) {
  return random.chance(0.7) ? '1m' : '5m'
}

/** The next kline of a series, or the present one once more. */
export function writeKline(world, symbol, interval, closes = world.random.chance(0.5)) {
  const { random, times } = world
  const key = `${symbol} ${interval}`
  const openTime = world.sessions.nextOpen(times.get(key), interval)
  const [open, close] = [anyPrice(world), anyPrice(world)]
  const kline = {
    openTime,
    open,
    high: Math.max(open, close),
    low: Math.min(open, close),
    close,
    volume: random.below(100),
    closed: closes,
  }
  const done = world.writes.kline(symbol, interval, kline)
  if (!done) return
  // A kline is missing now and then.
  const klines = closes ? (random.chance(0.05) ? 3 : 1) : 0
  times.set(key, openTime + INTERVALS[interval] * klines)
}
