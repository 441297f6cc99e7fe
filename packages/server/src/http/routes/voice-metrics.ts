import type { FastifyInstance } from 'fastify'
import type { VoiceStats } from '../../voice/stats.ts'
import { errorReplies, voiceMetricsReply } from '../schemas.ts'

/** `GET /v1/voice/metrics`: how often each voice, model and difficulty was asked for, and how long its mints took. */
export function voiceMetricsRoute(app: FastifyInstance, stats: VoiceStats, since: Date): void {
  app.get('/v1/voice/metrics', {
    config: { access: 'operator' },
    schema: {
      operationId: 'getVoiceMetrics',
      summary: 'Counts and mint times by voice, model and difficulty',
      security: [{ operator: [] }],
      response: { 200: voiceMetricsReply, ...errorReplies(['unauthenticated', 'not_found']) },
    },
    handler: async () => ({ since: since.toISOString(), ...stats.figures() }),
  })
}
