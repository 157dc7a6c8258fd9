/**
 * One market, told in different ways: real 1m and 5m klines as lists of steps. A step is what is written before a cycle
 * runs. Every way closes the same klines; they differ in the order of the intervals' closes, in how many come in one
 * cycle, and in the live updates before.
 */

import { klineAt, readKlines } from './klines.mjs'
import { random } from './series.mjs'

/** @typedef {{ symbol: string, interval: '1m' | '5m', kline: import('../../../js/kline-writer.js').Kline }} Write */
/** @typedef {Write[]} Step */
/** @typedef {{ time: number, minutes: Write[], fives: Write[] }} Moment every close of one time, by interval */

const MS = { '1m': 60_000, '5m': 300_000 }

/**
 * The closes of some pairs between two times, oldest first.
 * @param {string[]} pairs
 * @param {number} from ms
 * @param {number} to ms, not included
 * @returns {Moment[]}
 */
export function moments(pairs, from, to) {
  /** @type {Map<number, Moment>} */
  const found = new Map()
  for (const symbol of pairs) {
    for (const interval of /** @type {const} */ (['1m', '5m'])) {
      const columns = readKlines(symbol, interval)
      for (const [row, openTime] of columns.openTime.entries()) {
        if (openTime < from || openTime + MS[interval] > to) continue
        const time = openTime + MS[interval]
        const moment = found.get(time) ?? { time, minutes: [], fives: [] }
        found.set(time, moment)
        moment[interval === '1m' ? 'minutes' : 'fives'].push({
          symbol,
          interval,
          kline: klineAt(columns, row),
        })
      }
    }
  }
  return [...found.values()].sort((a, b) => a.time - b.time)
}

/** @type {Record<string, (all: Moment[]) => Step[]>} */
export const WAYS = {
  'closed klines only': (all) => all.map(({ minutes, fives }) => [...minutes, ...fives]),
  '1m before 5m, a cycle between': (all) => all.flatMap(({ minutes, fives }) => [minutes, fives]),
  '5m before 1m, a cycle between': (all) => all.flatMap(({ minutes, fives }) => [fives, minutes]),
  'any order, a cycle here and there': (all) => {
    const next = random(11)
    return all.flatMap(({ minutes, fives }) => pieces(shuffled([...minutes, ...fives], next), next, 0.3))
  },
  'several closes in a cycle, 1m first': (all) =>
    chunks(all, random(12)).map((chunk) => [
      ...chunk.flatMap(({ minutes }) => minutes),
      ...chunk.flatMap(({ fives }) => fives),
    ]),
  'several closes in a cycle, 5m first': (all) =>
    chunks(all, random(13)).map((chunk) => [
      ...chunk.flatMap(({ fives }) => fives),
      ...chunk.flatMap(({ minutes }) => minutes),
    ]),
  'many ticks for each kline': (all) => {
    const next = random(14)
    const live = liveFives(all)
    return all.flatMap((moment) => [
      ...ticks(moment, live, next),
      ...pieces(shuffled([...moment.minutes, ...moment.fives], next), next, 0.5),
    ])
  },
}

/**
 * Two to four rounds of live updates of the klines that close next; prices anywhere between low and high.
 * @param {Moment} moment
 * @param {Map<string, Write[]>} fives
 * @param {() => number} next
 * @returns {Step[]}
 */
function ticks({ time, minutes }, fives, next) {
  return Array.from({ length: 2 + Math.floor(next() * 3) }, () =>
    minutes.flatMap((minute) => {
      const five = fives.get(minute.symbol)?.find(({ kline }) => time <= kline.openTime + MS['5m'])
      return five && five.kline.openTime < time
        ? [live(minute, next), live(five, next)]
        : [live(minute, next)]
    }),
  )
}

/**
 * A symbol's 5m klines, oldest first.
 * @param {Moment[]} all
 */
function liveFives(all) {
  /** @type {Map<string, Write[]>} */
  const found = new Map()
  for (const five of all.flatMap(({ fives }) => fives)) {
    found.set(five.symbol, [...(found.get(five.symbol) ?? []), five])
  }
  return found
}

/**
 * @param {Write} write
 * @param {() => number} next
 * @returns {Write}
 */
function live(write, next) {
  const { kline } = write
  const close = next() < 0.3 ? kline.low : kline.low + next() * (kline.high - kline.low)
  return { ...write, kline: { ...kline, close, volume: kline.volume * next(), closed: false } }
}

/**
 * @template T
 * @param {T[]} items
 * @param {() => number} next
 */
function shuffled(items, next) {
  return items
    .map((item) => ({ item, place: next() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item)
}

/**
 * A step cut into several.
 * @param {Step} step
 * @param {() => number} next
 * @param {number} share of the places where it is cut
 */
function pieces(step, next, share) {
  /** @type {Step[]} */
  const cut = [[]]
  for (const write of step) {
    cut[cut.length - 1].push(write)
    if (next() < share) cut.push([])
  }
  return cut
}

/**
 * One to twelve moments at a time.
 * @param {Moment[]} all
 * @param {() => number} next
 */
function chunks(all, next) {
  const cut = []
  for (let from = 0; from < all.length; ) {
    const to = from + 1 + Math.floor(next() * 12)
    cut.push(all.slice(from, to))
    from = to
  }
  return cut
}
