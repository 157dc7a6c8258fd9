/**
 * The JavaScript writer that ships makes its accesses to shared memory in the order that the models of tests/model
 * prove right: each write is recorded, access by access, and compared with the model's steps. Then the writer's own
 * source is broken line by line, and each mutant must show in the trace.
 */

import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { inRoot } from '../../scripts/lib/paths.mjs'
import { kline, Market } from './helpers/market.mjs'

// The writer's `Atomics` is replaced while it writes.
const real = globalThis.Atomics
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'writer-trace-'))
after(() => fs.rmSync(folder, { recursive: true }))

// Plain accesses of words that others store too, or that stand for more than themselves, are told apart: `look` is a
// plain load, `put` a plain store.
// Steps of dirty.pml (mark) and wake.pml (wake) while the epoch stays and the engine is awake.
const MARK = ['look epoch', 'or dirty A', 'load epoch', 'look idle']
// mailbox.pml: fill, publish (the exchange, the writer's word, the version), then the mark.
const PUBLISH = ['exchange state', 'store writer', 'store version']
// removal.pml: every write stands between these.
const ENTER = ['store writing in', 'load generation']
const LEAVE = ['store writing out']
// The word may be put back plainly behind a mark, whose atomic steps part it from what was stored in the record.
const LEAVE_MARKED = ['put writing out']
// ring.pml: append; rewrite, whose revision is odd while the entries change.
const APPEND = ['store entry', 'store closedCount', 'store version']
const REWRITE = ['store revision odd', 'load revision', 'store entry', 'store revision even', 'store version']
const INSERT = [...REWRITE.slice(0, 3), 'store closedCount', ...REWRITE.slice(3)]

/**
 * What each case does to a fresh writer, and the accesses that must come of it.
 * @type {Record<string, { act: (rig: any) => void, trace: string[] }>}
 */
const cases = {
  ticker: {
    act: ({ ticker }) => ticker({ last: 5 }),
    trace: [...ENTER, 'claim', 'store slot', ...PUBLISH, ...MARK, ...LEAVE_MARKED],
  },
  'live kline': {
    act: ({ write }) => write(kline(1, { closed: false })),
    trace: [...ENTER, 'claim', 'store slot', ...PUBLISH, ...MARK, ...LEAVE_MARKED],
  },
  'closed kline': {
    act: ({ write }) => write(kline(1)),
    trace: [...ENTER, 'claim', ...APPEND, ...MARK, ...LEAVE_MARKED],
  },
  correction: {
    act: ({ write, forget }) => {
      write(kline(1))
      forget()
      write(kline(1, { volume: 77 }))
    },
    trace: [...ENTER, ...REWRITE, ...MARK, ...LEAVE_MARKED],
  },
  'filled gap': {
    act: ({ write, forget }) => {
      write(kline(1))
      write(kline(3))
      forget()
      write(kline(2))
    },
    trace: [...ENTER, ...INSERT, ...MARK, ...LEAVE_MARKED],
  },
  'the epoch moves after the bit was set': {
    act: ({ ticker, during }) => {
      during('or dirty A', ({ swap }) => swap())
      ticker({ last: 5 })
    },
    trace: [
      ...ENTER,
      ...['claim', 'store slot', ...PUBLISH, ...MARK.slice(0, 3), 'or dirty B', ...MARK.slice(3)],
      ...LEAVE_MARKED,
    ],
  },
  'the engine sleeps': {
    act: ({ ticker, sleep }) => {
      sleep()
      ticker({ last: 5 })
    },
    trace: [
      ...ENTER,
      ...['claim', 'store slot', ...PUBLISH, ...MARK, 'exchange idle', 'notify idle'],
      ...LEAVE_MARKED,
    ],
  },
  'a late kline, which is not marked': {
    act: ({ write, forget }) => {
      write(kline(2, { closed: false }))
      forget()
      write(kline(1, { closed: false }))
    },
    trace: [...ENTER, ...LEAVE],
  },
  'the symbol was removed': {
    act: ({ ticker, remove }) => {
      remove()
      ticker({ last: 5 })
    },
    trace: [...ENTER, ...LEAVE],
  },
}

/**
 * A market of its own, written to by the classes of one folder of sources, and the recorded accesses.
 * @param {string} sources
 */
async function rig(sources) {
  const load = (/** @type {string} */ file) => import(pathToFileURL(path.join(sources, file)).href)
  const [{ MarketMemory }, { TickerWriter }, { KlineWriter }] = await Promise.all(
    ['market-memory.js', 'ticker-writer.js', 'kline-writer.js'].map(load),
  )
  const market = new Market()
  const memory = new MarketMemory(market.handle, () => {})
  const names = nameWords(market.layout, memory.id)
  /** @type {string[]} */
  const trace = []
  /** @type {Map<string, (market: any) => void>} */
  const hooks = new Map()
  const record = (/** @type {string} */ step) => {
    // Fields of one record are stored in any order: what counts is what comes before and after them.
    if (trace.at(-1) !== step || !/^store (slot|entry)$/.test(step)) trace.push(step)
    const hook = hooks.get(step)
    hooks.delete(step)
    hook?.(market)
  }
  const { words, doubles } = memory
  const plain = (/** @type {string} */ verb) => (/** @type {number} */ index, /** @type {any} */ value) =>
    names.plain(verb, index, value)
  memory.words = recorded(words, plain('store'), record, plain('look'))
  memory.doubles = recorded(doubles, (index) => names.double(index), record)
  const tickers = new TickerWriter(memory)
  const klines = new KlineWriter(memory, market.intervals)
  const recorder = recordingAtomics(words, memory.words, names, record)
  const withRecorder = (/** @type {() => void} */ act) => {
    globalThis.Atomics = recorder
    try {
      act()
    } finally {
      globalThis.Atomics = real
    }
  }
  const { layout } = market
  return {
    trace,
    ticker: (/** @type {any} */ fields) => withRecorder(() => tickers.write(0, fields, 0)),
    write: (/** @type {any} */ one) => withRecorder(() => klines.write(0, 0, one, 0)),
    forget: () => trace.splice(0),
    sleep: () => real.store(words, layout.idle / 4, 1),
    /** The next symbol has the slot already. */
    remove: () => {
      market.removeSymbol(0)
      market.addSymbol('NEW', 0)
    },
    during: (/** @type {string} */ step, /** @type {() => void} */ act) =>
      hooks.set(step, () => act({ swap: () => real.add(words, layout.epoch / 4, 1) })),
  }
}

/** A view whose plain stores are recorded, and those plain loads that `look` has a name for. */
function recorded(view, name, record, look = (/** @type {number} */ _) => undefined) {
  return new Proxy(view, {
    get: (target, key) => {
      const step = typeof key === 'string' && /^\d+$/.test(key) ? look(Number(key)) : undefined
      if (step) record(step)
      const value = target[key]
      return typeof value === 'function' ? value.bind(target) : value
    },
    set: (target, key, value) => {
      const step = name(Number(key), value)
      target[key] = value
      if (step) record(step)
      return true
    },
  })
}

/** Atomics as the writer sees them. */
function recordingAtomics(words, proxy, names, record) {
  const one =
    (operation, verb) =>
    (view, index, ...values) => {
      assert.equal(view, proxy)
      const result = real[operation](words, index, ...values)
      const step = names.word(verb, index, values[0])
      if (step) record(step)
      return result
    }
  return Object.fromEntries([
    ['load', one('load', 'load')],
    ['store', one('store', 'store')],
    ['or', one('or', 'or')],
    ['exchange', one('exchange', 'exchange')],
    ['compareExchange', one('compareExchange', 'claim')],
    ['notify', one('notify', 'notify')],
    ['add', one('add', 'add')],
  ])
}

/** Words and doubles by the names that the models give them; undefined for counters that nobody waits for. */
function nameWords(layout, id) {
  const control = new Map([
    [layout.epoch, 'epoch'],
    [layout.idle, 'idle'],
  ])
  const box = new Map([
    [layout.boxState, 'state'],
    [layout.boxWriter, 'writer'],
    [layout.boxVersion, 'version'],
    [layout.boxOwner, 'owner'],
    [layout.seriesClosedCount, 'closedCount'],
    [layout.seriesRevision, 'revision'],
  ])
  const bufferBytes = layout.rowCount * layout.rowWords * 4
  return {
    word(verb, index, value) {
      const byte = index * 4
      if (control.has(byte)) return `${verb} ${control.get(byte)}`
      if (byte >= layout.dirty && byte < layout.dirty + 2 * bufferBytes) {
        return `${verb} dirty ${byte < layout.dirty + bufferBytes ? 'A' : 'B'}`
      }
      if (byte >= layout.writers && byte < layout.symbols) {
        if ((byte - layout.writers) % layout.writerStride !== layout.writerWriting) return undefined
        return `${verb} writing ${value === 0 ? 'out' : 'in'}`
      }
      if (byte >= layout.symbols && byte < layout.dirty) {
        return (byte - layout.symbols) % layout.symbolStride === layout.symbolGeneration
          ? `${verb} generation`
          : undefined
      }
      const inTicker = byte >= layout.tickers && byte < layout.series
      if (!inTicker && !(byte >= layout.series && byte < layout.rings)) return undefined
      const offset = inTicker
        ? (byte - layout.tickers) % layout.tickerStride
        : (byte - layout.series) % layout.seriesStride
      if (inTicker && offset >= layout.boxSlots) return `${verb} a slot's word`
      const name = box.get(offset)
      if (name === 'owner') return verb === 'claim' ? 'claim' : `${verb} owner ${id}`
      if (name !== 'revision' || verb !== 'store') return name && `${verb} ${name}`
      return `store revision ${value % 2 === 0 ? 'even' : 'odd'}`
    },
    /** Plain loads are of what this writer alone stores, and of no interest, but for those of the control words. */
    plain(verb, index, value) {
      if (verb === 'look') return control.has(index * 4) ? `look ${control.get(index * 4)}` : undefined
      const step = this.word(verb, index, value)
      return step?.replace(/^store (?=writing)/, 'put ')
    },
    double: (index) => (index * 8 >= layout.rings ? 'store entry' : 'store slot'),
  }
}

for (const [name, { act, trace }] of Object.entries(cases)) {
  test(`the trace of a write is the model's: ${name}`, async () => {
    const one = await rig(inRoot('js'))
    act(one)
    assert.deepEqual(one.trace, trace)
  })
}

/** Mistakes in the writer that ships: [file, what stands there once, what stands there instead, the case that shows it]. */
const mutants = [
  [
    'market-memory.js',
    'Atomics.exchange(words, box + this.#state, mine | FRESH)',
    '[words[box + this.#state], (words[box + this.#state] = mine | FRESH)][0]',
    'ticker',
  ],
  [
    'market-memory.js',
    'if (epochAfter !== epoch) Atomics.or',
    'if (false) Atomics.or',
    'the epoch moves after the bit was set',
  ],
  ['market-memory.js', '(epochAfter & 1)', '(epoch & 1)', 'the epoch moves after the bit was set'],
  [
    'market-memory.js',
    'const epochAfter = Atomics.load(words, this.#epoch)',
    'const epochAfter = epoch',
    'ticker',
  ],
  [
    'market-memory.js',
    'Atomics.or(words, word + (epoch & 1) * this.#bufferWords, bit)',
    'words[word + (epoch & 1) * this.#bufferWords] |= bit',
    'ticker',
  ],
  [
    'market-memory.js',
    'const epochAfter = Atomics.load(words, this.#epoch)',
    'const epochAfter = words[this.#epoch]',
    'ticker',
  ],
  [
    'market-memory.js',
    'const bit = 1 << (symbol & 31)',
    'const bit = 1 << (symbol & 31); Atomics.load(words, this.#idle)',
    'ticker',
  ],
  [
    'market-memory.js',
    'if (Atomics.exchange(this.words, this.#idle, 0) !== 1) return',
    '',
    'the engine sleeps',
  ],
  ['market-memory.js', 'Atomics.notify(this.words, this.#idle)', '', 'the engine sleeps'],
  [
    'ticker-writer.js',
    'memory.publish(box, mine)',
    'memory.mark(0, symbol); memory.publish(box, mine)',
    'ticker',
  ],
  [
    'ticker-writer.js',
    'const { doubles } = memory',
    'memory.publish(box, mine); const { doubles } = memory',
    'ticker',
  ],
  ['ticker-writer.js', '!memory.claim(box) ? OWNED : ', '', 'ticker'],
  [
    'market-memory.js',
    'const generation = Atomics.load(words, record)',
    'const generation = words[record]',
    'ticker',
  ],
  [
    'market-memory.js',
    'Atomics.store(words, this.#writing, symbol + 1)',
    'Atomics.load(words, record)',
    'ticker',
  ],
  [
    'market-memory.js',
    'generation * KEY_SLOTS + symbol === key && words',
    'generation >= 0 && words',
    'the symbol was removed',
  ],
  ['ticker-writer.js', 'memory.mark(0, symbol)', 'memory.leaveMarked(); memory.mark(0, symbol)', 'ticker'],
  ['ticker-writer.js', 'memory.mark(0, symbol)', 'memory.mark(0, symbol); memory.bumpVersion(box)', 'ticker'],
  ['ticker-writer.js', 'memory.leaveMarked()', '', 'ticker'],
  ['kline-writer.js', 'memory.leave()', 'memory.leaveMarked()', 'a late kline, which is not marked'],
  [
    'market-memory.js',
    'if (words[this.#debugEnabled] !== 0)',
    'if (words[this.#idle] === 2 || words[this.#debugEnabled] !== 0)',
    'the engine sleeps',
  ],
  [
    'kline-writer.js',
    'const to = this.ring(symbol, row) + (count % this.#capacity)',
    'const to = this.ring(symbol, row) + (count % this.#capacity); Atomics.store(words, box + this.#closedCount, count + 1)',
    'closed kline',
  ],
  [
    'kline-writer.js',
    'Atomics.store(words, box + this.#revision, (words[box + this.#revision] + 1) | 1)',
    '',
    'correction',
  ],
  ['kline-writer.js', 'Atomics.load(words, box + this.#revision)', '', 'correction'],
  [
    'kline-writer.js',
    'Atomics.store(words, box + this.#revision, words[box + this.#revision] + 1)',
    '',
    'correction',
  ],
]

test('every mistake in the writer that ships shows in its trace', async (t) => {
  for (const [i, [file, find, replace, name]] of mutants.entries()) {
    const copy = path.join(folder, `mutant-${i}`)
    fs.cpSync(inRoot('js'), copy, { recursive: true })
    fs.writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }')
    const parts = fs.readFileSync(path.join(copy, file), 'utf8').split(find)
    assert.equal(parts.length, 2, `${file} has once: ${find}`)
    fs.writeFileSync(path.join(copy, file), parts.join(replace))
    const { act, trace } = cases[name]
    const one = await rig(copy)
    act(one)
    assert.notDeepEqual(one.trace, trace, `${file}: ${find} → ${replace || 'nothing'}`)
  }
  t.diagnostic(`${mutants.length} mutants of the JavaScript writer killed`)
})
