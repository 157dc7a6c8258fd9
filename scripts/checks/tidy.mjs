/**
 * clang-tidy over src/, on all processors. It needs seconds per file, so a file that passed is not looked at again
 * until it, a header of ours that it includes, or the configuration changes.
 */

import { spawn } from 'node:child_process'
import crypto from 'node:crypto'
import fs from 'node:fs'
import { availableParallelism } from 'node:os'
import { inRoot, relative } from '../lib/paths.mjs'
import { capture, Failure } from '../lib/run.mjs'
import { filesIn } from '../lib/stamps.mjs'
import { toolEnv } from '../lib/tool-env.mjs'

const FLAGS = ['-std=c++20', '-I', inRoot('src'), '-ffp-contract=off', '-fno-exceptions']
const INCLUDE = /^\s*#\s*include\s+"([^"]+)"/gm

export async function tidy() {
  const version = capture('clang-tidy', ['--version']) ?? ''
  const salt = [
    version,
    fs.readFileSync(inRoot('.clang-tidy'), 'utf8'),
    ...FLAGS.filter((flag) => flag[0] === '-'),
  ]
  const files = filesIn(inRoot('src')).filter((file) => file.endsWith('.cpp'))
  const due = files
    .map((file) => ({ file, stamp: inRoot('build/stamps/tidy', fingerprint(file, salt.join('\n'))) }))
    .filter(({ stamp }) => !fs.existsSync(stamp))
  fs.mkdirSync(inRoot('build/stamps/tidy'), { recursive: true })

  /** @type {Set<string>} */
  const findings = new Set()
  const queue = [...due]
  const worker = async () => {
    for (let job = queue.shift(); job; job = queue.shift()) {
      const { passed, output } = await tidyOne(job.file)
      if (passed) fs.writeFileSync(job.stamp, '')
      // A header's findings come once per file that includes it.
      else for (const finding of findingsOf(output)) findings.add(finding)
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
  if (findings.size > 0) throw new Failure([...findings].sort().join('\n'))
  return `${files.length} files, ${files.length - due.length} of them unchanged since they passed`
}

/**
 * @param {string} file
 * @returns {Promise<{ passed: boolean, output: string }>}
 */
function tidyOne(file) {
  return new Promise((resolve, reject) => {
    const child = spawn('clang-tidy', ['--quiet', file, '--', ...FLAGS], { cwd: inRoot(), env: toolEnv() })
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    child.stderr.resume()
    child.on('error', reject)
    child.on('close', (code) => resolve({ passed: code === 0, output }))
  })
}

/** @param {string} output */
function findingsOf(output) {
  const lines = output
    .split('\n')
    .map((line) => /^(.+?):(\d+):\d+: (?:error|warning): (.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, file, line, message]) => `${relative(file)}:${line}: ${message}`)
  return lines.length > 0 ? lines : [output.trim() || 'clang-tidy failed without saying why']
}

/**
 * The file's contents and those of every header of ours that it includes, directly or not.
 * @param {string} file
 * @param {string} salt
 */
function fingerprint(file, salt) {
  const seen = new Set([file])
  const hash = crypto.createHash('sha256').update(salt)
  for (const one of seen) {
    const text = fs.readFileSync(one, 'utf8')
    hash.update(`\0${relative(one)}\0${text}`)
    for (const [, included] of text.matchAll(INCLUDE)) {
      const header = inRoot('src', included)
      if (fs.existsSync(header)) seen.add(header)
    }
  }
  return hash.digest('hex')
}
