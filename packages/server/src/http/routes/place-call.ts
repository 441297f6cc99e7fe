import type { FastifyInstance } from 'fastify'
import type { Calls } from '../../calls/calls.ts'
import { isSdpOffer } from '../../calls/sdp.ts'
import { type ErrorType, ServiceError } from '../../errors.ts'
import { namesOf } from '../../session.ts'
import { needTicket } from '../call-access.ts'
import { isGone } from '../caller-gone.ts'
import type { Hook, ShownTicket } from '../facts.ts'
import { BROWSER, errorReplies, UPSTREAM } from '../refusals.ts'

const REFUSALS: ErrorType[] = [
  'ticket_invalid',
  'ticket_used',
  'ticket_expired',
  ...BROWSER,
  'payload_too_large',
  'unsupported_media_type',
  'invalid_sdp',
  'rate_limited',
  'too_many_calls',
  'budget_exhausted',
  'overloaded',
  'circuit_open',
  ...UPSTREAM,
  'internal',
  'store_unavailable',
]

/** `POST /v1/realtime/calls`: places a call. In a scope of its own, since it alone takes SDP. */
export async function placeCallRoute(app: FastifyInstance, calls: Calls, rates: Hook): Promise<void> {
  await app.register(async scope => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('application/sdp', { parseAs: 'string' }, (_request, body, done) => done(null, body))
    scope.post('/v1/realtime/calls', {
      config: { browser: true },
      onRequest: [rates, needTicket(calls)],
      // Whatever the body is, `isSdpOffer` judges it.
      validatorCompiler: () => () => true,
      schema: {
        operationId: 'placeCall',
        tags: ['Calls'],
        summary: 'Places the call that a ticket stands for',
        description: 'The SDP offer goes in, the SDP answer comes out; `Location` names the call. A ticket works once.',
        security: [{ ticket: [] }],
        consumes: ['application/sdp'],
        body: { type: 'string', description: 'The SDP offer of the browser.' },
        response: {
          201: {
            description: 'The SDP answer.',
            content: { 'application/sdp': { schema: { type: 'string' } } },
          },
          ...errorReplies(REFUSALS),
        },
      },
      async handler(request, reply) {
        const offer = request.body
        if (typeof offer !== 'string' || !isSdpOffer(offer)) throw new ServiceError('invalid_sdp')
        const { hash, ticket } = request.facts.ticket as ShownTicket
        const gone = () => isGone(reply)
        const placed = await calls.place({ ticketHash: hash, ticket, sdp: offer, requestId: request.id, gone })
        request.facts.logged = {
          ...request.facts.logged,
          ...namesOf(ticket.session),
          call_id: placed.id,
          openai_ms: Math.round(placed.openAiMs * 100) / 100,
          openai_request_id: placed.openAiRequestId || undefined,
        }
        reply.code(201).header('Location', `/v1/realtime/calls/${placed.id}`)
        return reply.type('application/sdp').send(placed.sdp)
      },
    })
  })
}
