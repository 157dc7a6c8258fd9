/** How long something takes, microseconds; what it returns is awaited only if it is a promise. */

export async function timed(run) {
  const start = performance.now()
  const result = run()
  if (typeof result?.then === 'function') await result
  return (performance.now() - start) * 1000
}
