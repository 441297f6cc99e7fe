import type { Handler, Handlers } from './client-events.ts'
import type { Conversation } from './conversation.ts'
import type { Hearing } from './hearing.ts'
import { itemHandlers } from './item-handlers.ts'
import type { Playback } from './playback.ts'
import type { Responses } from './responses.ts'
import { audioInputOf, type ServerEvent, type Session } from './server-events.ts'
import { updateSession } from './session-update.ts'
import { pcmOf } from './wire-audio.ts'

export type HandlerParts = {
  emit(event: ServerEvent): void
  /** The session as it is now. */
  current: { session: Session }
  conversation: Conversation
  hearing: Hearing
  playback: Playback
  responses: Responses
}

/** What clients may do, event by event. */
export const engineHandlers = (parts: HandlerParts): Handlers => {
  const { emit, current, conversation, hearing, playback, responses } = parts

  const update: Handler<'session.update'> = event => {
    const updated = updateSession(current.session, event.session, responses.hasSpoken)
    if ('error' in updated) return updated.error
    current.session = updated.session
    hearing.configure()
    emit({ type: 'session.updated', session: current.session })
    return undefined
  }

  const append: Handler<'input_audio_buffer.append'> = ({ audio }) => {
    const read = pcmOf(audio, audioInputOf(current.session)?.format)
    if ('error' in read) return read.error
    hearing.push(read.pcm)
    return undefined
  }

  const clearInput: Handler<'input_audio_buffer.clear'> = () => {
    hearing.clear()
    emit({ type: 'input_audio_buffer.cleared' })
    return undefined
  }

  const clearOutput: Handler<'output_audio_buffer.clear'> = () => {
    playback.clear()
    return undefined
  }

  return {
    'session.update': update,
    'input_audio_buffer.append': append,
    'input_audio_buffer.commit': hearing.commit,
    'input_audio_buffer.clear': clearInput,
    'output_audio_buffer.clear': clearOutput,
    ...itemHandlers(conversation, emit),
    'response.create': ({ response }) => responses.create(response ?? {}),
    'response.cancel': ({ response_id }) => responses.cancel(response_id),
  }
}
