/** Makes docs/protocol.md of js/protocol.js: the tables' rows, and the comments that stand above them. */

import fs from 'node:fs'
import { COMMANDS, COMMON_ERRORS, EVENTS, SIGNALS_TO_WORKER } from '../../js/protocol.js'
import { inRoot } from './paths.mjs'

/**
 * The comment above each row, in one line.
 * @param {string} source
 * @returns {Map<string, string>}
 */
function comments(source) {
  const found = new Map()
  for (const [, comment, name] of source.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*([A-Z_]+): \{/g)) {
    found.set(name, comment.replace(/\s*\n\s*\* ?/g, ' ').trim())
  }
  return found
}

/** @param {Readonly<Record<string, string>>} fields */
function shown(fields) {
  const entries = Object.entries(fields).map(([name, kind]) => `\`${name}\`: ${kind}`)
  return entries.length > 0 ? `Fields: ${entries.join(', ')}.` : 'No fields.'
}

/** @returns {string} the page */
export function protocolDocs() {
  const said = comments(fs.readFileSync(inRoot('js/protocol.js'), 'utf8'))
  const lines = [
    '# Messages',
    '',
    'Between the page (client) and the engine worker. Made of `js/protocol.js` by `node scripts/lib/protocol-docs.mjs`; a test',
    'compares. A `?` says that a field may be missing; `integer` is a whole number from 0, `strings` a list of strings,',
    '`map` an object that is no array.',
    '',
    '## Commands',
    '',
    'Each is acknowledged once: `{ ok: true, result }`, or `{ ok: false, error }` with one of its codes, or with one that any',
    `command may be refused with: ${COMMON_ERRORS.map((code) => `\`${code}\``).join(' ')}. \`heard\` is the seq up to which its`,
    'sender has all answers: they are not kept for it any longer.',
    '',
  ]
  for (const [name, row] of Object.entries(COMMANDS)) {
    lines.push(`### ${name}`, '')
    if (row.later) lines.push('Comes with a later version.', '')
    if (said.has(name)) lines.push(/** @type {string} */ (said.get(name)), '')
    lines.push(shown(row.fields), '')
    if (row.errors.length > 0) lines.push(`Errors: ${row.errors.map((code) => `\`${code}\``).join(' ')}.`, '')
  }
  lines.push('## Events', '')
  for (const [name, row] of Object.entries(EVENTS)) {
    lines.push(`### ${name}`, '')
    if ('later' in row) lines.push('Comes with a later version.', '')
    if (said.has(name)) lines.push(/** @type {string} */ (said.get(name)), '')
    lines.push(shown(row.fields), '')
  }
  const signals = Object.keys(SIGNALS_TO_WORKER).map((name) => `\`${name}\``)
  lines.push(
    '## Signals',
    '',
    `${signals.join(', ')}: from the client, never acknowledged; nothing depends on one.`,
    '',
  )
  return lines.join('\n')
}

if (process.argv[1] === inRoot('scripts/lib/protocol-docs.mjs')) {
  fs.writeFileSync(inRoot('docs/protocol.md'), protocolDocs())
}
