import type { FastifyInstance } from 'fastify'
import { endOfLifeHeaders, modelState } from '../../catalogue/models.ts'
import type { Clock } from '../../clock.ts'
import type { Config } from '../../config/config.ts'
import { type ErrorType, ServiceError } from '../../errors.ts'
import type { Tested } from '../../voice/trial/trial.ts'
import { goneSignal } from '../caller-gone.ts'
import type { Reply } from '../facts.ts'
import { errorReplies, JSON_BODY, OPERATOR, UPSTREAM } from '../refusals.ts'
import {
  type FORMATS,
  type VoiceTestRequest,
  voiceTestQuery,
  voiceTestReply,
  voiceTestSchema,
} from '../voice-test-schema.ts'

const REFUSALS: ErrorType[] = [...OPERATOR, ...JSON_BODY, 'overloaded', ...UPSTREAM, 'internal']

/** A recording is a few megabytes while it is measured, and each test is paid for. */
const MOST_AT_ONCE = 3
/** When a place is likely to be free: a test takes about as long as the reply. */
const COME_BACK_SECONDS = 15
/** Load balancers commonly give up after 60 s. */
const DEADLINE_MS = 45_000

/** `POST /v1/voice/test`: has Parker speak in a real session, and tells operators how it was. */
export function voiceTestRoute(app: FastifyInstance, { config, clock }: { config: Config; clock: Clock }): void {
  let underWay = 0

  async function test(body: VoiceTestRequest, signal: AbortSignal): Promise<Tested> {
    if (underWay >= MOST_AT_ONCE)
      throw new ServiceError('overloaded', {
        message: `At most ${MOST_AT_ONCE} voice tests run at once.`,
        retryAfter: COME_BACK_SECONDS,
      })
    underWay++
    try {
      return await heard(config, clock, body, signal)
    } finally {
      underWay--
    }
  }

  app.post<{ Body: VoiceTestRequest; Querystring: { format: (typeof FORMATS)[number] } }>('/v1/voice/test', {
    config: { access: 'operator' },
    schema: {
      operationId: 'testVoice',
      tags: ['Operators'],
      summary: 'Has Parker speak, and measures it',
      description: `Opens a real session with OpenAI over WebSocket, which is billed. At most ${DEADLINE_MS / 1000} seconds.`,
      security: [{ operator: [] }],
      querystring: voiceTestQuery,
      body: voiceTestSchema(config),
      response: { 200: voiceTestReply, ...errorReplies(REFUSALS) },
    },
    async handler(request, reply) {
      const { model, voice, difficulty, sport, mode } = request.body
      request.facts.logged = { model, voice, difficulty, sport, mode }
      const signal = AbortSignal.any([goneSignal(reply), AbortSignal.timeout(DEADLINE_MS)])
      const tested = await test(request.body, signal)
      reply.headers(endOfLifeHeaders(modelState(model ?? config.REALTIME_MODEL, clock.now())))
      request.facts.logged = { ...request.facts.logged, model: tested.result.model, verdict: tested.result.verdict }
      return ANSWERS[request.query.format ?? 'json'](reply, tested)
    },
  })
}

/** The measuring code is loaded with the first test: most instances never have one. */
async function heard(config: Config, clock: Clock, body: VoiceTestRequest, signal: AbortSignal): Promise<Tested> {
  const { voiceTrial } = await import('../../voice/trial/trial.ts')
  const { DEFAULT_LINE, dictation } = await import('../../voice/trial/prompt.ts')
  const { say = DEFAULT_LINE, ...session } = body
  const [tested] = await voiceTrial(config, clock, session, [{ text: dictation(say), asked: say }], signal)
  return tested as Tested
}

const ANSWERS: Record<(typeof FORMATS)[number], (reply: Reply, tested: Tested) => Promise<unknown>> = {
  json: async (_reply, { result }) => result,
  async wav(reply, { sound, result }) {
    const { toWav } = await import('../../voice/lab/sound.ts')
    const name = `${result.voice}-${result.difficulty}.wav`
    reply.header('Content-Disposition', `attachment; filename="${name}"`).type('audio/wav')
    return toWav(sound)
  },
  async html(reply, { sound, result }) {
    const { REPORT_POLICY } = await import('../../voice/page/policy.ts')
    const { pageApart } = await import('../../voice/trial/apart.ts')
    reply.header('Content-Security-Policy', `${REPORT_POLICY}; frame-ancestors 'none'`).type('text/html; charset=utf-8')
    return pageApart({
      madeAt: result.tested_at,
      speaker: 'a test by the service',
      clips: [{ turn: 'line', result, sound, file: null, before: null }],
      voices: [],
      usd: result.usd,
      failures: [],
      baseline: null,
    })
  },
}
