import type { Clock } from '../clock.ts'
import { limitReached, ServiceError } from '../errors.ts'
import type { ReportLimits } from '../limits/reports.ts'
import type { Windows } from '../limits/windows.ts'
import type { ReadReportKey, ReportSubject } from '../report-key.ts'
import type { Reply, Request } from './facts.ts'
import { admit } from './rates.ts'

interface ReportAccess {
  readReportKey: ReadReportKey
  reports: ReportLimits
  /** Bad report keys that an address may send. */
  badReportKeys: Windows
  clock: Clock
}

type Hook = (request: Request, reply: Reply, done: (refusal?: Error) => void) => void

/** Steps 5 and 6 for reports: the key says which session they are on, and a client's reports have a window of their own. */
export function reportAccess({ readReportKey, reports, badReportKeys, clock }: ReportAccess): Hook {
  function subjectOf({ headers, facts }: Request): ReportSubject {
    const [, key] = /^bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? []
    const subject = key === undefined ? undefined : readReportKey(key)
    if (!subject) {
      const hit = key === undefined ? undefined : badReportKeys.hit(facts.client ?? 'unknown')
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

  return (request, reply, done) => {
    try {
      request.facts.report = subjectOf(request)
    } catch (error) {
      return done(error as Error)
    }
    done(admit({ minute: reports.windows.hit(request.facts.client ?? 'unknown'), day: undefined }, reply, clock.now()))
  }
}

/** A 401 of the report key. */
export function refusal(type: 'unauthenticated' | 'ticket_used' | 'ticket_expired', message: string): ServiceError {
  return new ServiceError(type, { message, headers: { 'WWW-Authenticate': 'Bearer realm="parker-report"' } })
}
