// The numbers of the market's table, asked from the engine: the page shows exactly what the filters see, live
// or replayed. Four expressions over all symbols, a few times a second; the engine computes them on its threads.

const FIELDS = /** @type {const} */ ({
  last: 'last',
  change: 'change_24h',
  volume: 'quote_volume_24h',
  rsi: 'rsi(14)',
})

export class Quotes {
  /** @param {string[]} symbols */
  constructor(symbols) {
    this.symbols = symbols
    const column = () => new Float64Array(symbols.length).fill(Number.NaN)
    this.last = column()
    this.change = column()
    this.volume = column()
    this.rsi = column()
  }

  /** @param {import('../../dist/index.js').Scanner} scanner @param {string} interval */
  async refresh(scanner, interval) {
    const names = /** @type {(keyof typeof FIELDS)[]} */ (Object.keys(FIELDS))
    const answers = await Promise.all(names.map((name) => scanner.evaluate(FIELDS[name], { interval })))
    names.forEach((name, at) => {
      for (let index = 0; index < this.symbols.length; index += 1) {
        this[name][index] = answers[at].get(this.symbols[index]) ?? Number.NaN
      }
    })
  }
}
