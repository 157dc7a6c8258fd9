// The same as dying-worker.cjs, in a page's worker: must stand before the package's worker, whose handler it precedes.

/** @type {any} of the core's instance that was made last: the engine's */
let core
const { instantiate } = WebAssembly
WebAssembly.instantiate = async (/** @type {any[]} */ ...args) => {
  const made = await instantiate(...args)
  core = made.exports
  return made
}

const dooms = {
  hang: () => {
    for (;;);
  },
  trap: () => {
    const table = Object.values(core).find((one) => one instanceof WebAssembly.Table)
    for (let i = 0; i < table.length; i++) table.set(i, null)
  },
}

self.addEventListener('message', (event) => {
  const doom = dooms[event.data?.doom]
  if (!doom) return
  event.stopImmediatePropagation()
  doom()
})
