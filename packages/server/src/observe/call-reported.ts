import type { Monitor } from '../monitor/monitor.ts'
import type { ReportSubject } from '../report-key.ts'
import { estimateMos } from '../voice/mos.ts'
import type { CallReport } from '../voice/report.ts'
import type { VoiceStats } from '../voice/stats.ts'
import type { Logger } from './log.ts'
import type { Metrics } from './metrics.ts'

/** A report that was taken. */
export interface Reported {
  requestId: string
  subject: ReportSubject
  report: CallReport
}

/** How a call was, as its client tells: counted and logged, without the comment. */
export function callReported(logger: Logger, metrics: Metrics, stats: VoiceStats, monitor: Monitor | null) {
  return ({ requestId, subject, report }: Reported): void => {
    const { sessionId, issuedAt: _issuedAt, ...kind } = subject
    const mos = report.stats && estimateMos(report.stats)
    stats.reported(kind, report)
    count(metrics, kind, report, mos)
    monitor?.commented(kind, requestId, report, mos)
    const line = { request_id: requestId, session_id: sessionId, ...kind, ...told(report), mos: mos && rounded(mos) }
    logger.info(line, 'voice_report')
  }
}

type Kind = Omit<ReportSubject, 'sessionId' | 'issuedAt'>

function count(metrics: Metrics, { mode, ...labels }: Kind, report: CallReport, mos: number | undefined): void {
  const {
    times: { click_to_connected_ms: connect, connected_to_first_audio_ms: audio, turn_gaps_ms: gaps = [] } = {},
  } = report
  metrics.reports.inc({ ...labels, mode: mode ?? 'none', ended: report.ended ?? 'unknown' })
  if (report.rating !== undefined) metrics.ratings.inc({ ...labels, rating: report.rating })
  if (mos !== undefined) metrics.mos.observe(labels, mos)
  if (connect !== undefined) metrics.connectSeconds.observe(labels, connect / 1000)
  if (audio !== undefined) metrics.firstAudioSeconds.observe(labels, audio / 1000)
  for (const gap of gaps) metrics.turnGapSeconds.observe(labels, gap / 1000)
}

/** What the log says of a report: all but the user's words. */
function told({ stats, times: { turn_gaps_ms: gaps, ...times } = {}, comment, ...rest }: CallReport) {
  const turns = gaps && { turns: gaps.length, turn_gap_ms: median(gaps) }
  return { ...rest, ...times, ...turns, ...stats, commented: comment !== undefined }
}

/** Undefined of nothing. */
function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}

function rounded(mos: number): number {
  return Math.round(mos * 100) / 100
}
