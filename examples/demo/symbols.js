// The symbols of the simulated market: names that a trader knows, with invented prices. The largest come
// first, as on an exchange's own list; coins are quoted in USDT, and the larger ones in BTC as well.

import { uniform } from './random.js'

const COINS =
  'BTC ETH SOL XRP BNB DOGE ADA TRX AVAX LINK DOT MATIC LTC SHIB BCH UNI XLM ATOM ETC FIL HBAR APT ARB NEAR OP ' +
  'INJ VET ICP AAVE MKR GRT ALGO QNT SAND MANA AXS EGLD FTM THETA XTZ EOS FLOW CHZ KAVA SNX CRV LDO RPL DYDX ' +
  'GMX STX IMX RNDR FET AGIX OCEAN ROSE ZIL ENJ BAT ZRX COMP YFI SUSHI CAKE RUNE KSM DASH ZEC XMR NEO WAVES ' +
  'QTUM ICX ONT IOTA ZEN SC DGB RVN BTG LSK STEEM HIVE ARDR NANO OMG LRC SKL CELR ANKR COTI HOT WIN BTT STMX ' +
  'DENT CKB IOST KEY FUN MTL NKN CVC STORJ REN BAND OXT KNC BAL UMA RSR TRB API3 INCH PERP ALPHA BEL CTSI DIA ' +
  'DUSK FIS FLM FOR GHST HARD HFT ID IDEX ILV JASMY JOE JST KLAY LEVER LINA LIT LOOM LPT LQTY LTO MASK MAV MBOX ' +
  'MC MDT MINA MOVR NMR OGN OM ORN PEOPLE PHA POLS POND POWR PUNDIX PYR QI QUICK RAD RARE REEF REI REQ RIF RLC ' +
  'SFP SLP SPELL SSV SUN SUPER SXP SYS T TLM TVK TWT VGX VOXEL VTHO WAXP WOO XEC XVG XVS YGG ZKS AMB AST ATA'

/** The first few are so well known that a wrong price would look like a fault. @type {Record<string, number>} */
const KNOWN_PRICES = {
  BTC: 64_210,
  ETH: 3_145,
  SOL: 148.2,
  XRP: 0.582,
  BNB: 571,
  DOGE: 0.1243,
  ADA: 0.4512,
  TRX: 0.1377,
  AVAX: 34.6,
  LINK: 14.92,
  DOT: 6.81,
  MATIC: 0.721,
  LTC: 81.4,
  SHIB: 0.00002235,
  BCH: 412,
  UNI: 9.35,
  XLM: 0.1062,
  ATOM: 8.24,
}

/** @typedef {{ name: string, price: number, rank: number, quoteBtc: boolean }} MarketSymbol */

/**
 * @param {number} count how many, to about 300
 * @param {number} seed
 * @returns {MarketSymbol[]}
 */
export function marketSymbols(count, seed) {
  const random = uniform(seed)
  const coins = COINS.split(' ').map((coin, rank) => ({
    coin,
    rank,
    // Prices of coins spread over many powers of ten: a filter must not care, and a table has to show them.
    price: KNOWN_PRICES[coin] ?? 10 ** (random() * 4.5 - 3),
  }))
  // In BTC only where the price has digits to move in: exchanges quote it with eight decimals.
  const dear = coins.slice(1).filter(({ price }) => price / KNOWN_PRICES.BTC > 1e-6)
  const symbols = [
    ...coins.map(({ coin, rank, price }) => ({ name: `${coin}USDT`, price, rank, quoteBtc: false })),
    ...dear.map(({ coin, rank, price }) => ({
      name: `${coin}BTC`,
      price: price / KNOWN_PRICES.BTC,
      rank: rank + 40,
      quoteBtc: true,
    })),
  ]
  return symbols.sort((a, b) => a.rank - b.rank).slice(0, count)
}
