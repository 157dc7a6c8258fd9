// The writer thread of the stress test in a page.

import { attachWriter } from '/dist/index.js'
import { writeFor } from './stress.js'

self.addEventListener('message', ({ data: { handle, share } }) => {
  const writer = attachWriter(handle)
  self.postMessage(writeFor(writer, share))
})
