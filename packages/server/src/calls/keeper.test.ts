import assert from 'node:assert/strict'
import { it } from 'node:test'
import { systemClock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import type { CallEvents } from '../observe/call-events.ts'
import { decideSession } from '../session.ts'
import type { LiveCall } from './call.ts'
import { callKeeper } from './keeper.ts'
import { memoryCallStore } from './memory-store.ts'

const LIMITS = { maxCalls: 10, maxCallsPerClient: 10, dailyUsd: 0, clientDailyUsd: 0 }
const CONFIG = { MAX_CALL_SECONDS: 600, CALL_IDLE_SECONDS: 60, MAX_CALL_USD: 0, CALL_DRIFT: 'restore' } as Config
const CALL: LiveCall = {
  id: 'rtc_1',
  ticket: 'ticket',
  client: 'client',
  sessionId: 'sess_1',
  session: decideSession({}, { REALTIME_MODEL: 'm', REALTIME_VOICE: 'v', DEFAULT_INSTRUCTIONS: 'i' }, 0),
  ...{ ageMs: 0, idleMs: 0, usd: 0, drifts: 0, reason: undefined },
}

it('joins a call once, also when a lease that had lapsed makes it look like one to be taken over', () => {
  let joined = 0
  const keeper = callKeeper({
    config: CONFIG,
    clock: systemClock,
    store: memoryCallStore(LIMITS, 1000, 1000, systemClock),
    line: { place: () => Promise.reject(), hangUp: async () => true },
    join(_callId, _handlers, signal) {
      joined++
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    },
    meterFor: () => ({ read: () => undefined }),
    events: {} as CallEvents,
  })
  keeper.watch(CALL, false)
  keeper.watch({ ...CALL, ageMs: 9000 }, true)
  assert.deepEqual([joined, keeper.active], [1, 1])
  keeper.leave(CALL.id)
})
