// Several threads: writers in real worker threads, scans on one and on two threads, processes that end by themselves.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { attachWriter, createScanner } from 'tickscan'
import { fold, walk } from './helpers/series.mjs'

const timeout = 120_000 // against a test that hangs, no measure of anything
const writerUrl = new URL('./helpers/writer-thread.mjs', import.meta.url)

async function setUp(t, options) {
  const scanner = await createScanner({ symbols: ['AAA', 'BBB', 'CCC'], threads: 2, ...options })
  t.after(() => scanner.close())
  return scanner
}

/** A thread with a writer of its own; `ask(name, …arguments)` calls the writer there. */
function writerThread(t, handle) {
  const worker = new Worker(writerUrl, { workerData: { handle } })
  t.after(() => worker.terminate())
  const ask = async (...call) => {
    worker.postMessage(call)
    const [answer] = await once(worker, 'message')
    if (answer.error) throw Object.assign(new Error(answer.error.message), answer.error)
    return answer.result
  }
  return { worker, ask }
}

test('attachWriter writes from a worker thread, and one record has one writer', { timeout }, async (t) => {
  const scanner = await setUp(t)
  await scanner.addTrader({ id: 'a', filter: 'last > 5' })
  const { ask } = writerThread(t, scanner.writer.handle)
  await ask('updateTicker', 'BBB', { last: 6 })
  await ask('updateKline', 'CCC', '1m', walk(1, 1)[0])
  const { updatedSymbols } = await scanner.processUpdates()
  assert.equal(updatedSymbols, 2)
  assert.deepEqual(scanner.matches('a'), ['BBB'])
  assert.equal((await scanner.series('close', 'CCC', '1m')).length, 1)
  assert.throws(() => scanner.writer.updateTicker('BBB', { last: 1 }), { code: 'E_OWNED' })
  scanner.writer.updateTicker('AAA', { last: 7 })
  await assert.rejects(ask('updateTicker', 'AAA', { last: 1 }), { code: 'E_OWNED' })
  await assert.rejects(ask('updateTicker', 'AAA', { last: Number.NaN }), { code: 'E_VALUE' })
  await ask('close')
  scanner.writer.updateTicker('BBB', { last: 1 })
  await scanner.processUpdates()
  assert.deepEqual(scanner.matches('a'), ['AAA'])
})

test('a write in another thread wakes an idle engine', { timeout }, async (t) => {
  const scanner = await setUp(t)
  await scanner.addTrader({ id: 'a', filter: 'last > 5' })
  const { ask } = writerThread(t, scanner.writer.handle)
  await scanner.start({ eventDriven: true, everyMs: 600_000, minGapMs: 0 })
  for (const last of [6, 5, 7, 4]) {
    const woken = once(scanner, 'signals')
    await ask('updateTicker', 'BBB', { last })
    await woken
    assert.deepEqual(scanner.matches('a'), last > 5 ? ['BBB'] : [])
  }
})

test('writers in two threads and a busy engine: nothing is lost, whatever came last is what matches', {
  timeout,
}, async (t) => {
  const symbols = Array.from({ length: 200 }, (_, i) => `S${i}`)
  const scanner = await setUp(t, { symbols, maxKlines: 50 })
  await scanner.addTrader({ id: 'odd', filter: 'last > 0.5 and bid == last' })
  await scanner.addTrader({ id: 'klines', filter: 'close == volume' })
  const folded = new Map()
  scanner.addEventListener('signals', ({ detail }) => fold(folded, detail))
  const threads = [0, 1].map((half) => ({ ...writerThread(t, scanner.writer.handle), half }))
  scanner.start({ everyMs: 1, minGapMs: 0 })
  await Promise.all(
    threads.map(({ ask, half }) => ask('hammer', { first: half * 100, count: 100, rounds: 300, seed: half })),
  )
  await scanner.stop()
  await scanner.processUpdates()
  const last = await scanner.evaluate('last')
  const live = await scanner.evaluate('close')
  // hammer() ends each symbol at last = bid = (symbol's number) % 2, and klines at close = volume = rounds.
  assert.deepEqual(
    [...last.values()],
    symbols.map((_, i) => i % 2),
  )
  assert.deepEqual(
    [...live.values()],
    symbols.map(() => 300),
  )
  assert.deepEqual(
    scanner.matches('odd'),
    symbols.filter((_, i) => i % 2 === 1),
  )
  assert.deepEqual(scanner.matches('klines'), symbols)
  assert.deepEqual(folded.get('odd'), new Set(scanner.matches('odd')))
  assert.deepEqual(folded.get('klines'), new Set(symbols))
})

test('one thread and two give the same deltas', { timeout }, async () => {
  const symbols = Array.from({ length: 260 }, (_, i) => `S${i}`)
  const run = async (threads) => {
    const scanner = await createScanner({ symbols, threads, maxKlines: 60, clock: () => 1e12 })
    for (const [i, filter] of [
      'rsi(14) < 45',
      'close > ema(close, 9) and volume > 5',
      'sma(close, 3) > sma(close, 10)[2]',
    ].entries()) {
      await scanner.addTrader({
        id: `t${i}`,
        filter,
        columns: { c: 'close', r: 'rsi(5)' },
        on: i === 1 ? 'close' : 'tick',
      })
    }
    const walks = symbols.map((_, i) => walk(i + 1, 40))
    const all = []
    for (let n = 0; n < 40; n++) {
      for (const [i, symbol] of symbols.entries()) scanner.writer.updateKline(symbol, '1m', walks[i][n])
      const { elapsedUs, ...cycle } = await scanner.processUpdates()
      all.push(cycle)
    }
    const status = await scanner.status()
    await scanner.close()
    assert.equal(status.core.threads, threads)
    return all
  }
  const [one, two] = [await run(1), await run(2)]
  assert.ok(one.reduce((sum, cycle) => sum + cycle.deltas.length, 0) > 50)
  assert.deepEqual(two, one)
})

test('a handle outlives nothing: a writer attached to a closed scanner writes into memory that nobody reads', {
  timeout,
}, async (t) => {
  const scanner = await setUp(t)
  const writer = attachWriter(scanner.writer.handle)
  await scanner.close()
  assert.throws(() => scanner.writer.updateTicker('AAA', { last: 1 }), { code: 'E_CLOSED' })
  writer.updateTicker('AAA', { last: 1 })
  writer.close()
})

test('an engine worker that ends and that none follows: pending calls reject, an error event comes, close() works', {
  timeout,
}, async () => {
  let worker
  const workerUrl = new URL('./node/worker.cjs', import.meta.resolve('tickscan'))
  const createWorker = () => {
    if (worker) throw new Error('there is no other worker')
    worker = new Worker(workerUrl)
    return worker
  }
  const scanner = await createScanner({ symbols: ['AAA'], threads: 2, createWorker })
  const event = once(scanner, 'error')
  const stream = scanner.deltas().next()
  await worker.terminate()
  const pending = scanner.processUpdates()
  await assert.rejects(pending, { code: 'E_WORKER_DIED' })
  await assert.rejects(stream, { code: 'E_WORKER_DIED' })
  assert.equal((await event)[0].detail.code, 'E_WORKER_DIED')
  await scanner.close()
})

/** Runs a module in a process of its own; resolves when it has ended by itself. */
async function runProcess(source) {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    cwd: new URL('.', import.meta.url),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (data) => (output += data))
  child.stderr.on('data', (data) => (output += data))
  const [code, signal] = await once(child, 'close')
  return { code, signal, output }
}

test('after close() a process ends by itself, however the scanner was used', { timeout }, async () => {
  const ended = await runProcess(`
    import { createScanner } from 'tickscan'
    for (const threads of [1, 2, 4]) {
      const scanner = await createScanner({ symbols: ['AAA'], threads, traders: [{ id: 'a', filter: 'last > 1' }] })
      scanner.start({ everyMs: 1, minGapMs: 0, eventDriven: threads === 2 })
      scanner.writer.updateTicker('AAA', { last: 2 })
      await new Promise((resolve) => scanner.addEventListener('signals', resolve, { once: true }))
      const pending = scanner.processUpdates().catch((error) => error.code)
      const loop = (async () => { for await (const delta of scanner.deltas()); })()
      await scanner.close()
      await loop
      console.log(await pending)
    }
  `)
  assert.deepEqual(ended, { code: 0, signal: null, output: 'E_CLOSED\nE_CLOSED\nE_CLOSED\n' })
})

test('a start that fails leaves nothing that keeps a process alive', { timeout }, async () => {
  const ended = await runProcess(`
    import { createScanner } from 'tickscan'
    const tries = [
      { traders: [{ id: 'a', filter: 'nonsense >' }] }, { memoryLimit: 1 }, { signal: AbortSignal.timeout(1) }, { wasmUrl: 'none.wasm' },
      { workerUrl: 'none.cjs' },
    ]
    for (const options of tries) {
      await createScanner({ symbols: ['AAA'], threads: 2, ...options }).catch((error) => console.log(error.code))
    }
    delete globalThis.SharedArrayBuffer
    await createScanner({ symbols: ['AAA'] }).catch((error) => console.log(error.code, error.expected))
  `)
  const lines = ended.output.trim().split('\n')
  assert.deepEqual(
    [ended.code, lines.slice(0, 5)],
    [0, ['E_SYNTAX', 'E_MEMORY', 'E_ABORTED', 'E_WASM', 'E_WORKER_LOAD']],
  )
  assert.match(lines[5], /^E_NOT_ISOLATED .*Cross-Origin-Opener-Policy.*Cross-Origin-Embedder-Policy/)
})
