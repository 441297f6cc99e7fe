import type { AttemptReport } from '../upstream/attempt.ts'
import type { Logger } from './log.ts'
import type { Metrics } from './metrics.ts'

/** One attempt at OpenAI: a line where it failed, or where all is wanted. */
export function openAiAttempted(logger: Logger, metrics: Metrics) {
  return (report: AttemptReport): void => {
    metrics.attempts.inc({ outcome: report.outcome })
    metrics.attemptSeconds.observe({}, report.durationMs / 1000)
    const level = report.outcome === 'ok' ? 'debug' : 'warn'
    if (!logger.isLevelEnabled(level)) return
    logger[level](
      {
        request_id: report.requestId,
        outcome: report.outcome,
        openai_ms: Math.round(report.durationMs * 100) / 100,
        openai_status: report.status,
        openai_request_id: report.openAiRequestId || undefined,
        openai_error: report.error,
        oddity: report.oddity,
      },
      'openai_attempt',
    )
  }
}
