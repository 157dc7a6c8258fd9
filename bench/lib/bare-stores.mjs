/** The least that a shared write can be: plain stores into a record of 256 bytes, and one Atomics.or for its dirty bit. */

function makeMemory(symbols) {
  const memory = new SharedArrayBuffer(symbols * 256 + 4096)
  return { doubles: new Float64Array(memory), words: new Int32Array(memory, symbols * 256) }
}

export function bareTicker(symbols) {
  const { doubles, words } = makeMemory(symbols)
  return (symbol, v) => {
    const at = symbol * 32
    doubles[at] = v.last
    doubles[at + 1] = v.bid
    doubles[at + 2] = v.ask
    doubles[at + 3] = v.open24h
    doubles[at + 4] = v.high24h
    doubles[at + 5] = v.low24h
    doubles[at + 6] = v.volume24h
    doubles[at + 7] = v.quoteVolume24h
    Atomics.or(words, symbol >>> 5, 1 << (symbol & 31))
  }
}

export function bareKline(symbols) {
  const { doubles, words } = makeMemory(symbols)
  return (symbol, v) => {
    const at = symbol * 32
    doubles[at] = v.openTime
    doubles[at + 1] = v.open
    doubles[at + 2] = v.high
    doubles[at + 3] = v.low
    doubles[at + 4] = v.close
    doubles[at + 5] = v.volume
    Atomics.or(words, symbol >>> 5, 1 << (symbol & 31))
  }
}
