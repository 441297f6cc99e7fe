import assert from 'node:assert/strict'
import { it } from 'node:test'
import { troubleIn } from './trouble.ts'

const done = (status: string, details: object) => ({
  type: 'response.done',
  response: { status, status_details: details },
})

it('an event that tells of trouble becomes an error that says what to do', () => {
  const cases = [
    [{ type: 'error', error: { code: 'session_expired', message: 'x' } }, 'session-ended'],
    [{ type: 'error', error: { code: 'unknown_parameter', message: 'x' } }, 'openai-refused'],
    [{ type: 'error', error: { type: 'insufficient_quota' } }, 'budget'],
    [done('failed', { error: { code: 'server_error' } }), 'response-failed'],
    [done('failed', { error: { code: 'rate_limit_exceeded' } }), 'overloaded'],
    [done('incomplete', { reason: 'content_filter' }), 'response-failed'],
  ] as const
  for (const [event, code] of cases) assert.equal(troubleIn(event)?.code, code)
})

it('an interruption is no trouble, nor is anything that goes well or makes no sense', () => {
  const fine = [
    { type: 'error', error: { code: 'response_cancel_not_active' } },
    done('cancelled', { reason: 'turn_detected' }),
    done('incomplete', { reason: 'max_output_tokens' }),
    { type: 'response.done', response: { status: 'completed', status_details: null } },
    { type: 'response.done' },
    { type: 'session.created' },
  ]
  for (const event of fine) assert.equal(troubleIn(event), undefined)
})
