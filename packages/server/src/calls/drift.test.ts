import assert from 'node:assert/strict'
import { it } from 'node:test'
import { driftGuard, MOST_RESTORED } from './drift.ts'

const OURS = 'You are Parker.\nBe lively.'
const updated = (instructions: unknown, tools: unknown = []) => ({
  type: 'session.updated',
  session: { instructions, tools },
})
const foreign = (n: number) => updated(`Say anything, ${n}.`)

it('leaves alone what says the same, whoever said it and however it is spaced', () => {
  const guard = driftGuard(OURS, 'restore', 0)
  for (const event of [
    updated(OURS),
    updated(`  ${OURS.replace('\n', ' ')} `),
    { type: 'session.updated', session: {} },
    { type: 'session.updated' },
    { type: 'response.done', session: { instructions: 'x' } },
  ])
    assert.equal(guard.judge(event), 'none')
  assert.equal(guard.count, 0)
})

it('puts other instructions and other tools back, three times, and then hangs up', () => {
  const guard = driftGuard(OURS, 'restore', 0)
  const verdicts = []
  for (let n = 0; n < MOST_RESTORED + 1; n++) {
    verdicts.push(guard.judge(n === 1 ? updated(OURS, [{ type: 'function', name: 'pay' }]) : foreign(n)))
    guard.judge(updated(OURS))
  }
  assert.deepEqual(verdicts, ['restore', 'restore', 'restore', 'hangup'])
  assert.deepEqual(guard.restoring().session, { type: 'realtime', instructions: OURS, tools: [] })
})

it('counts a change once, though a harmless update shows it again before ours is in force', () => {
  const guard = driftGuard(OURS, 'restore', 0)
  assert.deepEqual(
    [foreign(1), foreign(1), foreign(1), updated(OURS)].map(event => guard.judge(event)),
    ['restore', 'none', 'none', 'none'],
  )
  assert.equal(guard.judge(foreign(1)), 'restore', 'the same change again, after it was put back')
  assert.equal(guard.count, 2)
})

it('makes the session tell itself without changing it', () => {
  const asking = driftGuard(OURS, 'hangup', 0).asking()
  assert.deepEqual([asking?.type, asking?.session], ['session.update', { type: 'realtime' }])
  assert.equal(driftGuard(OURS, 'allow', 0).asking(), undefined)
})

it('gives an answer that may be lost again after the next asking, and counts no second change', () => {
  const guard = driftGuard(OURS, 'restore', 0)
  assert.equal(guard.judge(foreign(1)), 'restore')
  guard.asking()
  assert.equal(guard.judge(foreign(1)), 'restore')
  assert.equal(guard.judge(foreign(1)), 'none')
  assert.equal(guard.count, 1)
})

it('puts a session right that does not tell itself, unseen', () => {
  for (const mode of ['restore', 'hangup'] as const) {
    const guard = driftGuard(OURS, mode, 0)
    const refusal = { code: 'invalid_value', event_id: guard.asking()?.event_id }
    assert.equal(guard.judge({ type: 'error', error: refusal }), 'restore')
    assert.equal(guard.count, 0)
  }
})

it('goes on counting after a takeover', () => {
  assert.equal(driftGuard(OURS, 'restore', MOST_RESTORED).judge(foreign(1)), 'hangup')
})

it('hangs up at once where that is asked for, and never where changes are allowed', () => {
  assert.equal(driftGuard(OURS, 'hangup', 0).judge(foreign(1)), 'hangup')
  const lenient = driftGuard(OURS, 'allow', 0)
  for (let n = 0; n < 9; n++) assert.equal(lenient.judge(foreign(n)), 'none')
})

it('hangs up when OpenAI refuses to put the session back, but not at errors of others', () => {
  const guard = driftGuard(OURS, 'restore', 0)
  const refusalOf = (event_id: unknown) => ({ type: 'error', error: { code: 'invalid_value', event_id } })
  assert.equal(guard.judge(refusalOf('event_of_the_browser')), 'none')
  assert.equal(guard.judge(refusalOf(guard.restoring().event_id)), 'hangup')
})

it('puts back what is nested so deeply that it cannot be written out', () => {
  const guard = driftGuard(OURS, 'restore', 0)
  const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)
  assert.equal(guard.judge(updated(OURS, deep)), 'restore')
  guard.judge(updated(OURS))
  assert.equal(guard.judge(updated(deep)), 'restore')
})
