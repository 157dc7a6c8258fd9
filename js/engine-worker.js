/**
 * The engine worker's entry: joins the worker's port, the inbox and the engine. The port's handler is set in the
 * first, synchronous step of the worker, so no message that comes before the engine stands is missed.
 */

import { CORE_MIN_PAGES, engineScope, loadCore, openUrl, terminateCore } from '#core'
import { Engine } from './engine.js'
import { toErrorData } from './errors.js'
import { Inbox } from './inbox.js'
import { own } from './message-check.js'
import { PROTOCOL_VERSION } from './protocol.js'

/** Called by the worker file when it runs in the engine's role; nothing happens at import. */
export function startEngine() {
  const scope = engineScope()
  const engine = new Engine({
    post: (message, transfer) => scope.postMessage(message, transfer),
    loadCore,
    terminateCore,
    close: () => scope.close(),
    openUrl,
    minPages: CORE_MIN_PAGES,
    now: () => Date.now(),
    steadyNow: () => performance.now(),
    ...timers(),
    waitAsync: waitAsync(),
    heapBytes,
    holdLock: (name) => scope.holdLock(name),
  })
  const inbox = new Inbox({
    apply: (type, fields, seq, again) => engine.apply(type, fields, seq, again),
    post: (message) => scope.postMessage(message),
    posted: () => engine.posted,
  })
  scope.onmessage = (message) => {
    if (!engine.signal(String(own(message, 'type')))) inbox.receive(message)
  }
  scope.onerror = (error) => {
    // The message is lost and its seq is missing until the client sends it again.
    const data = toErrorData(error, 'E_CLONE')
    scope.postMessage({ v: PROTOCOL_VERSION, type: 'ERROR', error: data, fatal: false })
  }
}

/** Atomics.waitAsync, where there is one: Firefox has it since 145. */
function waitAsync() {
  const atomics = /** @type {any} */ (Atomics)
  if (typeof atomics.waitAsync !== 'function') return undefined
  return (/** @type {Int32Array} */ words, /** @type {number} */ index, /** @type {number} */ value) =>
    atomics.waitAsync(words, index, value)
}

/**
 * Timers, of which those without a wait run as soon as messages had their turn: a real one takes 1 ms in Node and up to 4
 * in browsers, which every update would wait for in an event-driven engine.
 */
function timers() {
  const callSoon = soon()
  return {
    soon: callSoon,
    setTimer: (/** @type {() => void} */ run, /** @type {number} */ ms) => {
      if (ms > 0) return setTimeout(run, ms)
      const timer = new SoonTimer(run)
      callSoon(() => timer.run?.())
      return timer
    },
    clearTimer: (/** @type {any} */ timer) => {
      if (timer instanceof SoonTimer) timer.run = undefined
      else clearTimeout(timer)
    },
  }
}

class SoonTimer {
  /** @param {(() => void) | undefined} run undefined once it was cleared */
  constructor(run) {
    this.run = run
  }
}

/**
 * Calls back after messages had their turn, sooner than a timer does: browsers keep nested ones 4 ms apart.
 * @returns {(run: () => void) => void}
 */
function soon() {
  const { setImmediate } = /** @type {any} */ (globalThis)
  if (setImmediate) return setImmediate
  const { port1, port2 } = new MessageChannel()
  /** @type {(() => void)[]} */
  const waiting = []
  port1.onmessage = () => waiting.shift()?.()
  return (run) => {
    waiting.push(run)
    port2.postMessage(0)
  }
}

/** The JavaScript heap in use, as far as the platform tells: Node does, and Chromium. */
function heapBytes() {
  const { process, performance } = /** @type {any} */ (globalThis)
  return process?.memoryUsage?.().heapUsed ?? performance?.memory?.usedJSHeapSize ?? 0
}
