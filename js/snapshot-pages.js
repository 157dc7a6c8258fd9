/**
 * Snapshots that come in pages, until the last one is there: nothing may be folded of a part. Client's thread.
 */

import { joinPages } from './signals.js'

/** @import { PackedDelta } from './signals.js' */

export class SnapshotPages {
  /** @type {Map<number, PackedDelta[]>} by what SIGNALS call the trader */
  #pages = new Map()

  /**
   * @param {PackedDelta} page
   * @returns {PackedDelta | undefined} the item with all its pages; undefined: there are more to come
   */
  join(page) {
    const before = this.#pages.size > 0 ? this.#pages.get(page.ref) : undefined
    if (!before && !page.more) return page
    const pages = [...(before ?? []), page]
    if (page.more) {
      this.#pages.set(page.ref, pages)
      return undefined
    }
    this.#pages.delete(page.ref)
    return joinPages(pages)
  }

  /** @param {number} ref of which no page is expected any more */
  forget(ref) {
    this.#pages.delete(ref)
  }

  /** What has come so far says nothing any more. */
  clear() {
    this.#pages.clear()
  }
}
