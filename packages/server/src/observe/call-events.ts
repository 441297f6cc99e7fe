import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { ServiceError } from '../errors.ts'
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

/** From a misclick to the longest call that OpenAI allows. */
const CALL_SECONDS = [5, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600]

/** What happens with calls: log line and metric together. None throws. */
export type CallEvents = ReturnType<typeof createCallEvents>

/** `active` is read when Prometheus asks. */
export function createCallEvents(logger: Logger, registry: Registry, active: () => number, scrubbed: Scrubbed) {
  const registers = [registry]
  new Gauge({
    name: 'parker_calls_active',
    help: 'Calls that this instance watches.',
    registers,
    collect() {
      this.set(active())
    },
  })
  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter<Label>({ name, help, labelNames, registers })
  const placed = counter('parker_calls_placed_total', 'Calls placed.', 'model')
  const ended = counter('parker_calls_ended_total', 'Calls ended, by the one reason of each.', 'reason')
  const usd = counter('parker_call_usd_total', 'USD that ended calls have cost by the price table.', 'model')
  const tokens = counter('parker_call_tokens_total', 'Tokens of ended calls.', 'model', 'kind')
  const drifts = counter('parker_call_drifts_total', 'Foreign changes of a session, by what was done.', 'action')
  const dropped = counter('parker_call_sideband_drops_total', 'Lines into calls that were lost or did not come about.')
  const failed = counter('parker_call_hang_up_failures_total', 'Hang-ups that did not hold and were tried again.')
  const taken = counter('parker_calls_taken_over_total', 'Calls of instances that died or stopped, now watched here.')
  const faults = counter(
    'parker_call_faults_total',
    'Faults of our own while we watched over calls, by place.',
    'place',
  )
  const seconds = new Histogram({
    name: 'parker_call_duration_seconds',
    help: 'How long calls lasted.',
    buckets: CALL_SECONDS,
    registers,
  })

  return {
    callPlaced(call: CallKind, requestId: string) {
      placed.inc({ model: call.model })
      logger.info({ request_id: requestId, ...kindOf(call) }, 'call_placed')
    },

    /** The audit event. */
    callEnded(call: CallEnd) {
      const { model, reason } = call
      ended.inc({ reason })
      usd.inc({ model }, call.usd)
      for (const [kind, count] of Object.entries(call.tokens)) tokens.inc({ model, kind }, count)
      seconds.observe(call.seconds)
      logger.info(
        {
          ...kindOf(call),
          reason,
          seconds: call.seconds,
          responses: call.responses,
          tokens: call.tokens,
          transcribed_seconds: call.transcribedSeconds,
          transcribed_tokens: call.transcribedTokens,
          usd: call.usd,
          drifts: call.drifts,
        },
        'call_ended',
      )
    },

    drifted(callId: string, action: 'restored' | 'ended') {
      drifts.inc({ action })
      logger.warn({ call_id: callId, action }, 'call_drift')
    },

    sidebandDropped(callId: string) {
      dropped.inc()
      logger.warn({ call_id: callId }, 'call_sideband_dropped')
    },

    hangUpFailed(callId: string) {
      failed.inc()
      logger.error({ call_id: callId }, 'call_hang_up_failed')
    },

    takenOver(callId: string) {
      taken.inc()
      logger.warn({ call_id: callId }, 'call_taken_over')
    },

    /** A call that is ours now cannot be watched, by a fault of our own; it is hung up. */
    takeOverFailed(callId: string, cause: unknown) {
      faults.inc({ place: 'takeover' })
      logger.error({ call_id: callId, cause: describeCause(cause, scrubbed) }, 'call_take_over_failed')
    },

    /** A round of reports and takeovers broke off by a fault of our own; the next one comes soon. */
    tendingFailed(cause: unknown) {
      faults.inc({ place: 'round' })
      logger.error({ cause: describeCause(cause, scrubbed) }, 'calls_tending_failed')
    },

    /** A call ends as unobserved since our code failed on this kind of event. `instructions` are kept out of the cause. */
    watchFailed(callId: string, event: string, cause: unknown, instructions: string) {
      faults.inc({ place: 'event' })
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

function kindOf({ callId, sessionId, client, model, voice, difficulty, mode, sport }: CallKind) {
  return { call_id: callId, session_id: sessionId, client, model, voice, difficulty, mode, sport }
}

/** One line says why a store cannot be reached; of anything else, which is a fault of our own, it matters where it was thrown. */
function describeMiss(error: unknown, scrubbed: Scrubbed): string | undefined {
  if (!(error instanceof ServiceError && error.cause)) return describeCause(error, scrubbed)
  return describeCause(error.cause, scrubbed)?.split('\n')[0]
}
