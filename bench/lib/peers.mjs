/**
 * The peers of this run: each is really loaded, and one that does not load is reported with its own reason instead of
 * stopping the others.
 */

const LOADERS = {
  'trading-signals': () => import('../peers/trading-signals.mjs'),
  'trading-signals, tuned by hand': () => import('../peers/trading-signals-flat.mjs'),
  technicalindicators: () => import('../peers/technicalindicators.mjs'),
  'talib-web': async () => (await import('../peers/talib-web.mjs')).load(),
  perspective: () => import('../peers/perspective.mjs'),
}

/**
 * @typedef {object} Peers
 * @property {(name: string) => any} get the peer's module, or undefined if it did not load
 * @property {string[]} notes one line for each peer that needs one
 */

/** @param {string[]} [names] @returns {Promise<Peers>} */
export async function loadPeers(names = Object.keys(LOADERS)) {
  const loaded = new Map()
  const notes = []
  for (const name of names) {
    try {
      const peer = await LOADERS[name]()
      loaded.set(name, peer)
      if (peer.note) notes.push(`${name} ${peer.note}`)
    } catch (error) {
      notes.push(
        `${name} does not load: ${String(error?.message ?? error)
          .split('\n')
          .slice(0, 3)
          .join(' ')}`,
      )
    }
  }
  return { get: (name) => loaded.get(name), notes }
}
