/**
 * Where deltas go once they are in the matches: to events, to streams, and to the call whose cycle they come from; each
 * of these in two kinds, what the session lets through and (`internal`) everything. Client's thread.
 */

import { DeltaStreams } from './delta-stream.js'
import { SignalFold } from './signal-fold.js'

/** @import { Delta, Trader } from './match-table.js' */

/**
 * @typedef {object} FlowOptions
 * @property {import('./trader-registry.js').TraderRegistry} traders
 * @property {(delta: Delta) => void} emit an event that the session lets through
 * @property {(delta: Delta) => void} emitInternal
 * @property {() => boolean} heard somebody listens to either
 * @property {(error: import('./errors.js').TickscanError) => void} onError
 * @property {() => Promise<any>} askSnapshots of all traders
 * @property {(attempt: number) => Promise<void>} pause
 */

export class DeltaFlow {
  #options
  #outside
  #inside
  /** @type {Map<number, { internal: boolean, deltas: Delta[] }>} number of a call → the deltas that it caused */
  #collected = new Map()
  /** Takes SIGNALS. */
  fold

  /** @param {FlowOptions} options */
  constructor(options) {
    const { traders, onError, askSnapshots, pause } = options
    this.#options = options
    this.#outside = new DeltaStreams((withEmpty) => traders.snapshots(withEmpty, false))
    this.#inside = new DeltaStreams((withEmpty) => traders.snapshots(withEmpty, true))
    this.fold = new SignalFold({
      traders,
      onError,
      askSnapshots,
      pause,
      onDelta: (command, delta, { on }) => this.#tell(command, delta, on === 'tick'),
      onInternal: (command, delta, { on }) => this.#tellInternal(command, delta, on === 'tick'),
      heard: (command) => options.heard() || this.size > 0 || this.#collected.has(command),
    })
  }

  /** Open streams. */
  get size() {
    return this.#outside.size + this.#inside.size
  }

  /** Deltas that wait in the stream that is farthest behind. */
  get unread() {
    return Math.max(this.#outside.unread, this.#inside.unread)
  }

  /** @param {ReturnType<typeof import('./call-options.js').checkStream>} options */
  open({ internal, ...stream }) {
    return (internal ? this.#inside : this.#outside).open(stream)
  }

  /**
   * @param {number} command number of the call
   * @param {boolean} internal also what the session hides
   * @returns {Delta[]} filled as its deltas come, until `release`
   */
  collect(command, internal) {
    /** @type {Delta[]} */
    const deltas = []
    this.#collected.set(command, { internal, deltas })
    return deltas
  }

  /** @param {number} command */
  release(command) {
    this.#collected.delete(command)
  }

  /**
   * A trader is no more: by these deltas everything leaves.
   * @param {{ inside: Delta, outside: Delta | undefined }} deltas
   */
  lost({ inside, outside }) {
    this.#tellInternal(0, inside, false)
    if (outside) this.#tell(0, outside, false)
  }

  /** @param {Delta} delta that the outside should have had before */
  late(delta) {
    this.#tell(0, delta, false)
  }

  /** @param {import('./errors.js').TickscanError} [error] */
  end(error) {
    this.#outside.end(error)
    this.#inside.end(error)
  }

  /**
   * @param {number} command
   * @param {Delta} delta
   * @param {boolean} mergeable
   */
  #tell(command, delta, mergeable) {
    const collected = this.#collected.get(command)
    if (collected?.internal === false) collected.deltas.push(delta)
    this.#options.emit(delta)
    this.#outside.push(delta, mergeable)
  }

  /**
   * @param {number} command
   * @param {Delta} delta
   * @param {boolean} mergeable
   */
  #tellInternal(command, delta, mergeable) {
    const collected = this.#collected.get(command)
    if (collected?.internal) collected.deltas.push(delta)
    this.#options.emitInternal(delta)
    this.#inside.push(delta, mergeable)
  }
}
