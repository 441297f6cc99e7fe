import assert from 'node:assert/strict'
import { it } from 'node:test'
import { type ErrorCode, ParkerError } from './errors.ts'
import type { CallState } from './state.ts'
import { summarize } from './summary.ts'

const failed = (code: ErrorCode): CallState => ({ name: 'failed', error: new ParkerError(code) })

it('a summary says how the call ended, once it has', () => {
  const endings = [
    [{ name: 'listening' }, 5, undefined],
    [{ name: 'ended', reason: 'hung-up' }, 5, 'hung_up'],
    [{ name: 'ended', reason: 'page-left' }, 5, 'page_closed'],
    [{ name: 'ended', reason: 'hung-up' }, undefined, 'never_connected'],
    [failed('udp-blocked'), undefined, 'never_connected'],
    [failed('session-ended'), 5, 'remote_closed'],
    [failed('call-lost'), 5, 'connection_lost'],
    [failed('channel-stalled'), 5, 'error'],
  ] as const
  for (const [state, seconds, ending] of endings)
    assert.equal(summarize(state, { turn_gaps_ms: [] }, seconds).ended, ending, JSON.stringify(state))
})
