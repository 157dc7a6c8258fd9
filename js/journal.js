/**
 * What a new engine must be told to stand where the dead one stood: the commands that changed something, compacted to
 * their effect. A command enters it when it was acknowledged, also after its caller gave it up; one that failed never
 * does. Client's thread.
 *
 * A command that changes state is one more row of EFFECTS. Symbols are not here: the engine's SYMBOL events say which
 * there are, and symbol-list.js keeps them.
 */

/** @typedef {Record<string, any>} Fields */

/**
 * @typedef {object} JournalState
 * @property {Fields | undefined} init fields of INIT
 * @property {Fields} config fields of SET_CONFIG, the newest of each
 * @property {Map<number, Fields>} traders by ref, in the order of adding: fields of ADD_TRADER
 */

/** @type {Readonly<Record<string, { done?: (state: JournalState, fields: Fields) => void, any?: (state: JournalState, fields: Fields) => void }>>} */
const EFFECTS = Object.freeze({
  INIT: {
    done: (state, fields) => {
      state.init = fields
    },
  },
  SET_CONFIG: {
    done: (state, { now, session, ...fields }) => {
      Object.assign(state.config, fields)
      if (session) state.config.session = { ...state.config.session, ...session }
    },
  },
  ADD_TRADER: { done: (state, fields) => void state.traders.set(fields.ref, fields) },
  UPDATE_TRADER: {
    done: (state, { ref, as, now, ...changes }) => {
      const fields = state.traders.get(ref)
      if (fields) state.traders.set(ref, { ...fields, ...changes })
    },
  },
  // Whatever the answer: the client knows the trader no more.
  REMOVE_TRADER: { any: (state, fields) => void state.traders.delete(fields.ref) },
})

export class Journal {
  /** @type {JournalState} */
  #state = { init: undefined, config: {}, traders: new Map() }

  /**
   * @param {string} type
   * @param {Fields} fields
   * @param {boolean} ok acknowledged; false: refused, or given up
   */
  note(type, fields, ok) {
    if (!Object.hasOwn(EFFECTS, type)) return
    const effect = EFFECTS[type]
    effect.any?.(this.#state, fields)
    if (ok) effect.done?.(this.#state, fields)
  }

  get init() {
    return this.#state.init
  }

  get config() {
    return this.#state.config
  }

  /** @returns {Fields[]} */
  get traders() {
    return [...this.#state.traders.values()]
  }

  /** @param {number} ref */
  forget(ref) {
    this.#state.traders.delete(ref)
  }
}
