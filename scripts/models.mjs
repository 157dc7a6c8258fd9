/**
 * Runs the Spin models of tests/model/models.mjs: every model must hold and every mutant must break the property
 * that the table names.
 *
 *   node scripts/models.mjs            the short sizes and all mutants, seconds
 *   node scripts/models.mjs --full     the full sizes too, minutes and up to 3 GB
 *   node scripts/models.mjs --trace dirty NO_RECHECK    the steps that lead to a mutant's failure
 */

import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { models, mutants } from '../tests/model/models.mjs'
import { inRoot } from './lib/paths.mjs'

/**
 * @typedef {object} Outcome
 * @property {string} title
 * @property {boolean} right the model held, or the mutant broke what it should
 * @property {string} result
 * @property {number} states
 * @property {number} seconds
 */

// Depths seen are below 1,000; a search that ends there would not be exhaustive, and is told apart.
const PAN = ['-m100000']
const COMPILE = ['-w', '-DSAFETY', '-DCOLLAPSE', '-DVECTORSZ=2048']

/**
 * Runs one model with these #defines.
 * @param {string} name
 * @param {Record<string, number>} sizes
 * @param {{ mutation?: string, optimise?: boolean, keep?: boolean }} [options]
 */
export async function check(name, sizes, { mutation, optimise = false, keep = false } = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `model-${name}-`))
  try {
    // A copy, because the search writes its trail beside the model.
    const file = `${name}.pml`
    for (const part of modelParts(name)) fs.copyFileSync(inRoot('tests/model', part), path.join(folder, part))
    const defines = Object.entries(sizes).map(([key, value]) => `-D${key}=${value}`)
    if (mutation) defines.push(`-D${mutation}`)
    await output('spin', ['-a', ...defines, file], folder)
    await output('gcc', [optimise ? '-O2' : '-O0', ...COMPILE, '-o', 'pan', 'pan.c'], folder)
    const begin = performance.now()
    const text = await output(path.join(folder, 'pan'), PAN, folder)
    const seconds = (performance.now() - begin) / 1000
    const trace = keep ? await output('spin', ['-t', '-p', '-g', ...defines, file], folder) : ''
    return { ...verdict(text), seconds, trace }
  } finally {
    fs.rmSync(folder, { recursive: true })
  }
}

/**
 * The files of a model: its own, and those that it includes, whose names begin with it.
 * @param {string} name
 */
export function modelParts(name) {
  return fs
    .readdirSync(inRoot('tests/model'))
    .filter((file) => file === `${name}.pml` || (file.startsWith(`${name}-`) && file.endsWith('.pml')))
}

/**
 * What the search came to: `broken` is undefined if everything holds, and the property's name otherwise.
 * @param {string} text printed by the search
 * @returns {{ broken: string | undefined, states: number }}
 */
export function verdict(text) {
  const errors = /errors: (\d+)/.exec(text)
  const states = Number(/([\d.e+]+) states, stored/.exec(text)?.[1])
  if (!errors || !(states > 0)) return { broken: `no result: ${text.trim().slice(-300)}`, states: 0 }
  if (/too small|out of memory|Search not completed.*\n.*max search/.test(text)) {
    return { broken: 'the search was cut short', states }
  }
  if (errors[1] === '0') return { broken: undefined, states }
  return { broken: /assertion violated (\w+)/.exec(text)?.[1] ?? 'invalid end state', states }
}

/**
 * @param {'short' | 'full'} extent
 * @param {(outcome: Outcome) => void} [report]
 */
export async function checkModels(extent, report = () => {}) {
  const runs = [
    ...models.flatMap((model) =>
      [...model.short, ...(extent === 'full' ? model.full : [])].map((sizes) => () => modelRun(model, sizes)),
    ),
    ...mutants.map((mutant) => () => mutantRun(mutant)),
  ]
  /** @type {Outcome[]} */
  const outcomes = []
  for (const run of runs) {
    const outcome = await run()
    outcomes.push(outcome)
    report(outcome)
  }
  return outcomes
}

/**
 * @param {import('../tests/model/models.mjs').Model} model
 * @param {Record<string, number>} sizes
 * @returns {Promise<Outcome>}
 */
async function modelRun(model, sizes) {
  const { broken, states, seconds } = await check(model.name, sizes, { optimise: true })
  const shown = Object.entries(sizes).map(([key, value]) => `${key.toLowerCase()} ${value}`)
  const title = [model.name, ...shown].join(' ')
  return { title, right: !broken, result: broken ? `BROKEN: ${broken}` : 'holds', states, seconds }
}

/**
 * @param {import('../tests/model/models.mjs').Mutant} mutant
 * @returns {Promise<Outcome>}
 */
async function mutantRun({ model, name, killedBy, sizes }) {
  const { broken, states, seconds } = await check(model, sizes ?? {}, { mutation: name })
  const right = broken === killedBy
  const result = right
    ? `killed by ${killedBy}`
    : `NOT KILLED by ${killedBy}: ${broken ?? 'everything holds'}`
  return { title: `${model} ${name}`, right, result, states, seconds }
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {string} cwd
 * @returns {Promise<string>} both outputs; a search that finds an error is no failed command
 */
function output(command, args, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    /** @type {Buffer[]} */
    const chunks = []
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => chunks.push(chunk))
    child.on('error', reject)
    child.on('close', (code) => {
      const text = Buffer.concat(chunks).toString()
      if (code === 0) resolve(text)
      else reject(new Error(`${command} ${args.join(' ')}: exit code ${code}\n${text}`))
    })
  })
}

/** @param {Outcome} outcome */
export function line({ title, result, states, seconds }) {
  return `${title.padEnd(48)} ${String(states).padStart(10)} states ${seconds.toFixed(1).padStart(6)} s  ${result}`
}

async function main() {
  const [option, model, mutation] = process.argv.slice(2)
  if (option === '--trace') {
    const sizes = mutants.find((one) => one.model === model && one.name === mutation)?.sizes ?? {}
    console.log((await check(model, sizes, { mutation, keep: true })).trace)
    return
  }
  const outcomes = await checkModels(option === '--full' ? 'full' : 'short', (outcome) =>
    console.log(line(outcome)),
  )
  const states = outcomes.reduce((sum, outcome) => sum + outcome.states, 0)
  const wrong = outcomes.filter((outcome) => !outcome.right)
  console.log(`${outcomes.length} runs, ${states} states, ${mutants.length} mutants, ${wrong.length} wrong`)
  if (wrong.length > 0) process.exitCode = 1
}

if (process.argv[1] === inRoot('scripts/models.mjs')) await main()
