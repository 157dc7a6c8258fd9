/** What writers write and own goes over from memory to memory, whichever of the engines in between dies when. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MarketCopy, viewsOf } from '../../js/market-copy.js'
import { MarketWriter } from '../../js/market-writer.js'
import { RETIRED, SUCCEEDED } from '../../js/successor.js'
import { codeOf, kline, Market } from './helpers/market.mjs'

/** Memories of one engine after the other; a writer's handle knows all, or as many as it is told. */
function chain(count) {
  const markets = Array.from({ length: count }, () => new Market())
  const handle = (first, last = count - 1) => ({
    ...markets[first].handle,
    spares: markets.slice(first + 1, last + 1).map(({ memory }) => memory),
  })
  /** The engine of a memory has died, and the next one's copy of it. */
  const retire = (at, word) => markets[at].set(markets[at].layout.retired, word)
  const copy = (from, to) => {
    const between = markets.slice(from + 1, to).map(({ memory }) => viewsOf(memory))
    return new MarketCopy(
      viewsOf(markets[from].memory),
      viewsOf(markets[to].memory),
      markets[to].layout,
      between,
    )
  }
  return { markets, handle, retire, copy }
}

const last = (market, slot = 0) => market.takeTicker(slot)?.last

test('a writer that finds no next memory leaves its last write, and its records to whoever attaches', () => {
  const { markets, handle, retire, copy } = chain(2)
  const writer = new MarketWriter(handle(0, 0))
  writer.updateTicker('AAA', { last: 1 })
  retire(0, RETIRED)
  const copied = copy(0, 1)
  copied.copyAll()
  retire(0, SUCCEEDED)
  writer.updateTicker('AAA', { last: 2 })
  assert.equal(
    codeOf(() => writer.updateTicker('AAA', { last: 3 })),
    'E_CLOSED',
  )

  const anew = new MarketWriter(handle(1))
  assert.equal(
    codeOf(() => anew.updateTicker('AAA', { last: 4 })),
    'E_OWNED',
  )
  assert.equal(copied.copyAgain(), 0)
  assert.equal(last(markets[1]), 2)
  anew.updateTicker('AAA', { last: 5 })
  assert.equal(last(markets[1]), 5)
  // Its place is free again, too.
  for (let i = 1; i < markets[1].layout.maxWriters; i++) new MarketWriter(handle(1))
})

test('a writer that does not come is held for gone at last, and comes back as one that must ask', () => {
  const { markets, handle, retire, copy } = chain(2)
  const silent = new MarketWriter(handle(0))
  silent.updateTicker('AAA', { last: 1 })
  silent.updateTicker('BBB', { last: 1 })
  retire(0, RETIRED)
  const copied = copy(0, 1)
  copied.copyAll()
  retire(0, SUCCEEDED)
  const other = new MarketWriter(handle(1))
  assert.equal(copied.copyAgain(), 1)
  assert.equal(
    codeOf(() => other.updateTicker('AAA', { last: 2 })),
    'E_OWNED',
  )
  assert.equal(copied.copyAgain(true), 1)
  other.updateTicker('AAA', { last: 3 })
  // What nobody took is its own again; what somebody took is not.
  silent.updateTicker('BBB', { last: 4 })
  assert.equal(last(markets[1], 1), 4)
  assert.equal(
    codeOf(() => silent.updateTicker('AAA', { last: 5 })),
    'E_OWNED',
  )
  assert.equal(last(markets[1]), 3)
  silent.updateTicker('BBB', { last: 6 })
  assert.equal(last(markets[1], 1), 6)
})

test('a write to a dead memory is not lost with the engine that had not taken it over', () => {
  const { markets, handle, retire, copy } = chain(3)
  const writer = new MarketWriter(handle(0))
  const owner = new MarketWriter(handle(0))
  writer.updateTicker('AAA', { last: 1 })
  owner.updateKline('AAA', '1m', kline(0))
  retire(0, RETIRED)
  copy(0, 1).copyAll()
  // The second engine has copied everything and dies before it looks again.
  writer.updateTicker('AAA', { last: 2 })
  owner.updateKline('AAA', '1m', kline(1))
  owner.close()
  writer.loadHistory('BBB', '1m', columns([kline(0), kline(1)]))
  retire(0, SUCCEEDED)
  retire(1, RETIRED)
  copy(1, 2).copyAll()
  const older = copy(0, 2)
  assert.equal(older.copyAgain(), 1)
  assert.equal(last(markets[2]), 2)
  assert.equal(markets[2].ring(0, 0).length, 2)
  assert.equal(markets[2].ring(1, 0).length, 2)
  retire(1, SUCCEEDED)
  // What the one that has closed had may be written by another; what the other one has may not.
  const another = new MarketWriter(handle(2))
  another.updateKline('AAA', '1m', kline(2))
  assert.equal(
    codeOf(() => another.updateTicker('AAA', { last: 3 })),
    'E_OWNED',
  )
  writer.updateTicker('AAA', { last: 4 })
  assert.equal(last(markets[2]), 4)
  assert.equal(older.copyAgain(), 0)
})

test('what a memory before the last one says does not undo what was written since', () => {
  const { markets, handle, retire, copy } = chain(3)
  const writer = new MarketWriter(handle(0))
  const closes = new MarketWriter(handle(0))
  writer.updateTicker('AAA', { last: 1 })
  closes.updateTicker('BBB', { last: 1 })
  retire(0, RETIRED)
  const first = copy(0, 1)
  first.copyAll()
  closes.close()
  retire(0, SUCCEEDED)
  assert.equal(first.copyAgain(), 1)
  writer.updateTicker('AAA', { last: 2 })
  // Takes the place, and a record, of the one that has closed.
  const heir = new MarketWriter(handle(1))
  heir.updateTicker('BBB', { last: 3 })
  retire(1, RETIRED)
  copy(1, 2).copyAll()
  assert.equal(copy(0, 2).copyAgain(), 0)
  retire(1, SUCCEEDED)
  assert.equal(last(markets[2], 0), 2)
  assert.equal(last(markets[2], 1), 3)
  heir.updateTicker('BBB', { last: 4 })
  writer.updateTicker('AAA', { last: 5 })
  assert.equal(last(markets[2], 1), 4)
  assert.equal(last(markets[2], 0), 5)
})

test('a place in a dead memory and the same place in the next one may be two writers', () => {
  const { markets, handle, retire, copy } = chain(3)
  retire(0, RETIRED)
  copy(0, 1).copyAll()
  const late = new MarketWriter(handle(0))
  late.updateTicker('AAA', { last: 1 })
  const other = new MarketWriter(handle(1))
  other.updateTicker('BBB', { last: 2 })
  retire(0, SUCCEEDED)
  retire(1, RETIRED)
  copy(1, 2).copyAll()
  assert.equal(copy(0, 2).copyAgain(), 1)
  assert.equal(last(markets[2], 0), 1)
  retire(1, SUCCEEDED)
  late.updateTicker('AAA', { last: 3 })
  late.updateTicker('AAA', { last: 5 })
  other.updateTicker('BBB', { last: 4 })
  assert.equal(
    codeOf(() => other.updateTicker('AAA', { last: 6 })),
    'E_OWNED',
  )
  assert.equal(last(markets[2], 0), 5)
  assert.equal(last(markets[2], 1), 4)
})

test('a record that is let go in a dead memory is let go, with what was written last', () => {
  for (const moves of [false, true]) {
    const { markets, handle, retire, copy } = chain(2)
    const writer = new MarketWriter(handle(0))
    writer.updateTicker('AAA', { last: 1 })
    writer.updateTicker('BBB', { last: 1 })
    retire(0, RETIRED)
    const copied = copy(0, 1)
    copied.copyAll()
    writer.updateTicker('AAA', { last: 2 })
    writer.release('AAA')
    retire(0, SUCCEEDED)
    if (moves) writer.updateTicker('BBB', { last: 2 })
    assert.equal(copied.copyAgain(), moves ? 0 : 1)
    assert.equal(last(markets[1]), 2)
    new MarketWriter(handle(1)).updateTicker('AAA', { last: 3 })
    assert.equal(last(markets[1]), 3)
  }
})

test('an engine that dies while it copies holds nobody up, and nothing of what it had not copied is lost', () => {
  const { markets, handle, retire, copy } = chain(3)
  const { layout } = markets[0]
  const CLAIMED = 1
  const HELD = 3
  const TAKEN = 5
  const COPIER = -2
  const claim = (i) => layout.writers + i * layout.writerStride
  const writer = new MarketWriter(handle(0))
  const closes = new MarketWriter(handle(0))
  writer.updateTicker('AAA', { last: 1 })
  closes.updateTicker('BBB', { last: 1 })
  closes.loadHistory('AAA', '1m', columns([kline(0)]))
  retire(0, RETIRED)
  copy(0, 1).copyAll()
  closes.updateTicker('BBB', { last: 2 })
  closes.close()
  retire(0, SUCCEEDED)
  // Where the second engine stands when it dies: it holds the first two writers, and a record that is nobody's.
  assert.equal(markets[0].get(claim(0)), CLAIMED)
  markets[0].set(claim(0), HELD)
  markets[0].set(claim(1), TAKEN)
  markets[1].set(markets[1].seriesAt(0, 0) + layout.boxOwner, COPIER)
  // Nobody waits for a dead engine.
  writer.updateTicker('AAA', { last: 3 })
  retire(1, RETIRED)
  const copies = [copy(1, 2), copy(0, 2)]
  for (const one of copies) one.letGo()
  copies[0].copyAll()
  assert.equal(copies[1].copyAgain(), 1)
  retire(1, SUCCEEDED)
  assert.equal(last(markets[2], 0), 3)
  assert.equal(last(markets[2], 1), 2)
  const another = new MarketWriter(handle(2))
  another.updateKline('AAA', '1m', kline(1))
  another.updateTicker('BBB', { last: 4 })
  writer.updateTicker('AAA', { last: 5 })
  assert.equal(last(markets[2], 0), 5)
  assert.equal(markets[2].get(claim(0)), CLAIMED)
})

test('a writer for which there is no place in the next memory says so and spoils nothing', () => {
  const { markets, handle, retire, copy } = chain(2)
  retire(0, RETIRED)
  const copied = copy(0, 1)
  copied.copyAll()
  const late = new MarketWriter(handle(0))
  late.updateTicker('AAA', { last: 1 })
  const others = Array.from({ length: markets[1].layout.maxWriters }, () => new MarketWriter(handle(1)))
  others[0].updateTicker('BBB', { last: 2 })
  retire(0, SUCCEEDED)
  late.updateTicker('AAA', { last: 3 })
  assert.equal(
    codeOf(() => late.updateTicker('BBB', { last: 4 })),
    'E_CLOSED',
  )
  assert.equal(last(markets[1], 1), 2)
  copied.copyAgain()
  assert.equal(last(markets[1], 0), 3)
  others[1].updateTicker('AAA', { last: 5 })
})

function columns(klines) {
  const fields = ['openTime', 'open', 'high', 'low', 'close', 'volume']
  return Object.fromEntries(fields.map((field) => [field, klines.map((one) => one[field])]))
}
