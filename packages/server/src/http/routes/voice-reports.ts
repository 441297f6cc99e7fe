import type { FastifyInstance } from 'fastify'
import type { ErrorType } from '../../errors.ts'
import type { ReportSubject } from '../../report-key.ts'
import type { Service } from '../../service.ts'
import type { CallReport } from '../../voice/report.ts'
import { windowRates } from '../rates.ts'
import { BROWSER, errorReplies, JSON_BODY } from '../refusals.ts'
import { needReportKey, refusal } from '../report-access.ts'
import { callReportSchema } from '../report-schema.ts'

type ReportsRoute = Pick<Service, 'readReportKey' | 'reports' | 'badReportKeys' | 'clock' | 'events'>

const REFUSALS: ErrorType[] = [
  'unauthenticated',
  'ticket_used',
  'ticket_expired',
  ...BROWSER,
  ...JSON_BODY,
  'rate_limited',
]

/** `POST /v1/voice/reports`: how a call was, told once by whoever had it. */
export function voiceReportsRoute(app: FastifyInstance, parts: ReportsRoute): void {
  app.post<{ Body: CallReport }>('/v1/voice/reports', {
    config: { browser: true },
    onRequest: [needReportKey(parts), windowRates(parts.reports.windows, parts.clock.now)],
    schema: {
      operationId: 'reportCall',
      tags: ['Callers'],
      summary: 'How a call was',
      description: 'Sent once by the browser when a call is over, with the `report_key` that came with its token.',
      security: [{ reportKey: [] }],
      body: callReportSchema,
      response: { 204: { description: 'Taken.', type: 'null' }, ...errorReplies(REFUSALS) },
    },
    async handler(request, reply) {
      const subject = request.facts.report as ReportSubject
      if (!(await parts.reports.claim(subject.sessionId)))
        throw refusal('ticket_used', 'This session was reported on before; a report_key works once.')
      parts.events.callReported({ requestId: request.id, subject, report: request.body })
      return reply.code(204).send()
    },
  })
}
