import type { TokenKind } from '../catalogue/prices.ts'
import { namesOf, type Session } from '../session.ts'

/** Why a call ended. Each call has exactly one; the first that is given stays. Also the label of a metric. */
export const END_REASONS = {
  ended: 'the caller or OpenAI ended it',
  owner: 'hung up by `DELETE` with its ticket',
  operator: 'hung up by `DELETE` with the operator token',
  max_seconds: 'at `MAX_CALL_SECONDS`',
  idle: 'after `CALL_IDLE_SECONDS` without the human',
  max_usd: 'at `MAX_CALL_USD`',
  drift: 'instructions or tools were changed (`CALL_DRIFT`)',
  unobserved: 'could not be watched for 30 s, or said what nobody could read',
  caller_gone: 'the browser was gone before it got the answer',
  shutdown: 'the service stopped, and no other instance could take over',
} as const satisfies Record<string, string>

export type EndReason = keyof typeof END_REASONS

/** What a ticket stands for. */
export interface Ticket {
  sessionId: string
  /** Hash of the client it was issued to. */
  client: string
  session: Session
}

/** What was used so far. */
export interface Usage {
  tokens: Partial<Record<TokenKind, number>>
  /** Seconds of audio that were transcribed by a model billed by time. */
  transcribedSeconds: number
  /** Tokens of transcription by models billed by tokens. */
  transcribedTokens: number
  /** USD; 0 where the model has no price. */
  usd: number
  responses: number
}

/** A call that is under way, as whoever watches over it must know it. */
export interface LiveCall {
  /** OpenAI's id, `rtc_…`; also ours. */
  id: string
  /** SHA-256 of its ticket. */
  ticketHash: string
  /** Hash of its client. */
  client: string
  sessionId: string
  session: Session
  /** Milliseconds since it began. */
  ageMs: number
  /** Milliseconds since the human was last heard of. */
  idleMs: number
  /** What it has used, also before we watched it. */
  usage: Usage
  /** Foreign changes of the session that were put back. */
  drifts: number
  /** Set from the moment somebody decided to end it. */
  reason: EndReason | undefined
}

/** What is told of a call, and kept for `CALL_HISTORY_SECONDS` after its end. */
export interface Receipt {
  id: string
  ticketHash: string
  client: string
  sessionId: string
  model: string
  voice: string
  difficulty: string
  mode: string | undefined
  sport: string | undefined
  state: 'active' | 'ending' | 'ended'
  /** Milliseconds since 1970. */
  startedAt: number
  endedAt: number | undefined
  /** When it was read, by the same clock as its beginning. */
  asOf: number
  /** Sorts receipts by their beginning; no two have the same. */
  order: number
  usage: Usage
  drifts: number
  reason: EndReason | undefined
}

export function noUsage(): Usage {
  return { tokens: {}, transcribedSeconds: 0, transcribedTokens: 0, usd: 0, responses: 0 }
}

export function copyOf(usage: Usage): Usage {
  return { ...usage, tokens: { ...usage.tokens } }
}

/** Adds to a usage in place. */
export function addUsage(to: Usage, more: Usage): void {
  for (const [kind, count] of Object.entries(more.tokens) as [TokenKind, number][])
    to.tokens[kind] = (to.tokens[kind] ?? 0) + count
  to.transcribedSeconds += more.transcribedSeconds
  to.transcribedTokens += more.transcribedTokens
  to.usd += more.usd
  to.responses += more.responses
}

/** To a millionth of a dollar, as it is told; sums of prices are not exact. */
export function roundedUsd(usd: number): number {
  return Math.round(usd * 1e6) / 1e6
}

/** The receipt of a call that is under way. */
export function newReceipt(call: LiveCall, startedAt: number, order: number): Receipt {
  const { id, ticketHash, client, sessionId, session, usage, drifts, reason } = call
  return {
    id,
    ticketHash,
    client,
    sessionId,
    ...namesOf(session),
    state: reason ? 'ending' : 'active',
    startedAt,
    endedAt: undefined,
    asOf: startedAt,
    order,
    usage: copyOf(usage),
    drifts,
    reason,
  }
}

/** The receipt by what its watcher knows, at `now` (milliseconds since 1970), where the store cannot tell. */
export function receiptByWatcher(call: LiveCall, now: number): Receipt {
  return { ...newReceipt(call, now - call.ageMs, 0), asOf: now }
}

/** Seconds, rounded, that a call has lasted, when it was read or at its end. */
export function secondsOf({ startedAt, endedAt, asOf }: Receipt): number {
  return Math.max(0, Math.round(((endedAt ?? asOf) - startedAt) / 1000))
}
