import type { CallEnd } from '../observe/call-events.ts'
import { type LiveCall, type Receipt, receiptByWatcher, roundedUsd, secondsOf } from './call.ts'

/** What is told of a call that is over. */
export function endOf(receipt: Receipt): CallEnd {
  const { id, sessionId, client, model, voice, difficulty, mode, sport, usage, drifts, reason } = receipt
  const seconds = secondsOf(receipt)
  const names = { callId: id, sessionId, client, model, voice, difficulty, mode, sport }
  return { ...names, ...usage, usd: roundedUsd(usage.usd), drifts, seconds, reason: reason ?? 'ended' }
}

/** The same by what its watcher knows; its age is how long it lasted. */
export function endWithoutReceipt(call: LiveCall): CallEnd {
  return endOf(receiptByWatcher(call, call.ageMs))
}
