/**
 * From links and JS sources to dist/: patches the glue, bundles each entry into one file, writes the declarations.
 */

import fs from 'node:fs'
import { patchGlue } from './glue.mjs'
import { inRoot } from './paths.mjs'
import { Failure, run } from './run.mjs'

const glueOf = {
  web: { from: inRoot('build/wasm/web/core.mjs'), to: inRoot('build/glue/core-web.mjs') },
  node: { from: inRoot('build/wasm/node/core.cjs'), to: inRoot('build/glue/core-node.cjs') },
}

/**
 * What dist/ is made of: one file per entry, nothing imported at run time but Node's own modules.
 * @type {{ entry: string, to: string, platform: 'web' | 'node', format: 'esm' | 'cjs' }[]}
 */
export const bundles = [
  { entry: 'js/index.js', to: 'dist/index.js', platform: 'web', format: 'esm' },
  { entry: 'js/worker-entry.js', to: 'dist/worker.js', platform: 'web', format: 'esm' },
  { entry: 'js/index.js', to: 'dist/node.js', platform: 'node', format: 'esm' },
  { entry: 'js/worker-entry.js', to: 'dist/node/worker.cjs', platform: 'node', format: 'cjs' },
]

/** Both glues patched, and the one .wasm of which both links must have made the same. */
export function shipCore() {
  const version = fs.readFileSync(inRoot('build/wasm/emscripten-version.txt'), 'utf8').trim()
  fs.mkdirSync(inRoot('build/glue'), { recursive: true })
  fs.mkdirSync(inRoot('dist'), { recursive: true })
  for (const platform of /** @type {const} */ (['web', 'node'])) {
    const { from, to } = glueOf[platform]
    fs.writeFileSync(to, patchGlue(fs.readFileSync(from, 'utf8'), platform, version))
  }
  const [web, node] = ['web', 'node'].map((platform) =>
    fs.readFileSync(inRoot('build/wasm', platform, 'core.wasm')),
  )
  if (!web.equals(node)) throw new Failure('the web link and the Node link made different .wasm files')
  fs.writeFileSync(inRoot('dist/core.wasm'), web)
}

/** All bundles. esbuild is imported here, as it is not there before set-up has run. */
export async function bundle() {
  const esbuild = await import('esbuild')
  for (const { entry, to, platform, format } of bundles) {
    await esbuild.build({
      absWorkingDir: inRoot(),
      entryPoints: [entry],
      outfile: to,
      bundle: true,
      format,
      platform: platform === 'web' ? 'browser' : 'node',
      conditions: platform === 'web' ? ['browser'] : ['node'],
      target: ['es2022'],
      alias: { '#glue': glueOf[platform].to },
      // The glue's Node branches are dead code in the browser's bundle, and the other way round.
      minifySyntax: true,
      // Node prints the line of an uncaught error: it must not be the whole file.
      minifyWhitespace: platform === 'web',
      legalComments: 'none',
      logLevel: 'warning',
      sourcemap: false,
    })
  }
  for (const { to, platform } of bundles) if (platform === 'web') tellBundlers(inRoot(to))
  await esbuild.stop() // its process would stay as long as ours: for ever, where a server follows
  fs.writeFileSync(inRoot('dist/node/package.json'), '{ "type": "commonjs" }\n')
}

/**
 * The import of an optional module is not for bundlers to resolve. The hints that say so are comments, which
 * minifying takes away.
 * @param {string} file
 */
function tellBundlers(file) {
  const hinted = 'import(/* @vite-ignore */ /* webpackIgnore: true */ $1)'
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace(/\bimport\((\w+)\)/g, hinted))
}

/**
 * dist/index.d.ts and the files it refers to, from the JSDoc of js/.
 */
export async function declarations() {
  fs.rmSync(inRoot('dist/types'), { recursive: true, force: true })
  await run(process.execPath, [
    inRoot('node_modules/typescript/bin/tsc'),
    '-p',
    'scripts/tsconfig.types.json',
  ])
  fs.writeFileSync(inRoot('dist/index.d.ts'), "export * from './types/index.js'\n")
}
