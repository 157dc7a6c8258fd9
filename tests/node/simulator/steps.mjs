/** What users do, one row each: the world draws one after the other. */

import { FILTERS, INTERVALS } from './truth.mjs'

export const STEPS = Object.freeze([
  { name: 'ticker', weight: 6, run: (world) => world.ticker(anySlot(world), anyPrice(world)) },
  { name: 'kline', weight: 8, run: (world) => writeKline(world, anySlot(world), anyInterval(world)) },
  {
    name: 'burst',
    weight: 3,
    run: (world) => {
      const slot = anySlot(world)
      for (let n = world.random.between(2, 12); n > 0; n--) writeKline(world, slot, '1m', true)
    },
  },
  {
    name: 'everywhere',
    weight: 1,
    run: (world) => {
      for (const slot of world.config.symbols.keys()) {
        world.ticker(slot, anyPrice(world))
        writeKline(world, slot, '1m', true)
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
  { name: 'add', weight: 5, run: (world) => add(world) },
  {
    name: 'impatient add',
    weight: 1,
    run: (world) => add(world, { deadlineMs: world.random.between(1, 500) }, ['E_DEADLINE']),
  },
  {
    name: 'aborted add',
    weight: 1,
    run: (world) => {
      const abort = new AbortController()
      add(world, { signal: abort.signal }, ['E_ABORTED'])
      world.schedule.after(world.random.between(0, 20), () => abort.abort())
    },
  },
  {
    name: 'wrong add',
    weight: 1,
    run: (world) => {
      const id = newId(world)
      world.folds.begin(id)
      const added = world.scanner.addTrader({ id, filter: 'lats > 1' })
      added.then(
        () => world.fail('a filter that cannot be was taken'),
        () => {},
      )
      world.call('addTrader', added, ['E_NAME'])
    },
  },
  {
    name: 'remove',
    weight: 2,
    run: (world) => {
      const [...ids] = world.traders.keys()
      if (ids.length > 0) remove(world, world.random.pick(ids))
    },
  },
  {
    name: 'add and remove',
    weight: 1,
    run: (world) => {
      const id = add(world)
      if (id !== undefined) remove(world, id, ['E_TRADER'])
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

/** Most traders at a time: the world's scanner has room for twice as many. */
const TRADERS = 8

/** Tells an answer to start() from one that something else has overtaken. */
function newTurn(world) {
  world.turn = (world.turn ?? 0) + 1
  return world.turn
}

function newId(world) {
  world.ids = (world.ids ?? 0) + 1
  return `t${world.ids}`
}

function add(world, options, codes = []) {
  if (world.traders.size + [...world.open].filter(({ name }) => name === 'addTrader').length >= TRADERS)
    return undefined
  const row = world.random.pick(FILTERS)
  const level = world.random.between(2, 8)
  const id = newId(world)
  world.folds.begin(id)
  const { on, interval } = row
  const columns = world.random.chance(0.3) ? { close: 'close' } : undefined
  const added = world.scanner.addTrader({ id, filter: row.filter(level), on, interval, columns }, options)
  const trader = { row, level, removed: false }
  world.adding ??= new Map()
  world.adding.set(id, trader)
  added.then(
    () => trader.removed || world.traders.set(id, trader),
    () => {},
  )
  world.call('addTrader', added, codes)
  return id
}

function remove(world, id, codes = []) {
  world.traders.delete(id)
  world.adding.get(id).removed = true
  world.call('removeTrader', world.scanner.removeTrader(id), codes)
}

function anySlot({ random, config }) {
  const { length } = config.symbols
  // The ends of words and of the list, more often than others.
  return random.chance(0.4)
    ? random.pick([0, 31, 32, 63, 64, length - 1].filter((at) => at < length))
    : random.below(length)
}

function anyPrice({ random }) {
  return random.between(1, 9)
}

function anyInterval({ random }) {
  return random.chance(0.7) ? '1m' : '5m'
}

/** The next kline of a series, or the present one once more. */
function writeKline(world, slot, interval, closes = world.random.chance(0.5)) {
  const { random } = world
  world.times ??= new Map()
  const key = `${slot} ${interval}`
  const openTime = world.times.get(key) ?? 0
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
  // A kline is missing now and then.
  if (closes) world.times.set(key, openTime + INTERVALS[interval] * (random.chance(0.05) ? 3 : 1))
  world.kline(slot, interval, kline)
}
