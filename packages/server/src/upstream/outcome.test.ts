import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ErrorType } from '../errors.ts'
import { BREAKAGES, type Failure, judgeStatus, obeyShouldRetry } from './outcome.ts'

const said = (code = '', type = '') => ({ code, type, param: '', message: '' })

type Marks = 'retryable' | 'counts' | 'disconnected'

const marksOf = (failure: Failure) => (['retryable', 'counts', 'disconnected'] as const).filter(mark => failure[mark])

const PASSING: Marks[] = ['retryable', 'counts', 'disconnected']

const TABLE: [status: number, code: string, type: ErrorType, marks: Marks[]][] = [
  [400, '', 'upstream_rejected', []],
  [401, 'invalid_api_key', 'upstream_auth_failed', ['counts', 'disconnected']],
  [402, '', 'insufficient_quota', []],
  [403, '', 'upstream_auth_failed', ['counts']],
  [403, 'content_policy_violation', 'content_flagged', []],
  [403, 'content_filter', 'content_flagged', []],
  [403, 'moderation_blocked', 'content_flagged', []],
  [403, 'premoderation_', 'upstream_auth_failed', ['counts']],
  [404, '', 'upstream_invalid', []],
  [404, 'model_not_found', 'model_unavailable', []],
  [408, '', 'upstream_timeout', PASSING],
  [409, '', 'upstream_unavailable', ['retryable']],
  [422, '', 'upstream_rejected', []],
  [429, 'rate_limit_exceeded', 'upstream_rate_limited', ['retryable', 'counts']],
  [429, 'insufficient_quota', 'insufficient_quota', []],
  [429, 'billing_not_active', 'insufficient_quota', []],
  [429, 'credit_balance_exhausted', 'insufficient_quota', []],
  [429, 'organization_spend_limit_exceeded', 'insufficient_quota', []],
  [429, 'project_spend_limit_exceeded', 'insufficient_quota', []],
  [429, 'organization_usage_limit_exceeded', 'insufficient_quota', []],
  [500, '', 'upstream_unavailable', PASSING],
  [503, '', 'upstream_overloaded', PASSING],
  [599, '', 'upstream_unavailable', PASSING],
  [600, '', 'upstream_invalid', []],
  [302, '', 'upstream_invalid', []],
  [418, '', 'upstream_invalid', []],
]

for (const [status, code, type, marks] of TABLE)
  test(`${status} ${code || 'without a code'} is ${type}, ${marks.join(' and ') || 'nothing more'}`, () => {
    const failure = judgeStatus(status, said(code))
    assert.deepEqual([failure.type, marksOf(failure)], [type, marks])
  })

test('a 429 whose type names the quota or the bill means money too', () => {
  for (const type of ['insufficient_quota', 'billing_not_active'])
    assert.equal(judgeStatus(429, said('', type)).type, 'insufficient_quota')
})

test('a broken line and silence may pass and count; nonsense does neither', () => {
  assert.deepEqual(marksOf(BREAKAGES.network), PASSING)
  assert.deepEqual(marksOf(BREAKAGES.timeout), PASSING)
  assert.deepEqual(marksOf(BREAKAGES.invalid), [])
})

test('x-should-retry is obeyed in both ways, and other words are not understood', () => {
  const rejected = judgeStatus(400, said())
  const passing = judgeStatus(500, said())
  assert.equal(obeyShouldRetry(rejected, 'true').retryable, true)
  assert.equal(obeyShouldRetry(passing, 'false').retryable, false)
  for (const word of [undefined, '', 'TRUE', '1', 'yes']) {
    assert.deepEqual(obeyShouldRetry(rejected, word), rejected)
    assert.deepEqual(obeyShouldRetry(passing, word), passing)
  }
})

test('a lack of money is never asked about again', () => {
  for (const failure of [judgeStatus(402, said()), judgeStatus(429, said('insufficient_quota'))])
    assert.equal(obeyShouldRetry(failure, 'true').retryable, false)
})

test('any status with any code is judged, and only what is promised to count does', () => {
  const statuses = fc.integer({ min: 100, max: 999 })
  fc.assert(
    fc.property(statuses, fc.string(), fc.string(), (status, code, type) => {
      const { counts } = judgeStatus(status, said(code, type))
      const mayCount = [401, 403, 408, 429].includes(status) || (status >= 500 && status <= 599)
      assert.ok(mayCount || !counts)
    }),
  )
})
