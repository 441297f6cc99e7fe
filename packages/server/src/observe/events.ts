import type { Clock } from '../clock.ts'
import type { HashClient } from '../identity/client-hash.ts'
import type { Monitor } from '../monitor/monitor.ts'
import type { Store } from '../store/redis.ts'
import type { OpenAiEvents } from '../upstream/openai.ts'
import type { VoiceStats } from '../voice/stats.ts'
import { describeCause, type Scrubbed } from './cause.ts'
import { keySetEvent } from './key-set-event.ts'
import type { Logger } from './log.ts'
import type { Metrics } from './metrics.ts'
import { reportEvent } from './report-event.ts'

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
  /** What the route adds. */
  logged: Record<string, unknown> | undefined
  errorType: string | undefined
  /** What went wrong inside; never shown to the caller. */
  cause: unknown
}

/** What a token request's log lines say of it; only names from our tables and identifiers. */
export interface IssueLine {
  model: string
  voice: string
  difficulty: string
  mode: string | undefined
  sport: string | undefined
  /** Absent from tickets, which no pool holds. */
  pool_hit?: boolean | undefined
  /** The request or pool mint that made the secret. */
  mint_id?: string
  openai_ms?: number
  openai_request_id?: string | undefined
}

/** A credential that was handed out. */
export interface Issue {
  requestId: string
  sessionId: string
  client: string
  origin: string | undefined
  line: IssueLine & { openai_ms: number }
  expiresAt: number
  /** Milliseconds of the whole request. */
  totalMs: number
}

/** One function for each thing that happens: its metric and its log line together. None throws. */
export type Events = ReturnType<typeof createEvents>

interface EventsParts {
  logger: Logger
  metrics: Metrics
  stats: VoiceStats
  monitor: Monitor | null
  hashClient: HashClient
  scrubbed: Scrubbed
  clock: Clock
}

export function createEvents({ logger, metrics, stats, monitor, hashClient, scrubbed, clock }: EventsParts) {
  let warnedOfForwarding = false
  let ratedAloneSaidAt = Number.NEGATIVE_INFINITY
  const hashed = (client: string | undefined) => (client === undefined ? undefined : hashClient(client))

  return {
    requestEnded(end: RequestEnd) {
      metrics.requests.inc({ route: end.route, status: end.status })
      metrics.requestSeconds.observe({ route: end.route }, end.durationMs / 1000)
      if (end.errorType) metrics.errors.inc({ type: end.errorType })
      monitor?.ended(end)
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
          ...end.logged,
          error: end.errorType,
          cause: describeCause(end.cause, scrubbed),
        },
        'request',
      )
    },

    /** The audit event. */
    tokenIssued(issue: Issue) {
      const { line } = issue
      const { model, voice, difficulty } = line
      metrics.tokens.inc({ model, voice, difficulty, mode: line.mode ?? 'none', pool: poolLabel(line) })
      const ownMs = Math.max(0, issue.totalMs - line.openai_ms)
      metrics.ownSeconds.observe({}, ownMs / 1000)
      monitor?.issued(line.pool_hit, line.openai_ms, ownMs)
      const minted = line.pool_hit === false
      if (minted) metrics.mintSeconds.observe({ model, voice, difficulty }, line.openai_ms / 1000)
      stats.issued(line, minted ? line.openai_ms : undefined)
      logger.info(
        {
          request_id: issue.requestId,
          session_id: issue.sessionId,
          client: hashClient(issue.client),
          origin: issue.origin,
          ...line,
          expires_at: issue.expiresAt,
        },
        'token_issued',
      )
    },

    keySetFetched: keySetEvent(logger, metrics.keySetFetches, clock),

    callReported: reportEvent(logger, metrics, stats, monitor),

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
      metrics.attemptSeconds.observe({}, report.durationMs / 1000)
      const level = report.outcome === 'ok' ? 'debug' : 'warn'
      if (!logger.isLevelEnabled(level)) return
      logger[level](
        {
          request_id: report.requestId,
          outcome: report.outcome,
          openai_ms: round(report.durationMs),
          openai_status: report.status,
          openai_request_id: report.openaiRequestId || undefined,
          openai_error: report.error,
          oddity: report.oddity,
        },
        'openai_attempt',
      )
    },

    storeChanged({ up, reached, trouble }: Store) {
      if (up) logger.info('The store (REDIS_URL) is reached: limits are shared.')
      // Once it was reached, what is not counted there tells of it.
      else if (!reached) logger.warn(`Not ready: the store (REDIS_URL) ${trouble}.`)
    },

    /** A request that had to be counted without the store, and what ails that; said once a minute. */
    ratedAlone(trouble: string) {
      metrics.ratedAlone.inc()
      const now = clock.mono()
      if (now - ratedAloneSaidAt < 60_000) return
      ratedAloneSaidAt = now
      logger.warn(`Limits are counted in memory, at half of each value: the store (REDIS_URL) ${trouble}.`)
    },

    /** OpenAI, or what stands in its place, gives secrets shorter lives than were asked for. */
    poolRests(lifeSeconds: number) {
      logger.warn(
        { life_seconds: round(lifeSeconds) },
        'The pool of ready secrets rests: they live no longer than POOL_MIN_REMAINING_SECONDS. Lower it, or set POOL_ENABLED=false.',
      )
    },

    connectionChanged(connected) {
      if (connected) logger.info('OpenAI is connected.')
      else logger.warn('OpenAI is disconnected: the last probe or mint failed.')
    },
  } satisfies OpenAiEvents & Record<string, unknown>
}

function poolLabel({ pool_hit }: IssueLine): 'hit' | 'miss' | 'none' {
  if (pool_hit === undefined) return 'none'
  return pool_hit ? 'hit' : 'miss'
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100
}
