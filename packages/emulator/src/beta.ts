import type { SessionCreateParams, SessionCreateResponse } from 'openai/resources/beta/realtime/sessions'
import { asksForBeta } from './beta-header.ts'
import { betaHeaderMissing } from './errors.ts'
import { type Answer, type Call, errorAnswer, jsonAnswer } from './http.ts'
import { newId } from './ids.ts'
import { refuseKey } from './keys.ts'
import type { MintParts } from './mint.ts'
import { DEFAULT_MODEL, findModel, type RealtimeModel } from './models.ts'
import { DEFAULT_INSTRUCTIONS, realtimeSession, type WithNulls } from './session.ts'
import { betaSessionBody } from './session-fields.ts'
import { readJson } from './validate.ts'

/** `object`: `client_secret: {value, expires_at}`, as OpenAI did. `string`: the bare secret, as some gateways do. */
export type BetaForm = 'object' | 'string'

type BetaAnswer = WithNulls<Omit<SessionCreateResponse, 'client_secret'>> & {
  id: string
  object: 'realtime.session'
  model: string
  expires_at: number
} & { client_secret: SessionCreateResponse['client_secret'] | string }

/** Documented as one minute; users saw longer ones. */
const BETA_TTL_SECONDS = 60

/** `POST /v1/realtime/sessions`, which OpenAI removed on 2026-05-12 and gateways may still speak. */
export const answerBetaMint = (call: Call, { apiKey, now, secrets }: MintParts, form: BetaForm): Answer => {
  const refused = refuseKey(call.headers, apiKey)
  if (refused) return errorAnswer(refused)
  if (!asksForBeta(call.headers)) return errorAnswer(betaHeaderMissing)
  const read = readJson<SessionCreateParams>(call.body, betaSessionBody)
  if ('error' in read) return errorAnswer(read.error)
  const found = findModel(read.value.model ?? DEFAULT_MODEL, now())
  if ('error' in found) return errorAnswer(found.error)
  const session = betaSession(read.value, found.model)
  const secret = secrets.issue(
    presentSession(read.value, found.model),
    read.value.client_secret?.expires_after?.seconds ?? BETA_TTL_SECONDS,
  )
  return jsonAnswer({ ...session, ...clientSecret[form](secret.value, secret.expiresAt) } satisfies BetaAnswer)
}

/** What the secret opens: calls know only the present form, so its voice and orders are what is carried over. */
const presentSession = ({ instructions, voice }: SessionCreateParams, model: RealtimeModel) =>
  realtimeSession(
    {
      type: 'realtime',
      instructions: instructions ?? DEFAULT_INSTRUCTIONS,
      audio: { output: { voice: voice ?? model.voice } },
    },
    model,
  )

const clientSecret = {
  object: (value: string, expires_at: number) => ({ client_secret: { value, expires_at } }),
  string: (value: string, expires_at: number) => ({ client_secret: value, expires_at }),
}

const betaSession = (asked: SessionCreateParams, model: RealtimeModel) => ({
  id: newId('sess'),
  object: 'realtime.session' as const,
  model: model.id,
  expires_at: 0,
  modalities: asked.modalities ?? (['audio', 'text'] as const).slice(),
  instructions: asked.instructions ?? DEFAULT_INSTRUCTIONS,
  voice: asked.voice ?? model.voice,
  input_audio_format: asked.input_audio_format ?? 'pcm16',
  output_audio_format: asked.output_audio_format ?? 'pcm16',
  input_audio_transcription: asked.input_audio_transcription ?? null,
  input_audio_noise_reduction: asked.input_audio_noise_reduction ?? null,
  turn_detection: asked.turn_detection === undefined ? betaTurnDetection : asked.turn_detection,
  tools: asked.tools ?? [],
  tool_choice: asked.tool_choice ?? 'auto',
  temperature: asked.temperature ?? 0.8,
  max_response_output_tokens: asked.max_response_output_tokens ?? ('inf' as const),
  speed: asked.speed ?? 1,
  tracing: asked.tracing ?? null,
})

const betaTurnDetection = {
  type: 'server_vad',
  threshold: 0.5,
  prefix_padding_ms: 300,
  silence_duration_ms: 200,
  create_response: true,
  interrupt_response: true,
}
