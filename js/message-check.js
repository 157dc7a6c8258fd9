/**
 * Checks messages against the protocol's table. Both ends use it on what they receive: what came over a port was
 * written by somebody else.
 */

import { TickscanError } from './errors.js'
import { COMMANDS, PROTOCOL_VERSION } from './protocol.js'

/**
 * An own property, so that nothing inherited is ever taken for a field.
 * @param {any} value
 * @param {string} name
 * @returns {any}
 */
export function own(value, name) {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? value[name] : undefined
}

/**
 * The id of a message, or undefined if it has none that can be answered.
 * @param {unknown} message
 * @returns {import('./protocol.js').MessageId | undefined}
 */
export function messageId(message) {
  const id = own(message, 'id')
  const incarnation = own(id, 'incarnation')
  const seq = own(id, 'seq')
  if (typeof incarnation !== 'string' || !Number.isSafeInteger(seq) || seq < 1) return undefined
  return { incarnation, seq }
}

/**
 * @param {unknown} message
 * @throws {TickscanError} E_PROTOCOL
 */
export function checkVersion(message) {
  const version = own(message, 'v')
  if (version === PROTOCOL_VERSION) return
  throw new TickscanError('E_PROTOCOL', `the message has protocol version ${String(version)}`, {
    expected: `version ${PROTOCOL_VERSION}`,
  })
}

/** @typedef {{ name: string, kind: string, optional: boolean }} Field */

/** Rows of the table as lists, each made once: every cycle takes some messages apart. @type {WeakMap<object, Field[]>} */
const fieldLists = new WeakMap()

/**
 * @param {Readonly<Record<string, string>>} row
 * @returns {Field[]}
 */
function fieldsOf(row) {
  let list = fieldLists.get(row)
  if (!list) {
    list = Object.entries(row).map(([name, kind]) => {
      const optional = kind.endsWith('?')
      return { name, kind: optional ? kind.slice(0, -1) : kind, optional }
    })
    fieldLists.set(row, list)
  }
  return list
}

/**
 * Takes the fields that a row names out of a message.
 * @param {string} type
 * @param {Readonly<Record<string, string>>} fields
 * @param {unknown} message
 * @returns {Record<string, any>}
 * @throws {TickscanError} E_PROTOCOL
 */
export function takeFields(type, fields, message) {
  // Without a prototype: whoever looks for an optional field finds nothing that is inherited.
  /** @type {Record<string, any>} */
  const taken = Object.create(null)
  for (const { name, kind, optional } of fieldsOf(fields)) {
    const value = own(message, name)
    if (value === undefined && optional) continue
    if (!isKind(value, kind)) {
      throw new TickscanError('E_PROTOCOL', `${type}: ${name} is ${value === null ? 'null' : typeof value}`, {
        expected: optional ? `${kind}?` : kind,
      })
    }
    taken[name] = value
  }
  return taken
}

/**
 * @param {unknown} value
 * @param {string} kind
 */
function isKind(value, kind) {
  if (kind === 'integer') return Number.isSafeInteger(value) && Number(value) >= 0
  if (kind === 'list') return Array.isArray(value)
  if (kind === 'strings') return Array.isArray(value) && value.every((one) => typeof one === 'string')
  if (kind === 'map|null' && value === null) return true
  if (kind === 'map' || kind === 'map|null')
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  if (kind === 'object') return typeof value === 'object' && value !== null
  return typeof value === kind
}

/**
 * Whether a command may have been carried out: only what it itself refuses with says that it was not. An answer that
 * could not be cloned, for one, came from a command that was done.
 * @param {string} type
 * @param {unknown} error
 */
export function isUncertain(type, error) {
  const { code } = /** @type {TickscanError} */ (error)
  return !COMMANDS[type].errors.includes(code)
}
