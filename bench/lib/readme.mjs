/** The table in README.md: everything between two markers is this file's, and nothing else is touched. */

import { markdownTable } from './table.mjs'

const BEGIN = '<!-- bench:begin -->'
const END = '<!-- bench:end -->'

/**
 * @param {string} machine
 * @param {import('./rows.mjs').Row[]} rows
 * @param {string[]} notes
 */
export function section(machine, rows, notes) {
  return [machine, '', markdownTable(rows), ...notes.flatMap((note) => ['', note])].join('\n')
}

/**
 * @param {string} text with both markers, once each
 * @param {string} content
 * @throws {Error} if the markers are not there
 */
export function between(text, content) {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)]
  if (begin < 0 || end < begin) throw new Error(`README.md lacks ${BEGIN} … ${END}`)
  return `${text.slice(0, begin + BEGIN.length)}\n${content}\n${text.slice(end)}`
}
