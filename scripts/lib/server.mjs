/**
 * The demo page's server, also used by the browser tests: files of a few folders with the headers that a page needs
 * for shared memory (COOP, COEP) and a strict policy, under which nothing is evaluated but WebAssembly.
 */

import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { inRoot } from './paths.mjs'
import { openReplay } from './replay-files.mjs'

const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
].join('; ')

const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

/** @type {Record<string, string>} */
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.csv': 'text/csv; charset=utf-8',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ts': 'text/plain; charset=utf-8',
}

/**
 * @typedef {object} ServeOptions
 * @property {number} [port] 0: any free one
 * @property {string} [replay] a folder of kline files, served under /replay/
 * @property {Record<string, string>} [mounts] URL prefix to folder; the longest prefix wins
 * @property {boolean} [isolated] false: without COOP and COEP, as most servers are
 * @property {string} [policy] another Content-Security-Policy
 */

/**
 * @param {ServeOptions} [options]
 * @returns {Promise<{ url: string, port: number, close: () => Promise<void> }>}
 */
export async function serve({ port = 0, replay, mounts, isolated = true, policy = POLICY } = {}) {
  const folders = mounts ?? { '/': inRoot('examples'), '/dist/': inRoot('dist') }
  const prefixes = Object.keys(folders).sort((a, b) => b.length - a.length)
  const files = replay === undefined ? undefined : openReplay(replay)

  /** @param {string} pathname */
  const find = (pathname) => {
    if (pathname === '/replay/index.json') {
      return { name: 'index.json', body: Buffer.from(JSON.stringify(files?.index() ?? [])) }
    }
    if (files && pathname.startsWith('/replay/')) {
      const name = pathname.slice('/replay/'.length)
      const body = files.read(name)
      return body && { name, body }
    }
    const prefix = prefixes.find((candidate) => pathname.startsWith(candidate))
    return prefix && readFrom(path.resolve(folders[prefix]), pathname.slice(prefix.length))
  }

  const server = http.createServer((request, response) => {
    const headers = {
      'Content-Security-Policy': policy,
      'Cross-Origin-Resource-Policy': 'same-origin',
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-cache',
      ...(isolated ? ISOLATION : {}),
    }
    const found =
      request.method === 'GET' || request.method === 'HEAD' ? find(pathOf(request.url)) : undefined
    if (!found) {
      response.writeHead(404, { ...headers, 'Content-Type': 'text/plain' }).end('not found\n')
      return
    }
    const type = TYPES[path.extname(found.name)] ?? 'application/octet-stream'
    response.writeHead(200, { ...headers, 'Content-Type': type, 'Content-Length': found.body.length })
    response.end(request.method === 'HEAD' ? undefined : found.body)
  })
  await new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(undefined))
  })
  const bound = /** @type {import('node:net').AddressInfo} */ (server.address()).port
  return {
    url: `http://localhost:${bound}/`,
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** @param {string | undefined} url */
function pathOf(url) {
  try {
    return decodeURIComponent(new URL(url ?? '/', 'http://localhost').pathname)
  } catch {
    return ''
  }
}

/**
 * A file below the folder, never outside of it; a folder's index.html.
 * @param {string} folder
 * @param {string} name
 */
function readFrom(folder, name) {
  let file = path.resolve(folder, name)
  if (file !== folder && !file.startsWith(folder + path.sep)) return undefined
  const stat = fs.statSync(file, { throwIfNoEntry: false })
  if (stat?.isDirectory()) file = path.join(file, 'index.html')
  if (!fs.existsSync(file)) return undefined
  return { name: file, body: fs.readFileSync(file) }
}
