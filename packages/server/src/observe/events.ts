import type { Clock } from '../clock.ts'
import type { HashClient } from '../identity/client-hash.ts'
import type { Monitor } from '../monitor/monitor.ts'
import type { Store } from '../store/redis.ts'
import type { OpenAiEvents } from '../upstream/openai.ts'
import type { VoiceStats } from '../voice/stats.ts'
import { callReported } from './call-reported.ts'
import type { Scrubbed } from './cause.ts'
import { keySetFetched } from './key-set-fetched.ts'
import type { Logger } from './log.ts'
import type { Metrics } from './metrics.ts'
import { openAiAttempted } from './openai-attempted.ts'
import { requestEnded } from './request-ended.ts'
import { tokenIssued } from './token-issued.ts'

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

export function createEvents(parts: EventsParts) {
  const { logger, metrics, stats, monitor, clock } = parts
  let warnedOfForwarding = false
  let ratedAloneSaidAt = Number.NEGATIVE_INFINITY

  return {
    requestEnded: requestEnded(parts),
    tokenIssued: tokenIssued(parts),
    attempted: openAiAttempted(logger, metrics),
    callReported: callReported(logger, metrics, stats, monitor),
    keySetFetched: keySetFetched(logger, metrics.keySetFetches, clock),

    /** A forwarded header under `TRUST_PROXY=none`: said once, since it means that clients share one rate limit. */
    forwardingIgnored() {
      if (warnedOfForwarding) return
      warnedOfForwarding = true
      logger.warn(
        'A proxy seems to stand in front (X-Forwarded-For, X-Real-IP or Forwarded was sent), but TRUST_PROXY is none: all its clients share one rate limit. Set TRUST_PROXY.',
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
        { life_seconds: Math.round(lifeSeconds * 100) / 100 },
        'The pool of ready secrets rests: they live no longer than POOL_MIN_REMAINING_SECONDS. Lower it, or set POOL_ENABLED=false.',
      )
    },

    connectionChanged(connected) {
      if (connected) logger.info('OpenAI is connected.')
      else logger.warn('OpenAI is disconnected: the last probe or mint failed.')
    },

    circuitChanged(closed) {
      if (closed) logger.info('The circuit breaker is closed: OpenAI is asked as before.')
      else
        logger.warn(
          'The circuit breaker is open: CIRCUIT_FAILURE_THRESHOLD attempts at OpenAI failed in a row, and requests are refused.',
        )
    },
  } satisfies OpenAiEvents & Record<string, unknown>
}
