/**
 * Ten times the updates, a call every millisecond, a consumer that does not read, and an engine that is away most of the
 * time and slow for the rest: everything that waits has a bound, and when it is over the newest state is there at once.
 */

import { MINUTE, SECOND, TRADERS } from './market.mjs'

/** The engine's simulated time for one symbol of a change set; real ones are fifty times as quick. */
const MS_PER_SYMBOL = 0.01
/** Of three seconds, so that the engine is late and not yet dead. */
const AWAY_MS = 2700
const CALLS_PER_SECOND = 1000
/** Deltas that the slow consumers have room for. */
export const LIMITS = [64, 4]

/** @param {import('./market.mjs').Market} market @param {number} seconds */
export async function overload(market, seconds) {
  const { scanner, schedule } = market
  const before = await market.wait(scanner.status())
  const refusals = new Map()
  const open = new Set()
  const most = { calls: 0, inbox: 0, unread: 0 }
  const look = () => {
    most.calls = Math.max(most.calls, open.size)
    most.inbox = Math.max(most.inbox, market.worker?.inbox.depth ?? 0)
  }
  const { onCycle } = market
  market.onCycle = look
  // Deltas fold in the one and are too many for the other.
  const slow = LIMITS.map((limit) => scanner.deltas({ limit }))
  const call = () => {
    const answer = scanner.processUpdates({ deadlineMs: 10 * MINUTE })
    open.add(answer)
    answer
      .catch(({ code }) => refusals.set(code, (refusals.get(code) ?? 0) + 1))
      .finally(() => open.delete(answer))
  }
  market.msPerSymbol = MS_PER_SYMBOL
  for (let s = 0; s < seconds; s++) {
    if (s % 3 === 0) market.worker?.stall(AWAY_MS)
    for (let n = 0; n < CALLS_PER_SECOND; n++) schedule.after((n / CALLS_PER_SECOND) * SECOND, call)
    await market.second(10)
    look()
    if (s % 10 === 5) {
      const { client } = await market.wait(scanner.status({ deadlineMs: 10 * MINUTE }))
      most.unread = Math.max(most.unread, client.unread)
    }
  }
  const caughtUp = await schedule.until(
    () => open.size === 0 && market.difference() === undefined,
    2 * SECOND,
  )
  market.msPerSymbol = 0
  market.onCycle = onCycle
  const read = []
  for (const stream of slow)
    read.push({ ...(await fold(market, stream)), ended: (await stream.return()).done })
  const { restarts, sweepFound, client } = await market.wait(scanner.status())
  return {
    caughtUp,
    difference: market.difference(),
    most,
    refusals: Object.fromEntries(refusals),
    read,
    restarts: restarts - before.restarts,
    sweepFound,
    pending: client.pending,
    waiting: market.worker?.inbox.depth,
  }
}

/**
 * Reads all that waits in a stream, and folds it.
 * @param {import('./market.mjs').Market} market
 * @param {import('../../../js/delta-stream.js').DeltaStream} stream
 * @returns {Promise<{ overruns: number, wrong: string[] }>} how often it had to begin anew; traders whose deltas do not add up
 */
async function fold({ scanner, names }, stream) {
  /** @type {Map<string, Set<string>>} */
  const folded = new Map()
  let overruns = 0
  for (;;) {
    /** @type {any} */
    let next
    stream.next().then(
      ({ value }) => {
        next = value
      },
      (error) => {
        next = error
      },
    )
    await new Promise(setImmediate)
    if (next === undefined) break
    if (next instanceof Error) overruns++
    else take(folded, next)
  }
  const matches = (id) => names.filter((name) => folded.get(id)?.has(name))
  const isWrong = (id) => scanner.matches(id).join() !== matches(id).join()
  return { overruns, wrong: TRADERS.map(({ id }) => id).filter(isWrong) }
}

/** @param {Map<string, Set<string>>} folded @param {import('../../../js/match-table.js').Delta} delta */
function take(folded, { traderId, snapshot, entered, left, matches }) {
  const set = (!snapshot && folded.get(traderId)) || new Set()
  for (const { symbol } of matches ?? entered) set.add(symbol)
  if (!matches) for (const symbol of left) set.delete(symbol)
  folded.set(traderId, set)
}
