import type { FastifyInstance } from 'fastify'
import type { VoiceStats } from '../../voice/stats.ts'
import { allWindows, type ReadWindow } from '../../voice/windows.ts'
import { errorReplies, OPERATOR } from '../refusals.ts'
import { voiceMetricsReply } from '../schemas.ts'

interface VoiceMetricsRoute {
  stats: VoiceStats
  readWindow: ReadWindow
  startedAt: Date
}

/** `GET /v1/voice/metrics`: how each voice, model, difficulty and mode does: asked for, minted, heard, liked. */
export function voiceMetricsRoute(app: FastifyInstance, { stats, readWindow, startedAt }: VoiceMetricsRoute): void {
  app.get('/v1/voice/metrics', {
    config: { access: 'operator' },
    schema: {
      operationId: 'getVoiceMetrics',
      tags: ['Operators'],
      summary: 'Requests, times, quality and satisfaction by voice, model, difficulty and mode',
      description:
        'The tables at the top are of this instance since its start. `windows` are of the last minutes, hour and day, of all instances where they share a store.',
      security: [{ operator: [] }],
      response: { 200: voiceMetricsReply, ...errorReplies(OPERATOR) },
    },
    handler: async () => ({ since: startedAt.toISOString(), ...stats.figures(), ...(await allWindows(readWindow)) }),
  })
}
