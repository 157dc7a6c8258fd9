/**
 * How much JavaScript a process holds on to, exactly enough to show a leak of 1 KiB an hour within one hour.
 *
 * The heap's size alone cannot: V8 compiles, optimises, throws code away and learns types for hours, some 100 KiB up and down,
 * and none of it depends on how much data has come through. (The same market without an optimising compiler, `--no-opt
 * --no-flush-bytecode --no-lazy-feedback-allocation`, has a used heap that is the same to the byte hour after hour.) So a heap
 * snapshot is taken, which begins with a collection of everything that cannot be reached, and the sizes of its nodes are
 * added up by kind: what a program makes (objects, arrays, strings, closures, numbers, buffers) apart from what V8 makes
 * of the program (code, feedback, maps of shapes). The former must not grow; the latter is told, for whoever wants to look.
 */

import v8 from 'node:v8'

/** Kinds of nodes that V8 makes by itself. They are bounded by the program's text, not by its data. */
const OF_V8 = new Set(['code', 'hidden', 'object shape', 'synthetic'])

/**
 * @param {import('node:stream').Readable} [stream] a snapshot; default: of this thread, now
 * @returns {Promise<{ live: number, v8: number }>} bytes of what the program holds on to, and of what V8 has made of it
 */
export async function heapBytes(stream = v8.getHeapSnapshot()) {
  const chunks = []
  for await (const chunk of stream) chunks.push(chunk)
  const { snapshot, nodes } = JSON.parse(Buffer.concat(chunks).toString())
  const { node_fields: fields, node_types: types } = snapshot.meta
  const [type, size] = [fields.indexOf('type'), fields.indexOf('self_size')]
  const bytes = { live: 0, v8: 0 }
  for (let at = 0; at < nodes.length; at += fields.length) {
    bytes[OF_V8.has(types[0][nodes[at + type]]) ? 'v8' : 'live'] += nodes[at + size]
  }
  return bytes
}

/**
 * The median of the slopes between any two points: a sample that looked at an odd moment does not tilt it, a leak does.
 * @param {{ x: number, y: number }[]} points x rising
 */
export function slope(points) {
  const slopes = points.flatMap((a, i) => points.slice(i + 1).map((b) => (b.y - a.y) / (b.x - a.x)))
  return slopes.sort((a, b) => a - b)[slopes.length >> 1]
}
