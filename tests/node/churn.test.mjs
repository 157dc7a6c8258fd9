// Symbols come and go at random while four threads write: nothing is lost, nothing left behind, memory constant.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { createScanner } from 'tickscan'
import { random } from './helpers/series.mjs'

const SYMBOLS = 500
const WRITERS = 4
/** Commands overtake each other, and a slot may wait for a write that has not ended. */
const SPARE = 40
const STEPS = Number(process.env.TICKSCAN_CHURN_STEPS ?? 10_000)
const SEED = Number(process.env.TICKSCAN_SEED ?? 7)
const START = Date.UTC(2024, 0, 1)

/** Each writer has one call at a time on its way. */
async function ask(worker, message) {
  worker.postMessage(message)
  return (await once(worker, 'message'))[0]
}

test('500 symbols, 10,000 steps, four writers', { timeout: 600_000 }, async (t) => {
  t.diagnostic(`seed ${SEED}`)
  const next = random(SEED)
  const scanner = await createScanner({
    symbols: [],
    intervals: ['1m'],
    maxSymbols: SYMBOLS + SPARE,
    maxKlines: 5,
    threads: 2,
    // The writers' klines run ahead of any clock, and the session is not what is tested here.
    session: { catchupThresholdSeconds: Number.POSITIVE_INFINITY },
    traders: [
      { id: 'early', filter: 'last < 2000' },
      { id: 'known', filter: 'close > 0', on: 'close', columns: { tag: 'close' } },
    ],
  })
  t.after(() => scanner.close())
  const wrong = []
  scanner.addEventListener('error', ({ detail }) => wrong.push(String(detail)))
  /** name → tag; tags are never used twice. */
  const there = new Map()
  const tags = new Map()
  /** Folded from deltas alone. */
  const folded = { early: new Set(), known: new Set() }
  scanner.addEventListener('signals', ({ detail: { traderId, snapshot, entered, left } }) => {
    const set = folded[traderId]
    if (snapshot) set.clear()
    for (const { symbol, columns } of entered) {
      set.add(symbol)
      if (traderId === 'known' && columns.tag !== tags.get(symbol))
        wrong.push(`${symbol} entered with ${columns.tag}`)
    }
    for (const symbol of left)
      if (!set.delete(symbol)) wrong.push(`${symbol} left ${traderId}, where it was not`)
  })
  const url = new URL('./helpers/churn-writer.mjs', import.meta.url)
  const workerData = { handle: scanner.writer.handle, start: START }
  const writers = Array.from({ length: WRITERS }, () => new Worker(url, { workerData }))
  t.after(() => Promise.all(writers.map((worker) => worker.terminate())))
  const { memory } = scanner.writer.handle
  const bytes = memory.buffer.byteLength
  let lastTag = 0
  let used
  let commands = []
  const settle = async () => {
    await Promise.all(commands)
    commands = []
  }
  for (let step = 0; step < STEPS; step++) {
    if (there.size < SYMBOLS && (there.size === 0 || next() < 0.55)) {
      const tag = ++lastTag
      const symbol = `S${tag}`
      there.set(symbol, tag)
      tags.set(symbol, tag)
      const added = ({ index }) => writers[tag % WRITERS].postMessage({ add: { key: index, tag } })
      commands.push(
        scanner.addSymbol(symbol).then(added, (error) => mayHaveBeenRemoved(error, there, symbol)),
      )
    } else {
      const names = [...there.keys()]
      const symbol = names[Math.floor(next() * names.length)]
      there.delete(symbol)
      commands.push(scanner.removeSymbol(symbol))
    }
    if (step % 20 === 0) await settle()
    if (step % 200 === 0) {
      await scanner.processUpdates()
      check(scanner, there, tags, folded, wrong)
      const { memory, core } = await scanner.status()
      // The JavaScript heap is collected when it is.
      const { heapBytes, ...sizes } = memory
      used ??= { sizes, traderBytesUsed: core.traderBytesUsed, nodes: core.nodes }
      assert.deepEqual({ sizes, traderBytesUsed: core.traderBytesUsed, nodes: core.nodes }, used)
    }
  }
  await settle()
  const reports = []
  for (const worker of writers) reports.push(await ask(worker, { flush: true }))
  await scanner.processUpdates()
  await scanner.processUpdates()
  check(scanner, there, tags, folded, wrong)
  // Nothing lost: every symbol was just written, and what was written is there.
  const keys = new Set(reports.flatMap((report) => report.keys))
  for (const { symbol, index } of scanner.symbols) {
    assert.ok(keys.has(index), symbol)
    assert.equal(scanner.ticker(symbol)?.last, there.get(symbol), symbol)
    assert.equal(scanner.klines(symbol).at(-1)?.close, there.get(symbol), symbol)
  }
  assert.deepEqual(scanner.matches('known'), [...there.keys()])
  assert.deepEqual([...folded.known].sort(), [...there.keys()].sort())
  for (const worker of writers) {
    worker.postMessage({ stop: true })
    await once(worker, 'exit')
  }
  await scanner.processUpdates()
  const { core, sweepFound } = await scanner.status()
  assert.deepEqual([core.symbols, core.waitingSlots, sweepFound], [there.size, 0, 0])
  assert.deepEqual(
    reports.flatMap(({ counts }) => counts.other),
    [],
  )
  assert.equal(memory.buffer.byteLength, bytes)
  const sum = (name) => reports.reduce((all, { counts }) => all + counts[name], 0)
  assert.ok(sum('stale') > 0 && sum('written') > 0)
  t.diagnostic(
    `${lastTag} symbols added, ${there.size} left; ${sum('written')} writes, ${sum('stale')} stale keys`,
  )
})

/** A symbol that is removed while it is being added is one that was never there. */
function mayHaveBeenRemoved(error, there, symbol) {
  if (error.code !== 'E_SYMBOL' || there.has(symbol)) throw error
}

/** No value of one symbol may turn up at another, and the lists are those of the steps. */
function check(scanner, there, tags, folded, wrong) {
  assert.deepEqual(wrong, [])
  assert.deepEqual(
    scanner.symbols.map(({ symbol }) => symbol),
    [...there.keys()],
    'the order of adding',
  )
  for (const symbol of there.keys()) {
    const last = scanner.ticker(symbol)?.last
    if (last !== undefined) assert.equal(last, tags.get(symbol), symbol)
    for (const { close } of scanner.klines(symbol)) assert.equal(close, tags.get(symbol), symbol)
  }
  for (const id of ['early', 'known']) {
    const matches = scanner.matches(id)
    assert.deepEqual([...folded[id]].sort(), [...matches].sort(), id)
    const places = matches.map((symbol) => tags.get(symbol))
    assert.ok(
      places.every((tag, i) => i === 0 || tag > places[i - 1]),
      'matches in the order of adding',
    )
    assert.ok(matches.every((symbol) => there.has(symbol)))
    if (id === 'early') assert.ok(matches.every((symbol) => tags.get(symbol) < 2000))
  }
}
