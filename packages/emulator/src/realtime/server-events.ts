import { randomBytes } from 'node:crypto'
import type { ConversationItem, RealtimeServerEvent } from 'openai/resources/realtime/realtime'
import { newId } from '../ids.ts'
import type { realtimeSession, transcriptionSession, WithNulls } from '../session.ts'

type Begun<T> = T & { id: string; expires_at: number }

/** A session that answers. */
export type RealtimeSession = Begun<ReturnType<typeof realtimeSession>>

/** Any session: one of `type: 'transcription'` only writes down what it hears. */
export type Session = RealtimeSession | Begun<ReturnType<typeof transcriptionSession>>

type AudioInput = NonNullable<NonNullable<RealtimeSession['audio']>['input']>

/** What a session does with the sound that comes in; both sorts of session have it. */
export const audioInputOf = (session: Session) => session.audio?.input as AudioInput | null | undefined

export type TurnDetection = AudioInput['turn_detection']

/** An item of the conversation. On the wire items have no `object`. */
export type Item = WithNulls<ConversationItem> & { id: string }

type SessionEvent = { type: 'session.created' | 'session.updated'; session: Session }
type Unsent<E> = E extends { type: SessionEvent['type'] }
  ? never
  : E extends { event_id: string }
    ? Omit<E, 'event_id'>
    : never

/** What the server says, before it gets its id: npm openai@7.57.0 resources/realtime/realtime.d.ts with its nulls. */
export type ServerEvent = SessionEvent | (WithNulls<Unsent<RealtimeServerEvent>> & { obfuscation?: string })

/** As it goes over the wire. */
export type SentEvent = ServerEvent & { event_id: string }

// Recorded: the ids of these events look unlike the others.
const eventId = ({ type }: ServerEvent) =>
  type.startsWith('output_audio_buffer.') ? `event_${randomBytes(8).toString('hex')}` : newId('event')

export const sentEvent = (event: ServerEvent): SentEvent => ({ ...event, event_id: eventId(event) })

/** Deltas are padded with random text, so that their length does not tell what they say. */
export const obfuscation = () => randomBytes(8).toString('base64url')
