import type { FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'

/** `GET /metrics`: Prometheus text; for operators only where they have a token. */
export function metricsRoute(app: FastifyInstance, registry: Registry, operatorsOnly: boolean): void {
  app.get('/metrics', {
    config: operatorsOnly ? { access: 'operator' } : {},
    schema: {
      operationId: 'getMetrics',
      summary: 'Prometheus metrics',
      security: operatorsOnly ? [{ operator: [] }] : [],
      produces: ['text/plain'],
      response: { 200: { type: 'string', description: 'Prometheus text format' } },
    },
    handler: async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()),
  })
}
