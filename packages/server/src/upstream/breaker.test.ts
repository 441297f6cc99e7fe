import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Breaker, circuitBreaker, type Verdict } from './breaker.ts'

/** A breaker that opens at the third failure for 1,000 ms, on a clock that stands still. */
function breakerAt(threshold = 3, resetMs = 1000) {
  const clock = { now: 0 }
  return { clock, breaker: circuitBreaker(threshold, resetMs, () => clock.now) }
}

function begin(breaker: Breaker): (verdict: Verdict) => void {
  const admission = breaker.enter()
  assert.ok('report' in admission, 'let in')
  return admission.report
}

function attempt(breaker: Breaker, ...verdicts: Verdict[]): void {
  for (const verdict of verdicts) begin(breaker)(verdict)
}

const refusal = (breaker: Breaker) => {
  const admission = breaker.enter()
  return 'refusedFor' in admission ? admission.refusedFor : undefined
}

/** Asked anew each time, so that the compiler does not take it for settled. */
const stateOf = (breaker: Breaker): string => breaker.state.name

test('it opens at the threshold, not before', () => {
  const { breaker } = breakerAt()
  attempt(breaker, 'failure', 'failure')
  assert.deepEqual(breaker.state, { name: 'closed', failures: 2 })
  attempt(breaker, 'failure')
  assert.equal(refusal(breaker), 1000)
})

test('it tells once that it is closed no more, and once that it is closed again, however many trials fail', () => {
  const told: boolean[] = []
  const clock = { now: 0 }
  const breaker = circuitBreaker(
    2,
    1000,
    () => clock.now,
    closed => told.push(closed),
  )
  attempt(breaker, 'failure', 'failure')
  for (const verdict of ['failure', 'failure', 'success', 'success'] as const) {
    clock.now += 1000
    attempt(breaker, verdict)
  }
  assert.deepEqual(told, [false, true])
})

test('a success clears the count; a neutral end neither adds to it nor clears it', () => {
  const { breaker } = breakerAt()
  attempt(breaker, 'failure', 'failure', 'success', 'failure', 'failure')
  assert.equal(breaker.state.name, 'closed')
  attempt(breaker, 'neutral', 'neutral', 'neutral')
  assert.deepEqual(breaker.state, { name: 'closed', failures: 2 })
  attempt(breaker, 'failure')
  assert.equal(breaker.state.name, 'open')
})

test('while open it says how much longer, and at the end lets one in', () => {
  const { breaker, clock } = breakerAt()
  attempt(breaker, 'failure', 'failure', 'failure')
  clock.now = 999
  assert.equal(refusal(breaker), 1)
  clock.now = 1000
  begin(breaker)
  assert.deepEqual(breaker.state, { name: 'trial' })
  assert.ok((refusal(breaker) ?? 0) > 0)
})

for (const [verdict, then] of [
  ['success', 'closed'],
  ['neutral', 'closed'],
  ['failure', 'open'],
] as const)
  test(`a trial that ends in ${verdict} leaves it ${then}`, () => {
    const { breaker, clock } = breakerAt()
    attempt(breaker, 'failure', 'failure', 'failure')
    clock.now = 5000
    begin(breaker)(verdict)
    assert.equal(breaker.state.name, then)
    if (then === 'open') assert.equal(refusal(breaker), 1000)
    else assert.deepEqual(breaker.state, { name: 'closed', failures: 0 })
  })

test('a trial in which OpenAI was never asked decides nothing; the next one does, at once', () => {
  const { breaker, clock } = breakerAt()
  attempt(breaker, 'failure', 'failure', 'failure')
  clock.now = 5000
  attempt(breaker, 'unheard', 'unheard')
  assert.equal(stateOf(breaker), 'open')
  attempt(breaker, 'failure')
  assert.equal(refusal(breaker), 1000)
})

test('attempts begun before it opened change nothing, neither while it is open nor during the trial', () => {
  const { breaker, clock } = breakerAt()
  const late = [begin(breaker), begin(breaker), begin(breaker)]
  attempt(breaker, 'failure', 'failure', 'failure')
  const [success, failure, other] = late
  success?.('success')
  assert.equal(stateOf(breaker), 'open')
  clock.now = 1000
  const trial = begin(breaker)
  failure?.('failure')
  other?.('success')
  assert.equal(stateOf(breaker), 'trial')
  trial('success')
  assert.equal(stateOf(breaker), 'closed')
})

test('whatever happens, it is closed below the threshold, refuses while open, and lets at most one trial in', () => {
  const steps = fc.array(
    fc.oneof(
      fc.constantFrom<Verdict>('success', 'failure', 'neutral', 'unheard').map(verdict => ({ verdict })),
      fc.nat(1500).map(pause => ({ pause })),
    ),
    { maxLength: 60 },
  )
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 5 }), (steps, threshold) => {
      const { breaker, clock } = breakerAt(threshold)
      for (const step of steps) {
        if ('pause' in step) {
          clock.now += step.pause
          continue
        }
        const admission = breaker.enter()
        if ('refusedFor' in admission) assert.ok(admission.refusedFor > 0 && admission.refusedFor <= 1000)
        else {
          if (breaker.state.name === 'trial') assert.ok('refusedFor' in breaker.enter())
          admission.report(step.verdict)
        }
        if (breaker.state.name === 'closed') assert.ok(breaker.state.failures < threshold)
        assert.notEqual(breaker.state.name, 'trial')
      }
    }),
  )
})
