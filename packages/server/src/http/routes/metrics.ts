import type { FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'
import { errorReplies } from '../refusals.ts'

/** `GET /metrics`: Prometheus text; for operators only where they have a token. */
export function metricsRoute(app: FastifyInstance, registry: Registry, operatorsOnly: boolean): void {
  app.get('/metrics', {
    config: operatorsOnly ? { access: 'operator' } : {},
    schema: {
      operationId: 'getMetrics',
      tags: ['Operators'],
      summary: 'Prometheus metrics',
      security: operatorsOnly ? [{ operator: [] }] : [],
      response: {
        200: { description: 'Prometheus text format', content: { 'text/plain': { schema: { type: 'string' } } } },
        ...(operatorsOnly ? errorReplies(['unauthenticated']) : {}),
      },
    },
    handler: async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()),
  })
}
