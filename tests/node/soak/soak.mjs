/**
 * The soak: a market of thousands for simulated hours, in which nothing may grow, and before it a minute of ten times as
 * much, in which nothing may be lost. Run by soak.test.mjs in a process of its own; by hand:
 *
 *   node --no-flush-bytecode tests/node/soak/soak.mjs --hours 24
 *
 * 1. Each minute has LIFE in it, each half hour three restarts of the engine.
 * 2. First some settling, with the overload at its end and with more restarts: everything has happened some times, and all
 *    code has been compiled, before the hours begin.
 * 3. Behind the hours comes a leak on purpose: what the samples do not show there would say nothing about the hours.
 * 4. Samples are PERIODs apart, when no message is on its way, so that each looks at the same state of the market.
 */

import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { heapBytes, slope } from './heap.mjs'
import { live, restarts } from './life.mjs'
import { LENGTH, Market, MINUTE, PERIOD } from './market.mjs'
import { overload } from './overload.mjs'

const HOUR = 3600
const RESTARTS_EVERY = 1800
/** While it settles: as often as the budget of restarts allows. */
const FIRST_RESTARTS_EVERY = 360
/** Seconds before the overload: until the naive evaluation has all klines that it looks at. */
const SETTLING = (LENGTH + 1) * 60
/** The seconds at which the hours begin: behind the overload and some restarts. */
const BEGIN = 1800
/** From then on samples are taken; the first ones are of code for samples that is compiled. */
const REHEARSE = 600
/** Behind the hours: seconds with a leak on purpose, of 64 bytes in LEAK_EVERY cycles, which the samples must show. */
const LEAKING = 900
const LEAK_EVERY = 100

/** What must have one value all the time. @param {Market} market */
async function constants(market) {
  const { scanner, schedule } = market
  const { memory, core, client, symbols, traders, sweepFound } = await market.wait(scanner.status())
  const { wasmBytes } = memory
  const { traderBytesUsed, waitingSlots, unscanned } = core
  // Timers of the client and the engine; cancelled ones are let go of, as real ones are.
  const timers = schedule.tidy()
  const handles = process.getActiveResourcesInfo().sort().join()
  return {
    ...{ wasmBytes, traderBytesUsed, waitingSlots, unscanned, symbols, traders, sweepFound },
    ...{ pending: client.pending, streams: client.streams, unread: client.unread },
    ...{ timers, handles, inbox: market.worker?.inbox.depth },
  }
}

/** Until nothing is on its way. @param {Market} market */
async function quiet(market) {
  const { schedule } = market
  const none = () => schedule.waiting((task) => task.message).length === 0
  assert.ok(await schedule.until(none, MINUTE))
}

/** @param {number} hours @param {(text: string) => void} say */
async function soak(hours, say) {
  const market = new Market()
  await market.start()
  // Room made beforehand: what is measured must not grow by the measuring.
  const end = BEGIN + hours * HOUR
  const most = (end + LEAKING - BEGIN) / PERIOD + 1
  const samples = { hour: new Float64Array(most), live: new Float64Array(most), v8: 0 }
  const leaked = []
  let cycles = 0
  /** @type {Map<string, Set<any>>} the values that each constant had */
  const values = new Map()
  let count = 0
  let overloaded
  while (market.seconds < end + LEAKING) {
    if (market.seconds === end) {
      market.onCycle = () => {
        if (++cycles % LEAK_EVERY === 0) leaked.push({ a: cycles, b: 1, c: 2, d: 3, e: 4 })
      }
    }
    if (market.seconds === SETTLING) overloaded = await overload(market, 60)
    await market.second()
    const second = market.seconds
    if (second % 60 === 0) await live(market)
    if (second % (second < BEGIN ? FIRST_RESTARTS_EVERY : RESTARTS_EVERY) === 60) await restarts(market)
    if (second % PERIOD !== 0 || second < REHEARSE) continue
    for (const [name, value] of Object.entries(await constants(market)))
      values.set(name, (values.get(name) ?? new Set()).add(value))
    await quiet(market)
    const bytes = await heapBytes()
    if (second < BEGIN) continue
    samples.hour[count] = (second - BEGIN) / HOUR
    samples.live[count++] = bytes.live
    samples.v8 = bytes.v8
    say(`${second} s: ${JSON.stringify(bytes)}`)
  }
  const difference = market.difference()
  const status = await market.wait(market.scanner.status())
  await market.wait(market.scanner.close())
  const points = Array.from(samples.hour, (x, i) => ({ x, y: samples.live[i] }))
  const last = (hours * HOUR) / PERIOD
  return {
    overload: overloaded,
    constants: Object.fromEntries([...values].map(([name, all]) => [name, [...all]])),
    samples: points.map(({ y }) => y),
    slope: slope(points.slice(0, last + 1)),
    leakSlope: slope(points.slice(last)),
    v8Bytes: samples.v8,
    updates: market.updates,
    deltas: market.deltas,
    difference,
    restarts: status.restarts,
    leaked: leaked.length,
  }
}

const [, script, ...options] = process.argv
if (script === fileURLToPath(import.meta.url)) {
  const option = (name) => (options.includes(name) ? Number(options[options.indexOf(name) + 1]) : undefined)
  const say = process.send ? () => {} : console.log
  const result = await soak(option('--hours') ?? 1, say)
  if (process.send) process.send(result, () => process.disconnect())
  else console.log(JSON.stringify(result, undefined, 1))
}
