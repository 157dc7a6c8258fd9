/**
 * Questions about the filter language, which need a core and no engine. Runs in the engine worker.
 */

import { loadBare } from './engine-boot.js'
import { paramLists } from './engine-traders.js'
import { fromErrorData, TickscanError, wrapError } from './errors.js'

export class EngineLanguage {
  #host
  /** @type {Promise<any> | undefined} */
  #core

  /** @param {import('./engine-host.js').EngineHost} host */
  constructor(host) {
    this.#host = host
  }

  /** @param {WebAssembly.Module} module */
  describe(module) {
    return this.#ask(module, (bare) => bare.describeFilters())
  }

  /** @param {Record<string, any>} fields */
  validate({ core, filter, intervals, base, params, expression }) {
    if (!intervals.every((/** @type {unknown} */ name) => typeof name === 'string') || !intervals[base]) {
      throw new TickscanError('E_INTERVAL', 'the intervals are unsuitable', {
        expected: 'names, and one at `base`',
      })
    }
    const question = { filter, intervals, base, expression, ...paramLists(params) }
    return this.#ask(core, (bare) => bare.validateFilter(question))
  }

  /**
   * @param {WebAssembly.Module} module
   * @param {(core: any) => any} ask
   */
  async #ask(module, ask) {
    this.#core ??= loadBare(this.#host, module)
    try {
      const { ok, error, ...answer } = ask(await this.#core)
      if (ok === false) throw fromErrorData(error)
      return answer
    } catch (error) {
      // A trap leaves an instance behind that cannot be asked again.
      if (!(error instanceof TickscanError) || error.code === 'E_WASM') this.#core = undefined
      throw wrapError(error, 'E_WASM')
    }
  }
}
