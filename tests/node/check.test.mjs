/** The project's own rules: each one finds its bad sample, at its line, and leaves the good one alone. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LONG_FILES, rules } from '../../scripts/checks/rules.mjs'
import { sourceFile } from '../../scripts/checks/source-files.mjs'

const project = {
  exists: (path) => ['src/base/status.h', 'docs/filters.md', 'CHANGELOG.md'].includes(path),
  hasScript: (name) => name === 'build',
}

// The marks and paths are put together here, so that the rules do not find them in this file.
const mark = 'TO' + 'DO'
const home = '/ho' + 'me/somebody'

/** @type {Record<string, { path: string, bad: [text: string, line: number][], good: string[] }>} */
const samples = {
  'folder-order': {
    path: 'src/market/layout.cpp',
    bad: [
      ['#include "market/layout.h"\n#include "scan/plan.h"\n', 2],
      ['#include "layout.h"\n', 1],
      ['#include "../base/status.h"\n', 1],
    ],
    good: ['#include <vector>\n#include "base/status.h"\n', '// #include "engine/engine.h"\n'],
  },
  'no-emscripten-in-src': {
    path: 'src/base/futex.cpp',
    bad: [
      ['\n#include <emscripten/threading.h>\n', 2],
      ['#ifdef __EMSCRIPTEN__\n', 1],
    ],
    good: ['// Emscripten compiles this too.\n#ifdef __wasm__\n'],
  },
  'embind-in-one-file': {
    path: 'src/engine/engine.cpp',
    bad: [['int a;\nemscripten::val b;\n', 2]],
    good: ['/* emscripten::val is for the bindings */\n'],
  },
  'simd-in-one-place': {
    path: 'src/scan/block.cpp',
    bad: [
      ['#include <wasm_simd128.h>\n', 1],
      ['\n#include <immintrin.h>\n', 2],
      ['#include <arm_neon.h>\n', 1],
    ],
    good: ['#include "base/simd.h"\n'],
  },
  'docs-name-what-exists': {
    path: 'docs/guide.md',
    bad: [
      ['text\nsee `src/base/stat.h`\n', 2],
      ['run `npm run bild`\n', 1],
      ['see `MISSING.md`\n', 1],
    ],
    good: [
      '`src/base/status.h`, `filters.md`, `src/base/status.h:12`, `js/*.js`, `a < b`, `npm run build`, `x/y`\n',
    ],
  },
  'no-machine-paths': {
    path: 'README.md',
    bad: [
      [`cd ${home}/tickscan\n`, 1],
      [`\n"${'/ro' + 'ot/.cache'}"\n`, 2],
    ],
    good: ['`/usr/share/nodejs`, `./work/x`, `https://example.org/home/page`, `../work/x`\n'],
  },
  'no-registry-host': {
    path: 'package-lock.json',
    bad: [['{\n  "resolved": "somewhere"\n}\n', 2]],
    good: ['{ "integrity": "sha512-x" }\n'],
  },
  'no-leftover-marks': {
    path: 'js/index.js',
    bad: [[`// one\n// ${mark}: two\n`, 2]],
    good: ['// toDOs are lists\n'],
  },
  'file-length': {
    path: 'js/scanner.js',
    bad: [['x\n'.repeat(501), 501]],
    good: ['x\n'.repeat(500)],
  },
  'says-what-it-is': {
    path: 'src/base/status.h',
    bad: [
      ['#pragma once\n', 1],
      ['\nint a;\n', 1],
    ],
    good: ['// What it is.\n#pragma once\n', '#!/usr/bin/env node\n/** What it is. */\n'],
  },
}

test('every rule has samples', () => {
  assert.deepEqual(
    Object.keys(samples),
    rules.map(({ name }) => name),
  )
})

for (const rule of rules) {
  const { path, bad, good } = samples[rule.name]
  test(`${rule.name}: finds the bad sample and leaves the good one`, () => {
    assert.ok(rule.reads(path), `reads ${path}`)
    for (const [text, line] of bad) {
      const findings = rule.check(sourceFile(path, text), project)
      assert.deepEqual(
        findings.map((finding) => finding.line),
        [line],
        text.slice(0, 80),
      )
      assert.match(findings[0].expected, /\w/)
    }
    for (const text of good)
      assert.deepEqual(rule.check(sourceFile(path, text), project), [], text.slice(0, 80))
  })
}

test('a folder that src/ does not know is found', () => {
  const [order] = rules
  assert.equal(order.check(sourceFile('src/extra/a.cpp', '// a\n'), project).length, 1)
})

test('rules look where they should', () => {
  const readers = (path) => rules.filter((rule) => rule.reads(path)).map(({ name }) => name)
  assert.ok(!readers('bindings/embind.cpp').includes('embind-in-one-file'))
  assert.ok(!readers('bindings/embind.cpp').includes('no-emscripten-in-src'))
  assert.ok(!readers('src/base/simd.h').includes('simd-in-one-place'))
  assert.ok(readers('tests/native/base/simd_test.cpp').includes('simd-in-one-place'))
  for (const lock of ['package-lock.json', 'bench/package-lock.json']) {
    assert.ok(readers(lock).includes('no-registry-host'))
    assert.ok(!readers(lock).includes('no-machine-paths'))
  }
  for (const [path, why] of LONG_FILES) {
    assert.ok(!readers(path).includes('file-length'))
    assert.match(why, /\w/)
  }
})
