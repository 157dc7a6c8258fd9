/**
 * What an engine must know of the one before it and cannot find out from the market: when symbols entered, of a trader with
 * a cooldown, and which klines were checked for lateness. Where chance rules a symbol seldom comes back within its cooldown
 * just when its engine has died; so here, at the end of seeds in which engines are killed, it always does.
 */

import { INTERVALS } from './truth.mjs'

const MINUTE = INTERVALS['1m']
const COOLDOWN = 10 * MINUTE

/** Engines so far that another may still follow without a word of the budget (restart-budget.js). */
const DEATHS = 3

/**
 * Kills the engine at its next step, where the seed has such faults.
 * @param {import('./world.mjs').World} world
 * @returns {boolean}
 */
export function killNow({ faults, folds, worker }) {
  if (!faults.has('kill') || folds.died >= DEATHS) return false
  // What was to happen to it would come first.
  worker.spare()
  worker.doom('kill', 0)
  return true
}

const TRADERS = [
  { id: 'cooling on ticks', on: 'tick', filter: 'last > 5', cooldown: COOLDOWN },
  { id: 'cooling on closes', on: 'close', filter: 'close > 5', interval: '1m', cooldown: COOLDOWN },
]

/**
 * A symbol enters, leaves, and is true again with the next engine: it comes back when its cooldown is over.
 * @param {import('./world.mjs').World} world
 * @param {() => Promise<void>} cycle
 */
export async function checkCooldowns(world, cycle) {
  const { config, faults, folds, scanner, call, checks, fail } = world
  if (!config.gates || !faults.has('kill') || folds.died >= DEATHS) return
  const [name] = world.truth.names
  const price = async (close) => {
    world.writes.ticker(name, close)
    const key = `${name} 1m`
    const openTime = world.times.get(key) ?? 0
    const prices = { open: close, high: close, low: close, close }
    world.writes.kline(name, '1m', { openTime, ...prices, volume: 1, closed: true })
    world.times.set(key, openTime + MINUTE)
    await cycle()
  }
  const expect = (there, when) => {
    for (const { id } of TRADERS)
      if (scanner.matches(id).includes(name) !== there)
        fail(`${name} is ${there ? 'not ' : ''}in ${id} ${when}`)
  }
  await price(1)
  for (const trader of TRADERS) {
    folds.begin(trader.id, trader)
    call('addTrader', scanner.addTrader(trader))
  }
  await checks.settle()
  await price(9)
  expect(true, 'when it enters')
  await price(1)
  expect(false, 'when it has left')
  killNow(world)
  world.count('killed within a cooldown')
  await price(9)
  expect(false, 'within its cooldown, in the next engine')
  world.times.set(`${name} 1m`, world.times.get(`${name} 1m`) + COOLDOWN)
  world.passPeak(COOLDOWN)
  await price(9)
  expect(true, 'when its cooldown is over')
  for (const { id } of TRADERS) call('removeTrader', scanner.removeTrader(id))
  await checks.settle()
}
