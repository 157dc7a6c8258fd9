/** The demo's server: the headers that shared memory and the strict policy need, files in their folders alone, replays. */

import assert from 'node:assert/strict'
import fs from 'node:fs'
import http from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import zlib from 'node:zlib'
import { serve } from '../../scripts/lib/server.mjs'

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'server-'))
const put = (name, data) => {
  const file = path.join(folder, name)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, data)
}
put('pages/index.html', '<!doctype html>')
put('pages/a.js', '1')
put('dist/core.wasm', 'wasm')
put('secret.txt', 'secret')
put('replay/BTCUSDT-1m.csv.gz', zlib.gzipSync('open_time_ms\n1\n'))
put('replay/ETHUSDT-5m.csv', 'open_time_ms\n2\n')
put('replay/notes.txt', 'no klines')

const mounts = { '/': path.join(folder, 'pages'), '/dist/': path.join(folder, 'dist') }
after(() => fs.rmSync(folder, { recursive: true }))

describe('the server', () => {
  let server
  before(async () => {
    server = await serve({ mounts, replay: path.join(folder, 'replay') })
  })
  after(() => server.close())
  const get = (name) => fetch(new URL(name, server.url))

  test('isolates its pages and lets them evaluate WebAssembly alone', async () => {
    const { status, headers } = await get('')
    assert.equal(status, 200)
    assert.equal(headers.get('content-type'), 'text/html; charset=utf-8')
    assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin')
    assert.equal(headers.get('cross-origin-embedder-policy'), 'require-corp')
    const policy = headers.get('content-security-policy')
    assert.match(policy, /default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'/)
    assert.doesNotMatch(policy, /'unsafe-/)
  })

  test('sends the types that modules and streaming compilation need', async () => {
    assert.equal((await get('a.js')).headers.get('content-type'), 'text/javascript; charset=utf-8')
    const wasm = await get('dist/core.wasm')
    assert.equal(wasm.headers.get('content-type'), 'application/wasm')
    assert.equal(await wasm.text(), 'wasm')
  })

  test('finds nothing outside its folders', async () => {
    // fetch() would resolve the dots by itself.
    const raw = (pathname) =>
      new Promise((resolve, reject) => {
        http
          .get({ port: server.port, host: '127.0.0.1', path: pathname }, (response) => {
            response.resume()
            resolve(response.statusCode)
          })
          .on('error', reject)
      })
    for (const name of [
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/dist/..%2f..%2fsecret.txt',
      '/%ff',
    ]) {
      assert.equal(await raw(name), 404, name)
    }
    assert.equal((await get('missing.js')).status, 404)
    assert.equal((await fetch(server.url, { method: 'POST' })).status, 404)
  })

  test('lists the kline files of the replay and sends them as text', async () => {
    assert.deepEqual(await (await get('replay/index.json')).json(), [
      { symbol: 'BTCUSDT', interval: '1m', file: 'BTCUSDT-1m.csv' },
      { symbol: 'ETHUSDT', interval: '5m', file: 'ETHUSDT-5m.csv' },
    ])
    assert.equal(await (await get('replay/BTCUSDT-1m.csv')).text(), 'open_time_ms\n1\n')
    assert.equal(await (await get('replay/ETHUSDT-5m.csv')).text(), 'open_time_ms\n2\n')
    assert.equal((await get('replay/notes.txt')).status, 404)
  })
})

test('without a replay its index is empty', async () => {
  const server = await serve({ mounts })
  assert.deepEqual(await (await fetch(new URL('replay/index.json', server.url))).json(), [])
  await server.close()
})

test('without isolation the two headers are missing', async () => {
  const server = await serve({ mounts, isolated: false })
  const { headers } = await fetch(server.url)
  assert.equal(headers.get('cross-origin-opener-policy'), null)
  assert.equal(headers.get('cross-origin-embedder-policy'), null)
  await server.close()
})

test('a replay folder that is missing or has no kline files is refused', async () => {
  await assert.rejects(serve({ mounts, replay: path.join(folder, 'nowhere') }), /no such folder/)
  await assert.rejects(serve({ mounts, replay: path.join(folder, 'pages') }), /no files like BTCUSDT-1m\.csv/)
})
