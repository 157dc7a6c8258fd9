/**
 * The Scanner's commands about traders: they keep the client's registry and the engine's traders in step, also where a
 * call is given up and nobody knows whether it was carried out. Client's thread.
 */

import { checkCall } from './call-options.js'
import { isUncertain } from './message-check.js'
import { checkChanges } from './trader.js'

/** @import { CallOptions } from './call-options.js' */
/** @import { Trader } from './match-table.js' */
/** @import { CheckedTrader, TraderInfo } from './trader.js' */

export class TraderCommands {
  #client
  #traders
  #now
  #onLeft

  /**
   * @param {import('./supervisor.js').Supervisor} client
   * @param {import('./trader-registry.js').TraderRegistry} traders
   * @param {() => number} now
   * @param {(deltas: import('./delta-maker.js').Leaving) => void} onLeft a trader's matches have all left
   */
  constructor(client, traders, now, onLeft) {
    this.#client = client
    this.#traders = traders
    this.#now = now
    this.#onLeft = onLeft
  }

  /**
   * @param {CheckedTrader} checked
   * @param {CallOptions} [options]
   * @returns {Promise<TraderInfo>}
   */
  async add(checked, options) {
    const call = checkCall(options)
    const now = this.#now()
    const trader = this.#traders.add(checked)
    return this.#put(trader, { ...checked, now }, call, () => this.#traders.remove(trader))
  }

  /**
   * Puts a trader into the engine that the registry has.
   * @param {Trader} trader
   * @param {Record<string, any>} spec
   * @param {CallOptions} call
   * @param {() => void} giveUp
   * @returns {Promise<TraderInfo>}
   */
  async #put({ ref, id: traderId }, { id, ...fields }, call, giveUp) {
    const before = this.#client.lastSeq
    const answer = this.#client.call('ADD_TRADER', { ...fields, ref, traderId }, call)
    const wasSent = this.#client.lastSeq !== before
    try {
      return { id: traderId, ...(await answer) }
    } catch (error) {
      giveUp()
      // The command may still be carried out; the engine must not keep a trader that nobody knows.
      if (wasSent && isUncertain('ADD_TRADER', error)) {
        this.#client.call('REMOVE_TRADER', { ref }, { lasting: true, pressing: true }).catch(nothing)
      }
      throw error
    }
  }

  /**
   * @param {string} id
   * @param {unknown} given
   * @param {CallOptions} [options]
   * @returns {Promise<TraderInfo>}
   */
  async update(id, given, options) {
    const call = checkCall(options)
    const now = this.#now()
    const changes = checkChanges(given)
    const entry = this.#traders.get(id)
    if (entry.error) return this.#enable(entry, changes, now, call)
    const { change, fields } = this.#traders.change(id, changes)
    const before = this.#client.lastSeq
    const answer = this.#client.call('UPDATE_TRADER', { ...fields, now }, call)
    const wasSent = this.#client.lastSeq !== before
    try {
      const info = await answer
      this.#traders.made(change.as)
      return { id, ...info }
    } catch (error) {
      if (wasSent && isUncertain('UPDATE_TRADER', error)) change.lost = true
      else this.#traders.dropChange(change)
      throw error
    }
  }

  /**
   * A trader that the engine could not run is tried again, as it is now.
   * @param {import('./trader-registry.js').Entry} entry
   * @param {ReturnType<typeof checkChanges>} changes
   * @param {number} now
   * @param {CallOptions} call
   */
  #enable(entry, changes, now, call) {
    const { spec, giveUp } = this.#traders.enable(entry, changes)
    return this.#put(entry.trader, { ...spec, now }, call, () => {
      const disabled = giveUp()
      if (disabled) this.#onLeft(disabled)
    })
  }

  /**
   * @param {string} id
   * @param {CallOptions} [options]
   * @returns {Promise<void>}
   */
  async remove(id, options) {
    const { trader, error } = this.#traders.get(id)
    const call = checkCall(options)
    // No engine has it.
    if (error) return this.#traders.remove(trader)
    const before = this.#client.lastSeq
    const answer = this.#client.call('REMOVE_TRADER', { ref: trader.ref }, { ...call, lasting: true })
    // A call that was not even sent (E_BACKPRESSURE, aborted before) leaves the trader as it was.
    if (this.#client.lastSeq !== before) this.#traders.remove(trader)
    await answer
  }
}

function nothing() {}
