import type { Clock } from '../clock.ts'
import { limitReached, ServiceError } from '../errors.ts'
import type { ReportLimits } from '../limits/reports.ts'
import type { Windows } from '../limits/windows.ts'
import type { ReadReportKey, ReportSubject } from '../report-key.ts'
import type { Request } from './facts.ts'

interface ReportAccess {
  readReportKey: ReadReportKey
  reports: ReportLimits
  /** Bad report keys that an address may send. */
  badReportKeys: Windows
  clock: Clock
}

/** A report key that holds: it says which session the report is on. */
export function needReportKey(access: ReportAccess): (request: Request) => Promise<void> {
  const { readReportKey, reports, badReportKeys, clock } = access

  function subjectOf({ headers, facts }: Request): ReportSubject {
    const [, key] = /^bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? []
    const subject = key === undefined ? undefined : readReportKey(key)
    if (!subject) {
      const hit = key === undefined ? undefined : badReportKeys.hit(facts.client)
      if (hit && !hit.allowed) throw limitReached('rate_limited', hit, clock.now())
      throw refusal(
        'unauthenticated',
        'This needs the report_key of a token reply: Authorization: Bearer <report_key>.',
      )
    }
    if (!reports.isTimely(subject.issuedAt))
      throw refusal('ticket_expired', 'This report_key has expired: its session can only have ended long ago.')
    return subject
  }

  return async request => {
    request.facts.report = subjectOf(request)
  }
}

/** A 401 of the report key. */
export function refusal(type: 'unauthenticated' | 'ticket_used' | 'ticket_expired', message: string): ServiceError {
  return new ServiceError(type, { message, headers: { 'WWW-Authenticate': 'Bearer realm="parker-report"' } })
}
