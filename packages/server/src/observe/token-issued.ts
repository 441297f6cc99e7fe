import type { HashClient } from '../identity/client-hash.ts'
import type { Monitor } from '../monitor/monitor.ts'
import type { VoiceStats } from '../voice/stats.ts'
import type { Logger } from './log.ts'
import type { Metrics } from './metrics.ts'

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

interface Parts {
  logger: Logger
  metrics: Metrics
  stats: VoiceStats
  monitor: Monitor | null
  hashClient: HashClient
}

/** The audit event. */
export function tokenIssued({ logger, metrics, stats, monitor, hashClient }: Parts) {
  return (issue: Issue): void => {
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
  }
}

function poolLabel({ pool_hit }: IssueLine): 'hit' | 'miss' | 'none' {
  if (pool_hit === undefined) return 'none'
  return pool_hit ? 'hit' : 'miss'
}
