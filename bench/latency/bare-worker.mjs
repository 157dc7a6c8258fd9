/**
 * The least that update → signal can be: a worker that waits for a word of shared memory as the engine worker does, and
 * answers with one message that hands over as many bytes as a trial's signals have (the second word says how many).
 * Runs in browsers and in Node.
 */

const port =
  typeof WorkerGlobalScope === 'undefined' ? (await import('node:worker_threads')).parentPort : self
const listen = (handler) =>
  port.on ? port.on('message', handler) : port.addEventListener('message', ({ data }) => handler(data))

listen(async ({ memory }) => {
  const words = new Int32Array(memory)
  for (let turn = 0; ; turn++) {
    const wait = Atomics.waitAsync(words, 0, turn)
    if (wait.async) await wait.value
    const buffer = new ArrayBuffer(Atomics.load(words, 1))
    port.postMessage({ turn, buffer }, [buffer])
  }
})
// A module that awaits may be ready after the first message was sent.
port.postMessage({ ready: true })
