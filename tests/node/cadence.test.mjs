// When the engine runs cycles by itself, on a clock that the test turns.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Cadence } from '../../js/cadence.js'

/** A host whose time stands still until advance(). */
function setUp({ waits = true } = {}) {
  const words = new Int32Array(new SharedArrayBuffer(8))
  const host = {
    time: 1000,
    cycles: [],
    pending: 0,
    marked: false,
    timers: new Map(),
    nextTimer: 1,
    waiters: [],
    words,
    idle: 1,
    runCycle() {
      host.cycles.push(host.time)
      host.marked = false
      return host.pending-- > 0
    },
    setIdle() {
      if (host.marked) return false
      words[1] = 1
      return true
    },
    now: () => host.time,
    setTimer(run, ms) {
      host.timers.set(host.nextTimer, { run, at: host.time + ms })
      return host.nextTimer++
    },
    clearTimer: (timer) => host.timers.delete(timer),
    waitAsync: waits
      ? (array, index, value) => {
          if (array[index] !== value) return { async: false, value: 'not-equal' }
          return { async: true, value: new Promise((resolve) => host.waiters.push(resolve)) }
        }
      : undefined,
  }
  /** Runs what is due until `ms` later. */
  const advance = async (ms) => {
    const end = host.time + ms
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve))
      const [id, next] = [...host.timers].sort(([, a], [, b]) => a.at - b.at)[0] ?? []
      if (!next || next.at > end) break
      host.time = Math.max(host.time, next.at)
      host.timers.delete(id)
      next.run()
    }
    host.time = end
  }
  /** As a writer marks: wakes the engine if it is idle. */
  const mark = (cadence) => {
    host.marked = true
    if (words[1] !== 1) return
    words[1] = 0
    for (const wake of host.waiters.splice(0)) wake('ok')
    if (!waits) cadence.wake()
  }
  return { host, cadence: new Cadence(host), advance, mark, words }
}

test('a timer runs a cycle every everyMs, the first at once', async () => {
  const { host, cadence, advance } = setUp()
  cadence.start({ everyMs: 250, minGapMs: 100, eventDriven: false })
  await advance(1000)
  assert.deepEqual(host.cycles, [1000, 1250, 1500, 1750, 2000])
  cadence.stop()
  await advance(1000)
  assert.equal(host.cycles.length, 5)
  assert.equal(host.timers.size, 0)
})

test('cycles are minGapMs apart, also from one that a command ran', async () => {
  const { host, cadence, advance } = setUp()
  cadence.start({ everyMs: 10, minGapMs: 100, eventDriven: false })
  await advance(150)
  assert.deepEqual(host.cycles, [1000, 1100])
  cadence.noteCycle()
  await advance(150)
  assert.deepEqual(host.cycles, [1000, 1100, 1250])
})

test('pending work goes on at once, between messages', async () => {
  const { host, cadence, advance } = setUp()
  host.pending = 2
  cadence.start({ everyMs: 1000, minGapMs: 100, eventDriven: false })
  await advance(50)
  assert.deepEqual(host.cycles, [1000, 1000, 1000])
  await advance(1000)
  assert.deepEqual(host.cycles.slice(3), [2000])
})

for (const waits of [true, false]) {
  const how = waits ? 'waitAsync' : 'a message'
  test(`event-driven by ${how}: a mark wakes the engine, minGapMs holds, everyMs is the longest pause`, async () => {
    const { host, cadence, advance, mark, words } = setUp({ waits })
    cadence.start({ everyMs: 1000, minGapMs: 100, eventDriven: true })
    await advance(0)
    assert.deepEqual(host.cycles, [1000])
    assert.equal(words[1], 1, 'idle')
    await advance(300)
    mark(cadence)
    await advance(0)
    assert.deepEqual(host.cycles, [1000, 1300], 'woken at once')
    mark(cadence)
    await advance(50)
    assert.equal(host.cycles.length, 2, 'not within minGapMs')
    await advance(50)
    assert.deepEqual(host.cycles.slice(2), [1400])
    await advance(1000)
    assert.deepEqual(host.cycles.slice(3), [2400])
    cadence.stop()
    assert.equal(words[1], 0, 'nobody finds an idle engine that does not run')
    mark(cadence)
    await advance(2000)
    assert.equal(host.cycles.length, 4)
  })
}

test('event-driven: a wake-up runs its cycle itself, and what traps in it is thrown where it ends the worker', async () => {
  const { host, cadence, advance, mark } = setUp()
  cadence.start({ everyMs: 1000, minGapMs: 100, eventDriven: true })
  await advance(200)
  mark(cadence)
  for (let turn = 0; turn < 3; turn++) await null
  assert.deepEqual(host.cycles, [1000, 1200], 'before any timer')
  await advance(200)
  host.setIdle = () => {
    throw new Error('trap')
  }
  mark(cadence)
  await assert.rejects(advance(0), /trap/, 'by a timer')
})

test('event-driven: what was marked before idle was set is not slept through', async () => {
  const { host, cadence, advance } = setUp()
  host.runCycle = () => {
    host.cycles.push(host.time)
    host.marked = host.cycles.length === 1
    return false
  }
  cadence.start({ everyMs: 1000, minGapMs: 100, eventDriven: true })
  await advance(500)
  assert.deepEqual(host.cycles, [1000, 1100])
})

test('event-driven: under marks without end messages get their turn after two cycles', async () => {
  const { host, cadence, advance } = setUp()
  const turns = []
  host.runCycle = () => {
    host.cycles.push(host.time)
    host.marked = host.cycles.length < 7
    turns[turns.length - 1]++
    return false
  }
  const { setTimer } = host
  host.setTimer = (run, ms) =>
    setTimer(() => {
      turns.push(0)
      run()
    }, ms)
  cadence.start({ everyMs: 1000, minGapMs: 0, eventDriven: true })
  await advance(0)
  assert.deepEqual(turns, [2, 2, 2, 1])
})

test('event-driven: a mark between setIdle and the wait is not slept through', async () => {
  const { host, cadence, advance, words } = setUp()
  const setIdle = host.setIdle
  let calls = 0
  host.setIdle = () => {
    const idle = setIdle()
    if (++calls === 1) words[1] = 0
    return idle
  }
  cadence.start({ everyMs: 1000, minGapMs: 100, eventDriven: true })
  await advance(500)
  assert.deepEqual(host.cycles, [1000, 1100])
})

test('without waitAsync a mark whose message is missing is found by looking', async () => {
  const { host, cadence, advance, words } = setUp({ waits: false })
  cadence.start({ everyMs: 10_000, minGapMs: 100, eventDriven: true })
  await advance(300)
  words[1] = 0
  await advance(40)
  assert.equal(host.cycles.length, 2)
})

test('a wake-up for a cadence that was stopped does not run the next one early', async () => {
  const { host, cadence, advance } = setUp()
  cadence.start({ everyMs: 1000, minGapMs: 0, eventDriven: true })
  await advance(10)
  const stale = host.waiters.splice(0)
  cadence.stop()
  cadence.start({ everyMs: 1000, minGapMs: 0, eventDriven: true })
  await advance(10)
  const { length } = host.cycles
  for (const wake of stale) wake('ok')
  await advance(10)
  assert.equal(host.cycles.length, length)
})

test('a cycle that stops the cadence ends it', async () => {
  const { host, cadence, advance } = setUp()
  host.runCycle = () => {
    host.cycles.push(host.time)
    cadence.stop()
    return true
  }
  cadence.start({ everyMs: 10, minGapMs: 0, eventDriven: true })
  await advance(100)
  assert.equal(host.cycles.length, 1)
})
