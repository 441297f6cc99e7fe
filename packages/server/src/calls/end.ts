import type { CallEnd } from '../observe/call-events.ts'
import { type EndReason, type LiveCall, newReceipt, type Receipt, roundedUsd, secondsOf, type Usage } from './call.ts'

/** What is told of a call that is over. */
export function endOf(receipt: Receipt): CallEnd {
  const { id, sessionId, client, model, voice, difficulty, mode, sport, usage, drifts, reason } = receipt
  const seconds = secondsOf(receipt)
  const names = { callId: id, sessionId, client, model, voice, difficulty, mode, sport }
  return { ...names, ...usage, usd: roundedUsd(usage.usd), drifts, seconds, reason: reason ?? 'ended' }
}

/** The same by what its watcher knows, at `now` (milliseconds since 1970): what others counted before it was taken over is in the USD alone. */
export function endWithoutReceipt(call: LiveCall, used: Usage, reason: EndReason, now: number): CallEnd {
  const receipt = newReceipt(call, now - call.ageMs, 0)
  return endOf({ ...receipt, usage: { ...used, usd: call.usd }, drifts: call.drifts, reason, asOf: now })
}
