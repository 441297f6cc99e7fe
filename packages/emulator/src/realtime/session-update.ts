import { isDeepStrictEqual } from 'node:util'
import type { SessionUpdateEvent } from 'openai/resources/realtime/realtime'
import type { ApiError } from '../errors.ts'
import { reasoningConflict, whisperConflict } from '../mint.ts'
import { findModel } from '../models.ts'
import { realtimeSession, transcriptionSession } from '../session.ts'
import { modelFixed, tracingFixed, typeFixed, voiceFixed } from './errors.ts'
import type { RealtimeSession, Session } from './server-events.ts'

type Asked = SessionUpdateEvent['session']
type RealtimeAsked = Extract<Asked, { type: 'realtime' }>
type Updated = { session: Session } | { error: ApiError }

// A session reads like a request for itself: each null of it stands for "not asked".
const asRequest = <T>(session: Session) => session as unknown as T

/** `audio.input` and `audio.output` are merged field by field, everything else is replaced as a whole. */
const merged = <T extends Asked>(old: T, asked: T): T => {
  const before = old.audio as RealtimeAsked['audio']
  const change = asked.audio as RealtimeAsked['audio']
  return {
    ...old,
    ...asked,
    audio: { input: { ...before?.input, ...change?.input }, output: { ...before?.output, ...change?.output } },
  }
}

const refusal = (session: RealtimeSession, asked: RealtimeAsked, hasSpoken: boolean): ApiError | undefined => {
  if (asked.model !== undefined && asked.model !== session.model) return modelFixed
  const voice = asked.audio?.output?.voice
  if (hasSpoken && voice !== undefined && voice !== session.audio?.output?.voice) return voiceFixed
  const { tracing } = asked
  if (session.tracing && tracing !== undefined && !isDeepStrictEqual(tracing, session.tracing)) return tracingFixed
  return undefined
}

const updatedRealtime = (session: RealtimeSession, asked: RealtimeAsked, hasSpoken: boolean): Updated => {
  // A model that is shut down during a session serves it to its end.
  const found = findModel(String(session.model), 0)
  if ('error' in found) return found
  const error = refusal(session, asked, hasSpoken) ?? reasoningConflict(asked, found.model)
  if (error) return { error }
  const { id, expires_at } = session
  return {
    session: { ...realtimeSession(merged(asRequest<RealtimeAsked>(session), asked), found.model), id, expires_at },
  }
}

/**
 * The session after a `session.update` whose fields are known to be well-formed.
 * @param hasSpoken whether assistant audio exists: the voice is fixed from then on.
 */
export const updateSession = (session: Session, asked: Asked, hasSpoken: boolean): Updated => {
  if (session.type === 'realtime' && asked.type === 'realtime') return updatedRealtime(session, asked, hasSpoken)
  if (session.type !== 'transcription' || asked.type !== 'transcription') return { error: typeFixed }
  const error = whisperConflict(asked)
  if (error) return { error }
  const { id, expires_at } = session
  return { session: { ...transcriptionSession(merged(asRequest<typeof asked>(session), asked)), id, expires_at } }
}
