/**
 * Patches the JavaScript that Emscripten generates around the core ("glue"), per known version. Every pattern must
 * match exactly once, or the build stops: a silent miss would ship a core that hangs or kills its process.
 *
 * What the patches are for: pool workers come from our own code, which awaits them with a deadline
 * (js/core-pool.js) and knows the one file that they run; a dying worker is an event for us instead of an exception
 * in nobody's hands; nothing global is set; nothing depends on where the file lies, as it is bundled.
 */

/**
 * @typedef {object} Patch
 * @property {string} why
 * @property {'web' | 'node'} [only]
 * @property {RegExp} find
 * @property {string} put
 */

/** @type {Record<string, Patch[]>} the newest version that a row was made for and tried with */
export const patchesByVersion = {
  '3.1.6': [
    {
      why: 'no URL of its own in the browser',
      only: 'web',
      find: /var _scriptDir = import\.meta\.url;/,
      put: 'var _scriptDir = "";',
    },
    {
      why: 'the .wasm is compiled by js/platform-web.js, never located by the glue',
      only: 'web',
      find: /if \(Module\["locateFile"\]\) \{\s*wasmBinaryFile = [\s\S]*?import\.meta\.url\)\.toString\(\);\s*\}/,
      put: 'wasmBinaryFile = "core.wasm";',
    },
    {
      why: 'no URL of its own in Node',
      only: 'node',
      find: /var _scriptDir = typeof document[^\n]*\n[^\n]*__filename;/,
      put: 'var _scriptDir = "";',
    },
    {
      why: 'no global Worker is set in Node',
      only: 'node',
      find: /let nodeWorkerThreads;\s*try \{[\s\S]*?\}\s*global\.Worker = nodeWorkerThreads\.Worker;/,
      put: '',
    },
    {
      why: 'an exit of the core is an exception, as in the browser, not the end of the process',
      only: 'node',
      find: /logExceptionOnExit\(toThrow\);\s*process\["exit"\]\(status\);/,
      put: 'throw toThrow;',
    },
    {
      why: 'pool workers come from js/core-pool.js',
      find: /allocateUnusedWorker: function\(\) \{[\s\S]*?\n \},/,
      put: 'allocateUnusedWorker: function() {\n  PThread.unusedWorkers.push(Module["createPoolWorker"]());\n },',
    },
    {
      why: 'the error of a worker is reported, not thrown into the event loop',
      find: /var message = "worker sent an error!";[\s\S]*?throw e;/,
      put: 'Module["onPoolError"](worker, e);',
    },
  ],
}

/** What must not be left in the glue, because pages forbid it or a process would be changed by it. */
const forbidden = [
  ['new Function', /\bnew Function\b/],
  ['eval', /\beval\(/],
  ['import.meta', /\bimport\.meta\b/],
  ['process-wide handlers', /process\["?\.?on"?\]?\(/],
]

/**
 * @param {string} code the glue of one link
 * @param {'web' | 'node'} platform
 * @param {string} version Emscripten's
 * @returns {string}
 */
export function patchGlue(code, platform, version) {
  const patches = patchesByVersion[version]
  if (!patches) {
    const known = Object.keys(patchesByVersion).join(', ')
    throw new Error(
      `Emscripten ${version} generates glue that scripts/lib/glue.mjs has no patches for (it knows ${known}): ` +
        'use a known version, or add a row there and try it with npm test',
    )
  }
  let patched = code
  for (const { why, only, find, put } of patches) {
    if (only && only !== platform) continue
    const count = [...patched.matchAll(new RegExp(find, 'g'))].length
    if (count !== 1) {
      throw new Error(
        `glue patch "${why}" (${platform}, Emscripten ${version}): ${count} matches instead of 1: ${find}`,
      )
    }
    patched = patched.replace(find, () => put)
  }
  for (const [what, pattern] of forbidden) {
    if (/** @type {RegExp} */ (pattern).test(patched))
      throw new Error(`the ${platform} glue still contains ${what}`)
  }
  return patched
}
