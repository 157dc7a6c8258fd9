/**
 * docs/filters.md from the tables of the core: what `describeFilters()` says, between hand-written paragraphs. The
 * file in the repository must be what this makes (a test compares them); `npm run docs` writes it.
 */

/** The levels of operators, loosest first, as src/filter/operators.h numbers them. */
const LEVELS = ['or', 'and', 'not', 'comparison', 'sum', 'product', 'sign']

const HEAD = `# Filters

<!-- Made by \`npm run docs\` from the tables in src/filter and src/indicator. Change those, not this file. -->

A filter is text that says when a symbol matches; it is never \`eval\`ed. A column, and what \`evaluate\` and \`series\`
take, may be a number too.

\`\`\`
rsi(14)@5m < 30 and close > ema(close, 200)@1h     # a comment runs to the end of its line
crosses_above(ema(9), ema(21))@15m and change_24h > 5
30 < rsi(14) < 60 and close > close[1]
\`\`\`

## Grammar
`

const RULES = `
- \`x[n]\` is x as it was n klines ago; \`x@5m\` sets the interval of everything inside x that has none of its own;
  \`macd.hist\` chooses one of an indicator's outputs (without: the first).
- A chain of comparisons holds where each of them does: \`30 < x < 60\`.
- Arguments have names: \`rsi(close, period: 14)\`. The source of an indicator that reads one series comes first and may
  be left out: \`rsi(14)\` is \`rsi(close, 14)\`. What is left out has the default in the signature.
- A node steps with the klines of its inputs' interval if they share one, else with those of the trader's: \`[n]\`,
  windows, crosses and \`bars_since\` count on that clock. The live kline is visible at \`[0]\` only.

## Three truth values

Until an indicator is ready, and wherever a value is not finite, a comparison with it is *unknown*, and so is \`not\` of
it; \`and\` and \`or\` are unknown unless the side that is known decides. Only *true* matches. A window that contains an
unknown value is unknown; \`bars_since\` and \`value_when\` forget what was before an unknown condition.

## Parameters

\`params\` of a trader, or of \`evaluate\` and \`series\`, gives names to numbers. They are constants, so they may be
periods; a name that means something already cannot be used.

\`\`\`js
await scanner.addTrader({ id: 'dip', filter: 'rsi(n) < level', params: { n: 14, level: 30 } })
\`\`\`
`

const INDICATORS = `
## Indicators

With its default parameters an indicator has its first value at kline *lookback*, counted from 0. *Unstable* are the
klines after that until the beginning of the history is felt by less than 1e-9: 0 for windows, more for what
remembers. A decision that shall not depend on where the history begins wants lookback + unstable klines before it.
`

const PATTERNS = `
### Candlestick patterns

100 where the pattern is bullish, -100 where it is bearish, 0 elsewhere (hikkake: 200 and -200 where it is confirmed).
`

/** Filters that are wrong, each in another way; the docs show what is said about them. */
const WRONG = [
  'close > ema(close, 200) and ris(14) < 30',
  'highest(close, 0) > 1',
  'crosses_above(close, open > 1)',
  'close > 1 and (volume > 2',
]

/**
 * What the core says about the wrong filters of the docs.
 * @param {(filter: string) => Promise<import('../../js/language.js').Validation>} validate
 */
export async function exampleErrors(validate) {
  const answers = await Promise.all(WRONG.map((filter) => validate(filter)))
  return answers.flatMap((answer) => (answer.valid ? [] : [answer.error]))
}

/**
 * @param {import('../../js/language.js').FilterLanguage} language
 * @param {import('../../js/errors.js').TickscanError[]} errors of exampleErrors
 * @returns {string}
 */
export function filterDocs(language, errors) {
  const { series, tickerFields, functions, indicators, limits } = language
  const patterns = indicators.filter(({ name }) => name.startsWith('cdl_'))
  const others = indicators.filter((row) => !patterns.includes(row))
  const list = (/** @type {string[]} */ names) => names.map((name) => `\`${name}\``).join(' ')
  return [
    HEAD,
    `\`\`\`\n${grammar(language)}\n\`\`\``,
    RULES,
    errorDocs(errors),
    '## Precedence\n\nTightest first: postfix forms, then\n',
    table(['level', 'operators', 'operands', 'gives'], precedence(language)),
    `\n## Series\n\n${list(series)}\n`,
    `## Ticker fields\n\nThey have no history, so they cannot stand inside windows, crosses or \`[n]\`.\n\n${list(tickerFields)}\n`,
    `## Functions\n\nThe \`n\` of a window is a whole constant from 1 to ${limits.period}.\n`,
    table(['function', 'gives', 'what it is', 'example'], functions.map(functionRow)),
    INDICATORS,
    table(
      ['indicator', 'what it is', 'outputs', 'lookback', 'unstable', 'example', 'other names'],
      others.map(indicatorRow),
    ),
    PATTERNS,
    table(
      ['pattern', 'what it is', 'lookback', 'example'],
      patterns.map(({ signature, title, lookback, example }) => [
        `\`${signature}\``,
        title,
        String(lookback),
        `\`${example}\``,
      ]),
    ),
    `\n## Limits\n\nText ${limits.textBytes} bytes, nesting ${limits.depth} levels, ${limits.nodes} nodes, periods and [n] up to ${limits.period}.\n`,
  ].join('\n')
}

/**
 * The levels of operators are the parser's own table; what is around them follows its functions.
 * @param {import('../../js/language.js').FilterLanguage} language
 */
function grammar({ operators }) {
  const lines = [
    ['filter', 'expression end'],
    ['expression', LEVELS[0]],
  ]
  for (const [level, name] of LEVELS.entries()) {
    const rows = operators.filter((row) => row.level === level)
    const symbols = rows.map(({ symbol }) => `"${symbol}"`).join(' | ')
    const tighter = LEVELS[level + 1] ?? 'postfix'
    const choice = rows.length > 1 ? `( ${symbols} )` : symbols
    lines.push([
      name,
      rows[0].operands === 1 ? `${symbols} ${name} | ${tighter}` : `${tighter} { ${choice} ${tighter} }`,
    ])
  }
  lines.push(
    ['postfix', 'primary { "[" expression "]" | "@" INTERVAL | "." NAME }'],
    ['primary', 'NUMBER | NAME [ "(" [ argument { "," argument } ] ")" ] | "(" expression ")"'],
    ['argument', '[ NAME ":" ] expression'],
  )
  const wide = Math.max(...lines.map(([name]) => name.length))
  return lines.map(([name, rule]) => `${name.padEnd(wide)} = ${rule}`).join('\n')
}

/** @param {import('../../js/errors.js').TickscanError[]} errors */
function errorDocs(errors) {
  const shown = errors.map(({ code, message, expected, hint, excerpt }) =>
    [excerpt, `${code}: ${message}`, expected && `expected: ${expected}`, hint && `hint: ${hint}`]
      .filter(Boolean)
      .join('\n'),
  )
  return `## Errors

An error has a \`code\`, a \`message\`, the \`position\` (offset, line, column), what was \`expected\`, a \`hint\` that may
replace what stands there, and for people an \`excerpt\`: the line and a caret.

\`\`\`
${shown.join('\n\n')}
\`\`\`
`
}

/** @param {import('../../js/language.js').FilterLanguage} language */
function precedence({ operators }) {
  return LEVELS.map((name, level) => ({ name, rows: operators.filter((row) => row.level === level) }))
    .reverse()
    .map(({ name, rows }) => [
      name,
      rows.map(({ symbol }) => `\`${symbol}\``).join(' '),
      String(rows[0].operands),
      rows[0].condition ? 'condition' : 'number',
    ])
}

/** @param {import('../../js/language.js').FilterLanguage['functions'][number]} row */
function functionRow({ signature, title, condition, example }) {
  return [`\`${signature}\``, condition ? 'condition' : 'number', title, `\`${example}\``]
}

/** @param {import('../../js/language.js').FilterLanguage['indicators'][number]} row */
function indicatorRow({ signature, title, outputs, aliases, lookback, unstable, example }) {
  const names = (/** @type {string[]} */ list) => list.map((name) => `\`${name}\``).join(' ')
  return [
    ...[`\`${signature}\``, title, names(outputs)],
    ...[String(lookback), String(unstable), `\`${example}\``, names(aliases)],
  ]
}

/**
 * @param {string[]} head
 * @param {string[][]} rows
 */
function table(head, rows) {
  const line = (/** @type {string[]} */ cells) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
