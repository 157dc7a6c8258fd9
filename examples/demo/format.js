// Numbers as a trader reads them. Formatters are made once: making one costs more than using it a thousand times.

const grouped = new Intl.NumberFormat('en-US')
const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 })
const cents = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })

export const UNKNOWN = '–'

/** Five significant digits or two decimals, whichever shows more. @param {number | undefined} value */
export function price(value) {
  if (value === undefined || !Number.isFinite(value)) return UNKNOWN
  if (value >= 1000) return cents.format(value)
  const decimals = Math.min(8, Math.max(2, 4 - Math.floor(Math.log10(Math.abs(value) || 1))))
  return value.toFixed(decimals)
}

/** @param {number | undefined} value */
export function percent(value) {
  if (value === undefined || !Number.isFinite(value)) return UNKNOWN
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)} %`
}

/** @param {number | undefined} value */
export function amount(value) {
  return value === undefined || !Number.isFinite(value) ? UNKNOWN : compact.format(value)
}

/** @param {number} value */
export function count(value) {
  return grouped.format(Math.round(value))
}

/** @param {number} bytes */
export function bytes(bytes) {
  return `${(bytes / 1_048_576).toFixed(bytes < 104_857_600 ? 1 : 0)} MB`
}

/** @param {number} us */
export function microseconds(us) {
  return us < 1000 ? `${us.toFixed(0)} µs` : `${(us / 1000).toFixed(1)} ms`
}

/** Market time is UTC, as exchanges count it. @param {number} time */
export function clockTime(time) {
  return new Date(time).toISOString().slice(11, 19)
}

/** @param {number} time */
export function dateTime(time) {
  return new Date(time).toISOString().slice(0, 19).replace('T', ' ')
}
