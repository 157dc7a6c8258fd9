// Shows where a filter went wrong: its line, and under it a caret at the place the error names. Used by the
// replay on a terminal and by the demo page under its input box.

/**
 * @typedef {object} Position where a filter error lies, as in `TickscanError.position`
 * @property {number} offset from the text's start, 0-based
 * @property {number} line 1-based
 * @property {number} column 1-based
 */

/**
 * What is wrong and what would have been right, in one sentence. A hint that is a single word is the nearest
 * name that the scanner knows, which says more than a list of what may stand there.
 * @param {{ message: string, expected?: string, hint?: string }} error
 * @returns {string}
 */
export function faultText({ message, expected, hint }) {
  if (hint !== undefined && /^\w+$/.test(hint)) return `${message}: did you mean \`${hint}\`?`
  return [message, expected && `expected ${expected}`, hint].filter(Boolean).join('; ')
}

/**
 * The line of the text that the position lies in, with a caret under it; empty when there is no position.
 * @param {string} text
 * @param {Position | undefined} position
 * @returns {string}
 */
export function caretUnder(text, position) {
  if (position === undefined) return ''
  const line = text.split('\n')[position.line - 1] ?? ''
  // Tabs are kept in the padding, so that the caret stands right however wide the reader shows them.
  const padding = line.slice(0, position.column - 1).replace(/[^\t]/g, ' ')
  return `${line}\n${padding.padEnd(position.column - 1)}^`
}
