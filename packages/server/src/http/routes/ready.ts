import type { FastifyInstance } from 'fastify'
import type { Lifecycle } from '../../lifecycle.ts'
import type { Store } from '../../store/redis.ts'
import { names, object, text } from '../json-schema.ts'

const readyReply = object({ status: names(['ready']) })
const notReadyReply = object({ status: names(['draining', 'not_ready']), reason: text('Why.') }, ['reason'])

/** `GET /readyz`: whether to send requests here. */
export function readyRoute(
  app: FastifyInstance,
  lifecycle: Lifecycle,
  store: Pick<Store, 'reached' | 'trouble'> | null,
): void {
  app.get('/readyz', {
    schema: {
      operationId: 'getReadiness',
      tags: ['Health'],
      summary: 'Readiness',
      response: { 200: readyReply, 503: notReadyReply },
    },
    handler: async (_request, reply) => {
      if (lifecycle.draining) return reply.code(503).send({ status: 'draining' })
      if (store?.reached === false) return reply.code(503).send({ status: 'not_ready', reason: neverReached(store) })
      return { status: 'ready' }
    },
  })
}

function neverReached({ trouble }: Pick<Store, 'trouble'>): string {
  return `The store (REDIS_URL) has not been reached since the start: it ${trouble}.`
}
