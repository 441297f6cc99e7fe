import type { CallEnd } from '../observe/call-events.ts'
import { type LiveCall, newReceipt, type Receipt, roundedUsd, secondsOf } from './call.ts'

/** What is told of a call that is over. */
export function endOf(receipt: Receipt): CallEnd {
  const { id, sessionId, client, model, voice, difficulty, mode, sport, usage, drifts, reason } = receipt
  const seconds = secondsOf(receipt)
  const names = { callId: id, sessionId, client, model, voice, difficulty, mode, sport }
  return { ...names, ...usage, usd: roundedUsd(usage.usd), drifts, seconds, reason: reason ?? 'ended' }
}

/** The same by what its watcher knows, at `now` (milliseconds since 1970). */
export function endWithoutReceipt(call: LiveCall, now: number): CallEnd {
  return endOf({ ...newReceipt(call, now - call.ageMs, 0), asOf: now })
}
