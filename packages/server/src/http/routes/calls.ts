import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { Receipt } from '../../calls/call.ts'
import type { Calls } from '../../calls/calls.ts'
import { isSdpOffer } from '../../calls/sdp.ts'
import type { Clock } from '../../clock.ts'
import type { Config } from '../../config/config.ts'
import { type ErrorType, ServiceError } from '../../errors.ts'
import { namesOf } from '../../session.ts'
import { ignoredBodies } from '../body.ts'
import { callOf, callWindows, needTicket } from '../call-access.ts'
import { callListReply, callReply, type ListQuery, listQuery, viewOf } from '../call-schemas.ts'
import type { Hook, ShownTicket } from '../facts.ts'
import { hangUpSignal } from '../hang-up-signal.ts'
import { windowRates } from '../rates.ts'
import { BROWSER, errorReplies, OPERATOR, UPSTREAM } from '../refusals.ts'

interface CallsRoutes {
  config: Config
  clock: Clock
  calls: Calls
}

const PLACE_REFUSALS: ErrorType[] = [
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
const OWNER_REFUSALS: ErrorType[] = [
  'ticket_invalid',
  'ticket_expired',
  ...BROWSER,
  'not_found',
  'rate_limited',
  'store_unavailable',
]
const LIST_REFUSALS: ErrorType[] = [...OPERATOR, ...BROWSER, 'validation_failed', 'store_unavailable']

const PATH = '/v1/realtime/calls'

/** `/v1/realtime/calls`: placing, reading, listing and ending calls. Only in unified mode. */
export async function callsRoutes(app: FastifyInstance, routes: CallsRoutes): Promise<void> {
  const windows = callWindows(routes.config, routes.clock)
  const reads = windowRates(windows.reading, routes.clock.now)
  // In a scope of its own, since it alone takes SDP.
  await app.register(async scope => placeRoute(scope, routes, windowRates(windows.placing, routes.clock.now)))
  await ownRoutes(app, routes, reads)
  listRoute(app, routes)
}

function placeRoute(scope: FastifyInstance, { calls }: CallsRoutes, rates: Hook): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('application/sdp', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  scope.post(PATH, {
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
        ...errorReplies(PLACE_REFUSALS),
      },
    },
    async handler(request, reply) {
      const gone = hangUpSignal(reply)
      const offer = request.body
      if (typeof offer !== 'string' || !isSdpOffer(offer)) throw new ServiceError('invalid_sdp')
      const { hash, ticket } = request.facts.ticket as ShownTicket
      const placed = await calls.place({ ticketHash: hash, ticket, sdp: offer, requestId: request.id, gone })
      request.facts.logged = {
        ...request.facts.logged,
        ...namesOf(ticket.session),
        call_id: placed.id,
        openai_ms: Math.round(placed.openAiMs * 100) / 100,
        openai_request_id: placed.openAiRequestId || undefined,
      }
      reply.code(201).header('Location', `${PATH}/${placed.id}`)
      return reply.type('application/sdp').send(placed.sdp)
    },
  })
}

/** How long an answer to DELETE waits for the hang-up to hold, milliseconds. */
const END_WAIT_MS = 3000

async function ownRoutes(app: FastifyInstance, { calls, config }: CallsRoutes, rates: Hook): Promise<void> {
  const { store, keeper } = calls
  const security = [{ ticket: [] }, { operator: [] }]
  const params = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] }
  const response = { 200: callReply, ...errorReplies(OWNER_REFUSALS) }

  async function find(id: string): Promise<Receipt> {
    const receipt = await store.receipt(id)
    if (!receipt) throw new ServiceError('not_found')
    return receipt
  }

  app.get<{ Params: { id: string } }>(`${PATH}/:id`, {
    config: { browser: true },
    onRequest: rates,
    schema: {
      operationId: 'getCall',
      tags: ['Calls'],
      summary: 'How a call stands, and what it cost',
      security,
      params,
      response,
    },
    handler: async request => viewOf(await find(await callOf(request, request.params.id, calls)), config.prices),
  })

  // Nothing may stop a hang-up, so nothing looks at a body that comes along.
  await app.register(async scope => {
    ignoredBodies(scope)
    scope.delete<{ Params: { id: string } }>(`${PATH}/:id`, {
      config: { browser: true },
      onRequest: rates,
      schema: { operationId: 'endCall', tags: ['Calls'], summary: 'Hangs a call up', security, params, response },
      async handler(request) {
        const id = await callOf(request, request.params.id, calls)
        const { state } = await find(id)
        request.facts.logged = { call_id: id }
        if (state !== 'ended') {
          const ending = keeper.end(id, request.facts.operator ? 'operator' : 'owner')
          await Promise.race([ending, sleep(END_WAIT_MS, undefined, { ref: false })])
        }
        return viewOf(await find(id), config.prices)
      },
    })
  })
}

const DEFAULT_LIMIT = 50

function listRoute(app: FastifyInstance, { calls, config }: CallsRoutes): void {
  app.get<{ Querystring: ListQuery }>(PATH, {
    config: { access: 'operator' },
    schema: {
      operationId: 'listCalls',
      tags: ['Calls'],
      summary: 'Calls, newest first',
      security: [{ operator: [] }],
      querystring: listQuery,
      response: {
        200: callListReply,
        ...errorReplies(LIST_REFUSALS),
      },
    },
    async handler({ query }) {
      const { found, next } = await search(calls, query)
      const shown = found.map(receipt => ({
        ...viewOf(receipt, config.prices),
        client: receipt.client,
      }))
      return { calls: shown, next: next === undefined ? null : String(next) }
    },
  })
}

const PAGE_SIZE = 100
/** A search that finds little ends after so many receipts; `next` goes on from there. */
const MOST_SEARCHED = 1000

/** Looks through the receipts for those that fit, page by page and never endlessly. */
async function search({ store }: Calls, query: ListQuery): Promise<{ found: Receipt[]; next: number | undefined }> {
  const limit = Number(query.limit ?? DEFAULT_LIMIT)
  const found: Receipt[] = []
  let next = query.before === undefined ? undefined : Number(query.before)
  // Pages of nothing but forgotten receipts are not counted: they are gone once they were met.
  for (let searched = 0; searched < MOST_SEARCHED; ) {
    const page = await store.page(next, PAGE_SIZE)
    searched += page.receipts.length
    for (const receipt of page.receipts) {
      // One more than asked for fits, so there is a following page.
      if (fits(receipt, query) && found.push(receipt) > limit)
        return { found: found.slice(0, limit), next: found[limit - 1]?.order }
    }
    next = page.next
    if (next === undefined) break
  }
  return { found, next }
}

function fits(receipt: Receipt, { state, reason, model, client }: ListQuery): boolean {
  const same = (wanted: string | undefined, is: string | undefined) => wanted === undefined || wanted === is
  return (
    same(state, receipt.state) &&
    same(reason, receipt.reason) &&
    same(model, receipt.model) &&
    same(client, receipt.client)
  )
}
