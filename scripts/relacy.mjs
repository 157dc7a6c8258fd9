/**
 * Runs the Relacy programs of tests/relacy: the product's own protocol code under every order that the C++ memory
 * model allows. Each program must hold, and each mutant of its table must be found.
 *
 *   node scripts/relacy.mjs           seconds: 50,000 random executions and all with one preemption
 *   node scripts/relacy.mjs --full    minutes: 5,000,000 and all with as many preemptions as the table says
 */

import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { mutants, programs } from '../tests/relacy/mutants.mjs'
import { inRoot } from './lib/paths.mjs'

const EXTENTS = {
  short: [
    ['random', '50000'],
    ['bound', '1'],
  ],
  full: [
    ['random', '5000000'],
    ['bound', 'most'],
  ],
}
// A mutant of the table is found within 50,000 executions; twenty times as many leave room for other compilers.
const MUTANT = ['random', '1000000']

/**
 * @typedef {object} Outcome
 * @property {string} title
 * @property {boolean} right
 * @property {string} result
 */

/**
 * @param {keyof typeof EXTENTS} extent
 * @param {(outcome: Outcome) => void} [report]
 */
export async function explore(extent, report = () => {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'relacy-'))
  /** @type {Outcome[]} */
  const outcomes = []
  const add = (/** @type {Outcome} */ outcome) => {
    outcomes.push(outcome)
    report(outcome)
  }
  try {
    fs.cpSync(inRoot('tests/relacy'), folder, { recursive: true })
    for (const { name, bound } of programs) {
      const program = await compile(name, inRoot('src'), ['-O2'], folder)
      for (const [way, amount] of EXTENTS[extent]) {
        const args = [way, amount === 'most' ? String(bound) : amount]
        const { held, executions, found } = await execute(program, args)
        const result = held ? `holds, ${executions} executions` : `BROKEN after ${executions}: ${found}`
        add({ title: `${name} ${args.join(' ')}`, right: held, result })
      }
    }
    // The mutants' compilations differ in a few lines: what they share is compiled once.
    await compiler(['-O0', '-x', 'c++-header', path.join(folder, 'product_atomics.h')])
    for (const mutant of mutants) add(await mutantRun(mutant, folder))
  } finally {
    fs.rmSync(folder, { recursive: true })
  }
  return outcomes
}

/**
 * @param {import('../tests/relacy/mutants.mjs').Mutant} mutant
 * @param {string} folder
 * @returns {Promise<Outcome>}
 */
async function mutantRun(mutant, folder) {
  const sources = mutant.file ? mutated(mutant, folder) : inRoot('src')
  const program = await compile(mutant.program, sources, ['-O0', ...defines(mutant)], folder)
  const { held, executions, found } = await execute(program, MUTANT)
  const result = held ? `NOT FOUND in ${executions} executions` : `found in execution ${executions}: ${found}`
  return { title: `${mutant.program}: ${mutant.mistake}`, right: !held, result }
}

/**
 * A copy of the sources with the mutant's change.
 * @param {import('../tests/relacy/mutants.mjs').Mutant} mutant
 * @param {string} folder
 */
export function mutated({ file = '', find = '', replace = '' }, folder) {
  const copy = path.join(folder, 'src')
  fs.rmSync(copy, { recursive: true, force: true })
  for (const part of ['base', 'market'])
    fs.cpSync(inRoot('src', part), path.join(copy, part), { recursive: true })
  const place = path.join(folder, file)
  const parts = fs.readFileSync(place, 'utf8').split(find)
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times: ${find}`)
  fs.writeFileSync(place, parts.join(replace))
  return copy
}

const defines = (/** @type {{ define?: string }} */ { define }) => (define ? [`-D${define}`] : [])

/**
 * @param {string} name of the program, a copy of which is in the folder
 * @param {string} sources the product's
 * @param {string[]} options
 * @param {string} folder
 */
async function compile(name, sources, options, folder) {
  const program = path.join(folder, name)
  await compiler([...options, '-I', sources, '-o', program, path.join(folder, `${name}.cpp`)])
  return program
}

/** @param {string[]} args */
async function compiler(args) {
  const { code, text } = await output('c++', ['-std=c++20', '-w', '-pthread', ...args])
  if (code !== 0) throw new Error(`c++ ${args.join(' ')} failed:\n${text}`)
}

/**
 * @param {string} program
 * @param {string[]} args
 */
async function execute(program, args) {
  const { text } = await output(program, args)
  const [, word, executions] = /^(holds|BROKEN) after (\d+) executions$/m.exec(text) ?? []
  if (!word)
    throw new Error(`${path.basename(program)} ${args.join(' ')} gave no result:\n${text.slice(-500)}`)
  const found = /^[A-Z][A-Z ]{5,}.*$/m.exec(text.replace(/^BROKEN.*$/m, ''))?.[0] ?? ''
  return { held: word === 'holds', executions: Number(executions), found }
}

/**
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<{ code: number | null, text: string }>}
 */
function output(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    /** @type {Buffer[]} */
    const chunks = []
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => chunks.push(chunk))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, text: Buffer.concat(chunks).toString() }))
  })
}

async function main() {
  const extent = process.argv[2] === '--full' ? 'full' : 'short'
  const outcomes = await explore(extent, ({ title, result }) => console.log(`${title.padEnd(76)} ${result}`))
  const wrong = outcomes.filter(({ right }) => !right)
  console.log(`${outcomes.length} runs, ${mutants.length} mutants, ${wrong.length} wrong`)
  if (wrong.length > 0) process.exitCode = 1
}

if (process.argv[1] === inRoot('scripts/relacy.mjs')) await main()
