import type { ClientSecretCreateParams } from 'openai/resources/realtime/client-secrets'
import { type ApiError, invalidType, notSupportedWithModel } from './errors.ts'
import { type Answer, type Call, errorAnswer, headerOf, jsonAnswer } from './http.ts'
import { refuseKey } from './keys.ts'
import { DEFAULT_MODEL, findModel, type RealtimeModel } from './models.ts'
import type { Secrets } from './secrets.ts'
import { hearsWithWhisper, type MintAnswer, realtimeSession, transcriptionSession } from './session.ts'
import { clientSecretBody } from './session-fields.ts'
import { readJson } from './validate.ts'

/** What answering a mint needs. `now` is in milliseconds; without `apiKey` any key that begins `sk-` will do. */
export type MintParts = { apiKey: string | undefined; now: () => number; secrets: Secrets }

type Asked = NonNullable<ClientSecretCreateParams['session']>
type Effective = { session: MintAnswer['session'] } | { error: ApiError }

const DEFAULT_TTL_SECONDS = 600

/** `POST /v1/realtime/client_secrets`. */
export const answerMint = (call: Call, { apiKey, now, secrets }: MintParts): Answer => {
  const refused = refuseKey(call.headers, apiKey)
  if (refused) return errorAnswer(refused)
  const read = readJson<ClientSecretCreateParams>(call.body, clientSecretBody)
  if ('error' in read) return errorAnswer(read.error)
  const effective = effectiveSession(read.value.session ?? { type: 'realtime' }, now())
  if ('error' in effective) return errorAnswer(effective.error)
  const { session } = effective
  const seconds = read.value.expires_after?.seconds ?? DEFAULT_TTL_SECONDS
  const secret = secrets.issue(session, seconds, headerOf(call, 'openai-safety-identifier'))
  return jsonAnswer({ value: secret.value, expires_at: secret.expiresAt, session } satisfies MintAnswer)
}

/** The session a request gets, or why it gets none. @param now milliseconds since the epoch. */
export const effectiveSession = (asked: Asked, now: number): Effective => {
  if (asked.type === 'transcription') {
    const error = whisperConflict(asked)
    return error ? { error } : { session: transcriptionSession(asked) }
  }
  const found = findModel(asked.model ?? DEFAULT_MODEL, now)
  if ('error' in found) return found
  const error = reasoningConflict(asked, found.model)
  return error ? { error } : { session: realtimeSession(asked, found.model) }
}

export const reasoningConflict = (asked: object, model: RealtimeModel): ApiError | undefined => {
  const field = ['reasoning', 'parallel_tool_calls'].find(name => name in asked)
  return field && !model.reasons ? notSupportedWithModel(`session.${field}`, model.id) : undefined
}

export const whisperConflict = ({ audio }: Extract<Asked, { type: 'transcription' }>): ApiError | undefined =>
  hearsWithWhisper(audio?.input) && audio?.input?.turn_detection
    ? invalidType('session.audio.input.turn_detection', 'null', 'an object')
    : undefined
