import type { Registry } from 'prom-client'
import { ServiceError } from '../errors.ts'
import { createCallMetrics } from './call-metrics.ts'
import { describeCause, type Scrubbed } from './cause.ts'
import type { Logger } from './log.ts'

/** Which call, as the log tells of it: names from our tables and identifiers. */
export interface CallKind {
  callId: string
  sessionId: string
  /** Hash of the client. */
  client: string
  model: string
  voice: string
  difficulty: string
  mode: string | undefined
  sport: string | undefined
}

/** A call that is over, as the log and the metrics tell of it. */
export interface CallEnd extends CallKind {
  reason: string
  seconds: number
  tokens: Record<string, number>
  transcribedSeconds: number
  transcribedTokens: number
  responses: number
  usd: number
  drifts: number
}

/** What happens with calls: log line and metric together. None throws. */
export type CallEvents = ReturnType<typeof createCallEvents>

/** `active` is read when Prometheus asks. */
export function createCallEvents(logger: Logger, registry: Registry, active: () => number, scrubbed: Scrubbed) {
  const metrics = createCallMetrics(registry, active)

  return {
    callPlaced(call: CallKind, requestId: string) {
      metrics.placed.inc({ model: call.model })
      logger.info({ request_id: requestId, ...kindOf(call) }, 'call_placed')
    },

    /** The audit event. */
    callEnded(call: CallEnd) {
      const { model, reason } = call
      metrics.ended.inc({ reason })
      metrics.usd.inc({ model }, call.usd)
      for (const [kind, count] of Object.entries(call.tokens)) metrics.tokens.inc({ model, kind }, count)
      metrics.seconds.observe(call.seconds)
      logger.info(toldOf(call), 'call_ended')
    },

    /** OpenAI took a call, and its answer came to nothing: there is no receipt of it. It is hung up. */
    orphaned(callId: string) {
      logger.warn({ call_id: callId }, 'call_orphaned')
    },

    drifted(callId: string, action: 'restored' | 'ended') {
      metrics.drifts.inc({ action })
      logger.warn({ call_id: callId, action }, 'call_drift')
    },

    sidebandDropped(callId: string) {
      metrics.dropped.inc()
      logger.warn({ call_id: callId }, 'call_sideband_dropped')
    },

    hangUpFailed(callId: string) {
      metrics.failed.inc()
      logger.error({ call_id: callId }, 'call_hang_up_failed')
    },

    /** We stop, and the call goes on: it costs money until OpenAI ends it. */
    hangUpGivenUp(callId: string) {
      logger.error({ call_id: callId }, 'call_hang_up_given_up')
    },

    /**
     * We stop with a call that is hung up, and the store has not been told. Whoever takes it over tells of its end, which is
     * counted then; `end` is what we know ourselves, if we have watched it.
     */
    accountLeftOpen(callId: string, reason: string, end: CallEnd | undefined) {
      logger.warn({ call_id: callId, reason, ...(end && toldOf(end)) }, 'call_account_left_open')
    },

    takenOver(callId: string) {
      metrics.taken.inc()
      logger.warn({ call_id: callId }, 'call_taken_over')
    },

    /** A call that is ours now cannot be watched, by a fault of our own; it is hung up. */
    takeOverFailed(callId: string, cause: unknown) {
      metrics.faults.inc({ place: 'takeover' })
      logger.error({ call_id: callId, cause: describeCause(cause, scrubbed) }, 'call_take_over_failed')
    },

    /** A round of reports and takeovers broke off by a fault of our own; the next one comes soon. */
    tendingFailed(cause: unknown) {
      metrics.faults.inc({ place: 'round' })
      logger.error({ cause: describeCause(cause, scrubbed) }, 'calls_tending_failed')
    },

    /** A call ends as unobserved since our code failed on this kind of event. `instructions` are kept out of the cause. */
    watchFailed(callId: string, event: string, cause: unknown, instructions: string) {
      metrics.faults.inc({ place: 'event' })
      const described = describeCause(cause, text => scrubbed(text, instructions))
      logger.error({ call_id: callId, event, cause: described }, 'call_watch_failed')
    },

    handedOver(calls: number) {
      logger.info({ calls }, 'Calls were left to another instance.')
    },

    /**
     * The store was not told of a change. It is told again later, but for a slot that was given back before there was a
     * call: that one lapses.
     */
    storeMissed({ callId, sessionId }: { callId?: string; sessionId?: string }, what: string, cause: unknown) {
      const described = describeMiss(cause, scrubbed)
      logger.warn({ call_id: callId, session_id: sessionId, what, cause: described }, 'call_store_missed')
    },
  }
}

function toldOf(call: CallEnd) {
  return {
    ...kindOf(call),
    reason: call.reason,
    seconds: call.seconds,
    responses: call.responses,
    tokens: call.tokens,
    transcribed_seconds: call.transcribedSeconds,
    transcribed_tokens: call.transcribedTokens,
    usd: call.usd,
    drifts: call.drifts,
  }
}

function kindOf({ callId, sessionId, client, model, voice, difficulty, mode, sport }: CallKind) {
  return { call_id: callId, session_id: sessionId, client, model, voice, difficulty, mode, sport }
}

/** One line says why a store cannot be reached; of anything else, which is a fault of our own, it matters where it was thrown. */
function describeMiss(error: unknown, scrubbed: Scrubbed): string | undefined {
  if (!(error instanceof ServiceError && error.cause)) return describeCause(error, scrubbed)
  return describeCause(error.cause, scrubbed)?.split('\n')[0]
}
