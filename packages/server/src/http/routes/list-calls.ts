import type { FastifyInstance } from 'fastify'
import { END_REASONS, type Receipt } from '../../calls/call.ts'
import type { Calls } from '../../calls/calls.ts'
import type { Config } from '../../config/config.ts'
import { callSchema, STATES, viewOf } from '../call-schema.ts'
import { list, names, object, orNull, type Schema, text } from '../json-schema.ts'
import { BROWSER, errorReplies, OPERATOR } from '../refusals.ts'

/** What operators may ask of the list. */
interface ListQuery {
  state?: Receipt['state']
  reason?: string
  model?: string
  client?: string
  limit?: string
  before?: string
}

const queryProperties: Record<keyof ListQuery, Schema> = {
  state: names(STATES),
  reason: names(Object.keys(END_REASONS)),
  model: { type: 'string', minLength: 1, maxLength: 128 },
  client: { type: 'string', pattern: '^[0-9a-f]{32}$', description: 'Hash of a client, as in the log.' },
  limit: { type: 'string', pattern: '^([1-9]\\d?|100)$', description: '1 to 100; 50 unless told.' },
  before: { type: 'string', pattern: '^\\d{1,16}$', description: '`next` of the page before.' },
}

const reply = object({
  calls: list(callSchema({ client: text('Hash of the client.') })),
  next: orNull(text('`before` of the following page; null on the last.')),
})

/** `GET /v1/realtime/calls`: calls, for operators. */
export function listCallsRoute(app: FastifyInstance, config: Pick<Config, 'prices'>, calls: Calls): void {
  app.get<{ Querystring: ListQuery }>('/v1/realtime/calls', {
    config: { access: 'operator' },
    schema: {
      operationId: 'listCalls',
      tags: ['Calls'],
      summary: 'Calls, newest first',
      security: [{ operator: [] }],
      querystring: { type: 'object', properties: queryProperties, additionalProperties: false },
      response: { 200: reply, ...errorReplies([...OPERATOR, ...BROWSER, 'validation_failed', 'store_unavailable']) },
    },
    async handler({ query }) {
      const { found, next } = await search(calls, query)
      const shown = found.map(receipt => ({ ...viewOf(receipt, config.prices), client: receipt.client }))
      return { calls: shown, next: next === undefined ? null : String(next) }
    },
  })
}

const DEFAULT_LIMIT = 50
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
