import type { HashClient } from '../identity/client-hash.ts'
import type { Monitor } from '../monitor/monitor.ts'
import { describeCause, type Scrubbed } from './cause.ts'
import type { Logger } from './log.ts'
import type { Metrics } from './metrics.ts'

/** What is known of a request when its answer has gone out; of one that could not be read that is little. */
export interface RequestEnd {
  requestId: string
  method?: string | undefined
  /** Without the query, which may hold anything. */
  path?: string
  /** The pattern of the route, or `none`. */
  route: string
  /** Whether a token was asked for and none was handed out. */
  tokenRefused: boolean
  status: number
  durationMs?: number
  client: string
  origin?: string | undefined
  /** What the route adds. */
  logged?: Record<string, unknown> | undefined
  errorType: string | undefined
  /** What went wrong inside; never shown to the caller. */
  cause?: unknown
}

interface Parts {
  logger: Logger
  metrics: Metrics
  monitor: Monitor | null
  hashClient: HashClient
  scrubbed: Scrubbed
}

/** The line of every request. */
export function requestEnded({ logger, metrics, monitor, hashClient, scrubbed }: Parts) {
  return (end: RequestEnd): void => {
    const { route, status, durationMs, errorType, client } = end
    metrics.requests.inc({ route, status })
    if (durationMs !== undefined) metrics.requestSeconds.observe({ route }, durationMs / 1000)
    if (errorType) metrics.errors.inc({ type: errorType })
    monitor?.ended(end)
    const level = levelOf(status)
    if (!logger.isLevelEnabled(level)) return
    logger[level](
      {
        request_id: end.requestId,
        method: end.method,
        path: end.path,
        status,
        duration_ms: durationMs === undefined ? undefined : Math.round(durationMs * 100) / 100,
        client: hashClient(client),
        origin: end.origin,
        ...end.logged,
        error: errorType,
        cause: describeCause(end.cause, scrubbed),
      },
      'request',
    )
  }
}

function levelOf(status: number): 'error' | 'warn' | 'info' {
  if (status >= 500) return 'error'
  return status >= 400 ? 'warn' : 'info'
}
