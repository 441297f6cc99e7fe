import type { FastifyInstance } from 'fastify'
import { endOfLifeHeaders } from '../../catalogue/models.ts'
import type { Clock } from '../../clock.ts'
import type { Config } from '../../config/config.ts'
import type { ErrorType } from '../../errors.ts'
import type { IssueCredential, Issued } from '../../issue.ts'
import type { Events } from '../../observe/events.ts'
import type { SignReportKey } from '../../report-key.ts'
import { namesOf, newSessionId, type Session, type SessionRequest, sessionDecider } from '../../session.ts'
import { callerGone, goneSignal, isGone } from '../caller-gone.ts'
import { loggedOrigin, type Reply, type Request } from '../facts.ts'
import { BROWSER, errorReplies, JSON_BODY, UPSTREAM } from '../refusals.ts'
import { tokenReply, tokenRequestSchema } from '../token-schema.ts'
import { tokenTexts } from '../token-text.ts'

interface TokenRoute {
  config: Config
  clock: Clock
  issue: IssueCredential
  signReportKey: SignReportKey
  events: Events
}

/** What can happen in either mode. */
const REFUSALS: ErrorType[] = [
  'unauthenticated',
  ...BROWSER,
  ...JSON_BODY,
  'rate_limited',
  'budget_exhausted',
  'internal',
  'overloaded',
  'auth_unavailable',
]

/** What else, where OpenAI is asked, and where tickets are kept. */
const REFUSALS_OF: Record<Config['CALL_MODE'], ErrorType[]> = {
  ephemeral: ['circuit_open', ...UPSTREAM],
  unified: ['store_unavailable'],
}

/** `POST /v1/realtime/token`: a credential for one session. */
export function tokenRoute(app: FastifyInstance, { config, clock, issue, signReportKey, events }: TokenRoute): void {
  const decide = sessionDecider(config)
  const textOf = tokenTexts({ config, clock, signReportKey })

  app.post<{ Body: SessionRequest }>('/v1/realtime/token', {
    config: { access: 'jwt', browser: true, issues: true, rated: true },
    schema: {
      operationId: 'createToken',
      tags: ['Callers'],
      summary: 'A short-lived credential for one voice session',
      description: 'The browser then posts its SDP offer to `web_rtc_url` with `Bearer <client_secret>`.',
      security: [{}, { jwt: [] }],
      body: tokenRequestSchema(config),
      response: { 200: tokenReply, ...errorReplies([...REFUSALS, ...REFUSALS_OF[config.CALL_MODE]]) },
    },
    async handler(request, reply) {
      // Finding out who it is, and Redis's ruling, take time; what is ready is for those who are still there.
      if (isGone(reply)) throw callerGone()
      const { facts } = request
      const session = decide(request.body, clock.now())
      facts.logged = namesOf(session)
      const issued = await issue({
        session,
        client: facts.client,
        operator: facts.operator,
        requestId: request.id,
        gone: () => isGone(reply),
        goneSignal: () => goneSignal(reply),
      })
      const sessionId = issued.sessionId ?? newSessionId()
      const totalMs = clock.mono() - facts.startedAt
      tell(request, session, issued, sessionId, totalMs)
      setHeaders(reply, session, issued, totalMs)
      return textOf(request, session, issued, sessionId)
    },
  })

  /** For the request's log line, and as the audit event. */
  function tell(request: Request, session: Session, issued: Issued, sessionId: string, totalMs: number): void {
    const line = { ...namesOf(session), ...mintOf(issued) }
    request.facts.logged = line
    request.facts.issued = true
    events.tokenIssued({
      requestId: request.id,
      sessionId,
      client: request.facts.client,
      origin: loggedOrigin(request.headers.origin),
      line,
      expiresAt: issued.expiresAt,
      totalMs,
    })
  }
}

function setHeaders(reply: Reply, { model }: Session, { openAiMs }: Issued, totalMs: number): void {
  if (model.shutdown) reply.headers(endOfLifeHeaders(model))
  reply.header('server-timing', `total;dur=${totalMs.toFixed(1)}, openai;dur=${openAiMs.toFixed(1)}`)
  reply.header('content-type', 'application/json; charset=utf-8')
}

function mintOf({ warm, mintId, openAiMs, openAiRequestId }: Issued) {
  return {
    pool_hit: warm,
    mint_id: mintId,
    openai_ms: Math.round(openAiMs * 100) / 100,
    openai_request_id: openAiRequestId || undefined,
  }
}
