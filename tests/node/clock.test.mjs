// Time comes in through the `clock` option alone: the core's sources read no clock to decide anything, and a scanner
// whose clock stands still, or lives in another year, decides by that one.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { test } from 'node:test'
import { inRoot, relative } from '../../scripts/lib/paths.mjs'
import { filesIn } from '../../scripts/lib/stamps.mjs'
import { MINUTE, NOON, setUp } from './helpers/session-market.mjs'

const timeout = 60_000 // against a test that hangs, no measure of anything

/** Anything that gives the time of day, or how long something took. */
const CLOCKS =
  /std::chrono|<chrono>|<ctime>|<time\.h>|<sys\/time\.h>|gettimeofday|clock_gettime|_clock\b|emscripten_get_now|\btime\s*\(\s*(nullptr|NULL|0|&)|__rdtsc|std::time\b|\bclock\s*\(\s*\)/

/** The one place that measures: how long a cycle took goes into its report, and nothing looks at it there. */
const MEASURED = {
  file: 'src/engine/engine.cpp',
  lines: [
    '#include <chrono>',
    'const auto begun = std::chrono::steady_clock::now();',
    'done.elapsed_us =',
    'std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begun).count();',
  ],
}

function readsOf(file, text) {
  const code = text.split('\n').map((line) => line.replace(/\/\/.*/, '').trim())
  const found = code.filter((line) => CLOCKS.test(line))
  return file === MEASURED.file ? found.filter((line) => !MEASURED.lines.includes(line)) : found
}

test('no source of the core reads a clock, except to measure a cycle', () => {
  const files = ['src', 'bindings'].flatMap((folder) => filesIn(inRoot(folder)))
  assert.ok(files.length > 100)
  const found = files.flatMap((file) => readsOf(relative(file), fs.readFileSync(file, 'utf8')))
  assert.deepEqual(found, [])
  const engine = fs.readFileSync(inRoot(MEASURED.file), 'utf8')
  assert.equal(engine.match(/elapsed_us/g)?.length, 1, 'what was measured is only stored')
})

test('a source that reads one is found', () => {
  for (const line of [
    'const auto now = std::chrono::system_clock::now();',
    'time_t now = time(nullptr);',
    'double now = emscripten_get_now();',
    'clock_gettime(CLOCK_MONOTONIC, &now);',
    'uint64_t now = __rdtsc();',
    '#include <ctime>',
  ]) {
    assert.deepEqual(readsOf('src/scan/scan.cpp', line), [line])
    assert.deepEqual(readsOf(MEASURED.file, line), [line])
  }
  assert.deepEqual(readsOf('src/a.h', '// std::chrono is not used'), [])
})

const trader = { id: 't', filter: 'close > 0', columns: { price: 'close' } }

test('a clock that stands still years ago: what is in time by it is in time', { timeout }, async (t) => {
  const { scanner, time, market } = await setUp(t, { symbols: ['A', 'B'], traders: [trader], session: {} })
  for (let minute = 0; minute < 12; minute++) {
    market.close('A', NOON + minute * MINUTE)
    const { deltas } = await market.cycle()
    assert.equal(scanner.session.active, true)
    assert.ok(deltas.every((delta) => delta.time === NOON))
  }
  assert.equal(scanner.updatedAt('A'), NOON)
  // Nobody waits for real time: the lagging symbol stalls when the clock says so.
  market.close('B', NOON - 10 * MINUTE)
  await market.cycle()
  for (let cycle = 0; cycle < 20; cycle++) await market.cycle()
  assert.equal(scanner.session.active, false)
  time.now += 180_001
  await market.cycle()
  assert.equal(scanner.session.active, true)
})

test('a clock that goes ahead of real time makes what has just closed late', { timeout }, async (t) => {
  const now = Date.now()
  const { scanner, time, market } = await setUp(t, { now: now + 61_000, symbols: ['A'], session: {} })
  market.close('A', now)
  await market.cycle()
  assert.equal(scanner.session.active, false)
  const { session } = await scanner.status()
  assert.equal(session.symbols[0].lagSeconds, 61)
  time.now = Number.NaN
  await assert.rejects(scanner.processUpdates(), { code: 'E_CONFIG' })
})

test('the same data by two clocks that differ by years gives the same deltas', { timeout }, async (t) => {
  const results = []
  for (const now of [NOON, NOON + 3 * 365 * 86_400_000]) {
    const { market, scanner } = await setUp(t, { now, symbols: ['A', 'B'], session: {}, traders: [trader] })
    const deltas = []
    for (let minute = 0; minute < 30; minute++) {
      market.close(minute % 3 === 0 ? 'B' : 'A', now - (30 - minute) * 1000, minute % 5)
      deltas.push(...(await market.cycle()).deltas.map((delta) => ({ ...delta, time: delta.time - now })))
    }
    results.push({
      deltas,
      session: { ...scanner.session, time: scanner.session.time && scanner.session.time - now },
    })
  }
  assert.deepEqual(results[0], results[1])
  assert.ok(results[0].deltas.length > 5)
})
