// Errors inside the engine that are no traps: reported, made up for, and when there are too many, recovered from.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ErrorBudget } from '../../js/error-budget.js'
import { rejects, setUp } from './helpers/fake-scanner.mjs'

test('five errors in a minute are too many, five in two minutes are not', () => {
  const often = new ErrorBudget()
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5].map((n) => often.note(n * 1000)),
    [false, false, false, false, true, false],
  )
  for (const [last, tooMany] of [
    [59_999, true],
    [60_000, false],
  ]) {
    const budget = new ErrorBudget()
    for (let n = 0; n < 4; n++) budget.note(n)
    assert.equal(budget.note(last), tooMany)
  }
  const seldom = new ErrorBudget()
  assert.ok([0, 1, 2, 3, 4, 5].every((n) => !seldom.note(n * 20_000)))
})

test('deltas that could not be sent come again as snapshots; the fifth time the state is rebuilt', async (t) => {
  const { core, scanner } = await setUp(t)
  await scanner.addTrader({ id: 'a', filter: 'x' })
  core.matching = [[1]]
  const errors = []
  scanner.addEventListener('error', ({ detail }) => errors.push(detail.code))
  for (let n = 1; n <= 5; n++) {
    // A handle that no trader has: the packed deltas do not add up.
    core.deltas.push({ trader: 77, entered: [[0]] })
    await rejects(scanner.processUpdates(), 'E_PROTOCOL')
    assert.equal(core.calls.filter(([name]) => name === 'recover').length, n === 5 ? 1 : 0)
    await scanner.processUpdates()
    assert.deepEqual(scanner.matches('a'), ['BBB'])
  }
  // Each time a gap is noticed, and once the rebuilding is said.
  assert.deepEqual(errors.sort(), ['E_INTERNAL', ...Array(5).fill('E_PROTOCOL')])
})
