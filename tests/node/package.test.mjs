/** The package as a user gets it: what is in dist/, what the exports map leads to, what no file may contain. */

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { inRoot, relative } from '../../scripts/lib/paths.mjs'
import { filesIn } from '../../scripts/lib/stamps.mjs'

const manifest = JSON.parse(fs.readFileSync(inRoot('package.json'), 'utf8'))
const shipped = filesIn(inRoot('dist')).map(relative)
const scripts = shipped.filter((file) => /\.(js|cjs|mjs)$/.test(file))
const read = (file) => fs.readFileSync(inRoot(file), 'utf8')

test('dist/ has exactly the files that it should', () => {
  const all = shipped.filter((file) => !file.startsWith('dist/types/')).sort()
  assert.deepEqual(all, [
    'dist/core.wasm',
    'dist/index.d.ts',
    'dist/index.js',
    'dist/node.js',
    'dist/node/package.json',
    'dist/node/worker.cjs',
    'dist/worker.js',
  ])
  assert.ok(shipped.every((file) => !file.startsWith('dist/types/') || file.endsWith('.d.ts')))
})

test('every target of the exports map exists, and types come first', () => {
  for (const [name, target] of Object.entries(manifest.exports)) {
    const targets = typeof target === 'string' ? [target] : Object.values(target)
    for (const file of targets) assert.ok(fs.existsSync(inRoot(file)), `${name}: ${file}`)
    if (typeof target === 'object') assert.equal(Object.keys(target)[0], 'types')
  }
})

test('the package is imported by its own name, and gives Node its own entry', async () => {
  assert.equal(import.meta.resolve('tickscan'), new URL('../../dist/node.js', import.meta.url).href)
  assert.equal(
    import.meta.resolve('tickscan/core.wasm'),
    new URL('../../dist/core.wasm', import.meta.url).href,
  )
  const { createScanner, attachWriter } = await import('tickscan')
  assert.equal(typeof createScanner, 'function')
  assert.equal(typeof attachWriter, 'function')
})

test('importing the package starts nothing and changes nothing global', () => {
  const program = `
    const events = ['uncaughtException', 'unhandledRejection', 'exit', 'SIGINT']
    const look = () => JSON.stringify([Object.getOwnPropertyNames(globalThis), events.map((e) => process.listenerCount(e))])
    const before = look()
    await import('tickscan')
    process.stdout.write(before === look() ? 'same' : 'changed')`
  const options = { cwd: inRoot(), encoding: 'utf8', timeout: 20_000 }
  assert.equal(execFileSync(process.execPath, ['--input-type=module', '-e', program], options), 'same')
})

test('both links made the same .wasm, and that one is shipped', () => {
  const made = ['build/wasm/web/core.wasm', 'build/wasm/node/core.wasm', 'dist/core.wasm']
  const [web, node, dist] = made.map((file) => fs.readFileSync(inRoot(file)))
  assert.ok(web.equals(node))
  assert.ok(web.equals(dist))
})

test('nothing shipped evaluates text', () => {
  for (const file of scripts) {
    assert.doesNotMatch(read(file), /\bnew Function\b|\bFunction\(|\beval\(|\bimportScripts\(/, file)
  }
})

test('each browser file stands alone: no imports, and one worker that bundlers find', () => {
  // The one import that there may be is the optional hyparquet's, which bundlers are told to leave alone.
  const optional = /import\(\s*\/\* @vite-ignore \*\/\s*\/\* webpackIgnore: true \*\/\s*\w+\s*\)/g
  for (const file of ['dist/index.js', 'dist/worker.js']) {
    const optionals = read(file).match(optional) ?? []
    assert.equal(optionals.length, file === 'dist/worker.js' ? 1 : 0, file)
    assert.doesNotMatch(
      read(file).replaceAll(optional, ''),
      /^\s*import\b|\bimport\(|\bfrom\s*["']|\brequire\(/m,
      file,
    )
  }
  const literal = /new Worker\(new URL\("\.\/worker\.js",\s*import\.meta\.url\),\s*\{\s*type:\s*"module"/g
  assert.equal([...read('dist/index.js').matchAll(literal)].length, 1)
  assert.doesNotMatch(read('dist/worker.js'), /import\.meta/)
})

test('Node files import nothing but Node', () => {
  for (const file of ['dist/node.js', 'dist/node/worker.cjs']) {
    const named = [...read(file).matchAll(/(?:\bfrom\s*|\brequire\(|^import\s*)["']([^"']+)["']/gm)]
    for (const [, name] of named)
      assert.match(name, /^(node:|fs$|path$|worker_threads$|perf_hooks$)/, `${file}: ${name}`)
  }
})

test('declarations lead to no file that is not shipped', () => {
  for (const file of shipped.filter((one) => one.endsWith('.d.ts'))) {
    for (const [, name] of read(file).matchAll(/(?:from|import)\s*\(?["']([^"']+)["']/g)) {
      if (name.startsWith('node:')) continue
      assert.ok(name.startsWith('.'), `${file}: ${name}`)
      const target = path.resolve(inRoot(path.dirname(file)), name.replace(/\.js$/, '.d.ts'))
      assert.ok(fs.existsSync(target), `${file}: ${name}`)
    }
  }
})

test('nothing shipped names a folder of the machine that built it', () => {
  for (const file of [...scripts, 'dist/core.wasm']) {
    assert.ok(!fs.readFileSync(inRoot(file)).includes(inRoot()), file)
  }
})

test('the lock file needs no particular registry, and the package nothing at run time', () => {
  assert.doesNotMatch(read('package-lock.json'), /"resolved":/)
  assert.equal(manifest.dependencies, undefined)
  for (const [name, version] of Object.entries(manifest.devDependencies))
    assert.match(version, /^\d+\.\d+\.\d+$/, name)
})
