// Kline intervals as text and as milliseconds: the few lines that reading kline files needs, in Node and in
// a page. The scanner has its own table; this one only has to tell when a row's kline closes.

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

/**
 * The length of an interval in milliseconds, or undefined when the text names none.
 * @param {string} interval such as '1m', '5m', '1h'
 * @returns {number | undefined}
 */
export function intervalMs(interval) {
  const parts = /^([1-9]\d{0,2})([smhdw])$/.exec(interval)
  if (!parts) return undefined
  return Number(parts[1]) * UNIT_MS[/** @type {keyof typeof UNIT_MS} */ (parts[2])]
}

/**
 * The intervals that filter texts name with `@`, each once, in the order of their first mention.
 * @param {string[]} texts
 * @returns {string[]}
 */
export function intervalsIn(texts) {
  const found = texts.flatMap((text) => [...text.matchAll(/@\s*(\d+[smhdw])/g)].map((match) => match[1]))
  return [...new Set(found)]
}
