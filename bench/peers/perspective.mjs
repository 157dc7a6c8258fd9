/**
 * Perspective: a table of all klines, indexed, with one window column for each of the four EMAs. That is what it can
 * express of our traders: it has no RSI, an expression cannot read a window column, and so neither MACD nor
 * `close > ema(close, n)` can be written. What is timed is a part of the work: the forming klines are updated and the
 * EMAs of each symbol's last row are read.
 */

import perspective from '@perspective-dev/client/node'
import { EMA_PERIODS } from '../lib/traders.mjs'

export const name = 'perspective'

/** @param {import('../lib/market.mjs').Market} market */
export async function open(market) {
  const rows = market.klines + 1
  const all = { id: [], symbol: [], t: [], close: [] }
  for (let symbol = 0; symbol < market.symbols.length; symbol++) {
    const { close } = market.history[symbol]
    for (let t = 0; t < rows; t++) {
      all.id.push(symbol * rows + t)
      all.symbol.push(symbol)
      all.t.push(t)
      all.close.push(close[Math.min(t, market.klines - 1)])
    }
  }
  const schema = { id: 'integer', symbol: 'integer', t: 'integer', close: 'float' }
  const table = await perspective.table(schema, { index: 'id' })
  await table.update(all)
  const windows = Object.fromEntries(
    EMA_PERIODS.map((period) => [
      `ema${period}`,
      {
        column: 'close',
        aggregate: 'ema',
        partition_by: ['symbol'],
        order_by: ['t', 'asc'],
        alpha: 2 / (period + 1),
      },
    ]),
  )
  const view = await table.view({
    columns: ['symbol', ...Object.keys(windows)],
    windows,
    filter: [['t', '==', market.klines]],
  })
  return new Windows(market, table, view)
}

class Windows {
  name = name

  constructor(market, table, view) {
    this.market = market
    this.table = table
    this.view = view
  }

  /** @returns {Promise<Record<string, number[]>>} each EMA, by symbol */
  async live(dirty, round) {
    const { market } = this
    const rows = market.klines + 1
    const update = { id: [], close: [] }
    for (const symbol of dirty) {
      update.id.push(symbol * rows + market.klines)
      update.close.push(market.price(symbol, round))
    }
    await this.table.update(update)
    return this.view.to_columns()
  }

  async end() {
    await this.view.delete()
    await this.table.delete()
  }
}
