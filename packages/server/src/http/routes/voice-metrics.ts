import type { FastifyInstance } from 'fastify'
import type { VoiceStats } from '../../voice/stats.ts'
import { allWindows, type ReadWindow } from '../../voice/windows.ts'
import { count, list, number, object, orNull, table, time } from '../json-schema.ts'
import { errorReplies, OPERATOR } from '../refusals.ts'

const percentiles = object({ count: count(), p50: orNull(number()), p95: orNull(number()), p99: orNull(number()) })
const figures = object({
  requests: count('Credentials handed out.'),
  mint_ms: percentiles,
  reports: count('Reports on calls.'),
  click_to_connected_ms: percentiles,
  first_audio_ms: percentiles,
  turn_gap_ms: percentiles,
  quality: object({
    count: count('Calls with an estimate.'),
    mos_mean: orNull(number("Mean opinion score by the E-model, 1 to 4.41: the network's part of quality.")),
    mos_p10: orNull(number('A tenth of the calls were not above this.')),
  }),
  satisfaction: object({
    count: count('Ratings.'),
    mean: orNull(number('1 to 5.')),
    stars: { ...list(count()), description: 'How many gave 1, 2, 3, 4 and 5.' },
  }),
})
const figureTables = {
  by_voice: table(figures),
  by_model: table(figures),
  by_difficulty: table(figures),
  by_mode: table(figures),
}

const reply = object({
  since: time(),
  ...figureTables,
  instances: count('That shared what they counted in the last five minutes.'),
  windows: object({
    last_5_minutes: object(figureTables),
    last_hour: object(figureTables),
    last_day: object(figureTables),
  }),
})

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
      response: { 200: reply, ...errorReplies(OPERATOR) },
    },
    handler: async () => ({ since: startedAt.toISOString(), ...stats.figures(), ...(await allWindows(readWindow)) }),
  })
}
