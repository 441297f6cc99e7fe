import type { FastifyInstance } from 'fastify'
import type { Health } from '../../upstream/health.ts'
import { VERSION } from '../../version.ts'
import { names, object, text, time } from '../json-schema.ts'

const reply = object({
  status: names(['healthy']),
  timestamp: time(),
  version: text(),
  openai_status: names(['connected', 'disconnected']),
})

/** `GET /healthz`: the process lives; and whether OpenAI does, as last heard. Asks nobody. */
export function healthRoute(app: FastifyInstance, health: Health): void {
  app.get('/healthz', {
    schema: {
      operationId: 'getHealth',
      tags: ['Health'],
      summary: 'Liveness, and whether OpenAI is reachable',
      response: { 200: reply },
    },
    handler: async () => ({
      status: 'healthy',
      timestamp: new Date().toISOString(),
      version: VERSION,
      openai_status: health.connected ? 'connected' : 'disconnected',
    }),
  })
}
