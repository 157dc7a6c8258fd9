/** Rows as a table: plain text for the terminal, Markdown for the README. */

const HEADS = ['', 'measured', 'tickscan', 'beside it', 'tickscan is', 'goal', '']

/** Three digits that mean something, with separators: 0.0641, 17.2, 118,000. */
export function figure(value) {
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (size >= 1000) return Math.round(size < 1e5 ? value : Number(value.toPrecision(3))).toLocaleString('en')
  return String(Number(value.toPrecision(3)))
}

/** @param {import('./rows.mjs').Row} row */
function cells({ scenario, metric, unit, tickscan, peers, ratio, ratioOf, goal, note }) {
  const beside = Object.entries(peers).map(([name, value]) => `${name} ${figure(value)}`)
  return [
    scenario,
    note ? `${metric} (${note})` : metric,
    `${figure(tickscan)} ${unit}`,
    beside.join(', '),
    ratio === null ? '' : inWords(ratio, ratioOf),
    goal?.text ?? '',
    goal === null ? '' : verdict(goal.met),
  ]
}

/** 'trading-signals / tickscan' is how much faster we are, 'tickscan / bare' how many times the other's we take. */
function inWords(ratio, ratioOf) {
  if (!ratioOf.endsWith('/ tickscan')) return `${figure(ratio)} ×`
  return ratio >= 1 ? `${figure(ratio)} × faster` : `${figure(1 / ratio)} × slower`
}

function verdict(met) {
  return met === null ? 'not measured' : met ? 'met' : 'MISSED'
}

/** One line for each row, for a scenario that has just ended. */
export function lines(rows) {
  return rows.map((row) => {
    const [, metric, ours, beside, ratio, goal, met] = cells(row)
    return [`  ${metric}: ${ours}`, beside, ratio, goal && `goal ${goal}: ${met}`].filter(Boolean).join(' · ')
  })
}

export function textTable(rows) {
  const table = [HEADS, ...rows.map(cells)]
  const widths = HEADS.map((_, column) => Math.max(...table.map((line) => line[column].length)))
  return table
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

export function markdownTable(rows) {
  const line = (/** @type {string[]} */ all) =>
    `| ${all.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(HEADS), line(HEADS.map(() => '---')), ...rows.map((row) => line(cells(row)))].join('\n')
}
