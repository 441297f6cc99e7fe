import type { FastifyInstance } from 'fastify'
import { endOfLifeHeaders } from '../../catalogue/models.ts'
import type { Clock } from '../../clock.ts'
import type { Config } from '../../config/config.ts'
import { type ErrorType, ServiceError } from '../../errors.ts'
import type { IssueCredential, Issued } from '../../issue.ts'
import type { Events } from '../../observe/events.ts'
import type { SignReportKey } from '../../report-key.ts'
import { namesOf, newSessionId, type Session, type SessionRequest, sessionDecider } from '../../session.ts'
import { loggedOrigin, type Request } from '../facts.ts'
import { hangUpSignal, hasHungUp } from '../hang-up-signal.ts'
import { ownAddress } from '../own-address.ts'
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
  const unified = config.CALL_MODE === 'unified'
  const webSocketUrl = `${config.OPENAI_PUBLIC_BASE_URL.replace(/^http/, 'ws')}/realtime`
  const addresses = (model: string) => ({
    web_rtc_url: `${config.OPENAI_PUBLIC_BASE_URL}/realtime/calls`,
    websocket_url: `${webSocketUrl}?model=${encodeURIComponent(model)}`,
  })
  const ownAddresses = (request: Request) => ({
    web_rtc_url: `${ownAddress(request, config)}/v1/realtime/calls`,
    websocket_url: null,
  })

  const decide = sessionDecider(config)
  const text = tokenTexts(({ model: { served: model }, voice, instructions }) => {
    const members = { model, voice, instructions }
    return unified ? members : { ...members, ...addresses(model) }
  })

  function render(session: Session, issued: Issued, sessionId: string, request: Request): string {
    const { voice, difficulty, mode } = session
    const model = session.model.served
    const issuedAt = Math.floor(clock.now() / 1000)
    const own = {
      client_secret: issued.value,
      expires_at: issued.expiresAt,
      expires_in: issued.expiresIn,
      session_id: sessionId,
      report_key: signReportKey({ sessionId, model, voice, difficulty, mode, issuedAt }),
    }
    return text(session, unified ? { ...own, ...ownAddresses(request) } : own)
  }

  app.post<{ Body: SessionRequest }>('/v1/realtime/token', {
    config: { access: 'jwt', browser: true, rated: true },
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
      if (config.CALLER_INSTRUCTIONS === 'refuse') refuseInstructions(request.body)
      const { facts } = request
      const session = decide(request.body, clock.now())
      facts.logged = namesOf(session)
      const { client } = facts
      const issued = await issue({
        session,
        client,
        operator: facts.operator,
        requestId: request.id,
        gone: () => hasHungUp(reply),
        hangUp: () => hangUpSignal(reply),
      })
      const sessionId = issued.sessionId ?? newSessionId()
      const totalMs = clock.mono() - facts.startedAt
      const line = { ...namesOf(session), ...mintOf(issued) }
      facts.logged = line
      const origin = loggedOrigin(request.headers.origin)
      events.tokenIssued({
        requestId: request.id,
        sessionId,
        client,
        origin,
        line,
        expiresAt: issued.expiresAt,
        totalMs,
      })
      if (session.model.shutdown) reply.headers(endOfLifeHeaders(session.model))
      reply.header('server-timing', `total;dur=${totalMs.toFixed(1)}, openai;dur=${issued.openAiMs.toFixed(1)}`)
      reply.header('content-type', 'application/json; charset=utf-8')
      return render(session, issued, sessionId, request)
    },
  })
}

function mintOf({ warm, mintId, openAiMs, openAiRequestId }: Issued) {
  return {
    pool_hit: warm,
    mint_id: mintId,
    openai_ms: Math.round(openAiMs * 100) / 100,
    openai_request_id: openAiRequestId || undefined,
  }
}

function refuseInstructions(body: SessionRequest): void {
  if (body.instructions == null) return
  throw new ServiceError('validation_failed', {
    message: 'Some fields are not valid: instructions.',
    details: { fields: [{ path: 'instructions', message: 'this service takes no instructions of callers' }] },
  })
}
