// A writer's thread in a page.

import { attachWriter } from '/dist/index.js'
import { replay } from './market.js'

self.onmessage = ({ data: { handle, market, words, thread } }) => {
  replay(attachWriter(handle), market, words, thread)
  self.postMessage('done')
}
