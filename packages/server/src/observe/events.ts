import type { HashClient } from '../identity/client-hash.ts'
import type { Session } from '../session.ts'
import type { OpenAiEvents } from '../upstream/openai.ts'
import type { VoiceStats } from '../voice/stats.ts'
import type { Logger } from './log.ts'
import type { Metrics } from './metrics.ts'

/** What is known of a request when its answer has gone out. */
export interface RequestEnd {
  requestId: string
  method: string
  /** Without the query, which may hold anything. */
  path: string
  /** The pattern of the route, or `none`. */
  route: string
  status: number
  durationMs: number
  client: string | undefined
  origin: string | undefined
  errorType: string | undefined
  /** What went wrong inside; never shown to the caller. */
  cause: unknown
}

/** A credential that was handed out. */
export interface Issue {
  requestId: string
  sessionId: string
  client: string
  origin: string | undefined
  session: Session
  /** Whether it came warm from the pool. */
  warm: boolean
  /** The request or pool mint that made it. */
  mintId: string
  expiresAt: number
  /** Milliseconds of the whole request, and of it at OpenAI. */
  totalMs: number
  openAiMs: number
}

/** One function for each thing that happens: its metric and its log line together. None throws. */
export type Events = ReturnType<typeof createEvents>

export function createEvents(
  logger: Logger,
  metrics: Metrics,
  stats: VoiceStats,
  hashClient: HashClient,
  scrubbed: (text: string) => string,
) {
  let warnedOfForwarding = false
  const hashed = (client: string | undefined) => (client === undefined ? undefined : hashClient(client))

  return {
    requestEnded(end: RequestEnd) {
      metrics.requests.inc({ route: end.route, status: end.status })
      metrics.requestSeconds.observe({ route: end.route }, end.durationMs / 1000)
      if (end.errorType) metrics.errors.inc({ type: end.errorType })
      const level = end.status >= 500 ? 'error' : end.status >= 400 ? 'warn' : 'info'
      if (!logger.isLevelEnabled(level)) return
      logger[level](
        {
          request_id: end.requestId,
          method: end.method,
          path: end.path,
          status: end.status,
          duration_ms: round(end.durationMs),
          client: hashed(end.client),
          origin: end.origin,
          error: end.errorType,
          cause: describeCause(end.cause, scrubbed),
        },
        'request',
      )
    },

    /** The audit event. */
    tokenIssued(issue: Issue) {
      const { session, warm } = issue
      const names = { model: session.model.served, voice: session.voice, difficulty: session.difficulty }
      metrics.tokens.inc({ ...names, mode: session.mode ?? 'none', pool: warm ? 'hit' : 'miss' })
      metrics.ownSeconds.observe(Math.max(0, issue.totalMs - issue.openAiMs) / 1000)
      stats.issued(names, warm ? undefined : issue.openAiMs)
      logger.info(
        {
          request_id: issue.requestId,
          session_id: issue.sessionId,
          client: hashClient(issue.client),
          origin: issue.origin,
          ...names,
          mode: session.mode,
          sport: session.sport,
          pool_hit: warm,
          mint_id: issue.mintId,
          expires_at: issue.expiresAt,
          openai_ms: round(issue.openAiMs),
        },
        'token_issued',
      )
    },

    /** A forwarded header under `TRUST_PROXY=none`: said once, since it means that clients share one rate limit. */
    forwardingIgnored() {
      if (warnedOfForwarding) return
      warnedOfForwarding = true
      logger.warn(
        'A proxy seems to stand in front (X-Forwarded-For, X-Real-IP or Forwarded was sent), but TRUST_PROXY is none: all its clients share one rate limit. Set TRUST_PROXY.',
      )
    },

    attempted(report) {
      metrics.attempts.inc({ outcome: report.outcome })
      metrics.attemptSeconds.observe(report.durationMs / 1000)
      const line = {
        request_id: report.requestId,
        outcome: report.outcome,
        openai_ms: round(report.durationMs),
        openai_status: report.status,
        openai_request_id: report.openaiRequestId || undefined,
        openai_error: report.error,
        oddity: report.oddity,
      }
      if (report.outcome === 'ok') logger.debug(line, 'openai_attempt')
      else logger.warn(line, 'openai_attempt')
    },

    connectionChanged(connected) {
      if (connected) logger.info('OpenAI is connected again.')
      else logger.warn('OpenAI is disconnected: the last probe or mint failed.')
    },
  } satisfies OpenAiEvents & Record<string, unknown>
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100
}

/** An error for the log: its scrubbed message and where it was thrown, without its properties, which could hold anything. */
function describeCause(cause: unknown, scrubbed: (text: string) => string): string | undefined {
  if (cause === undefined) return undefined
  if (!(cause instanceof Error)) return 'not an Error'
  const frames = cause.stack?.match(/^ {4}at .*$/gm)?.slice(0, 10) ?? []
  return [`${cause.name}: ${scrubbed(cause.message)}`, ...frames].join('\n')
}
