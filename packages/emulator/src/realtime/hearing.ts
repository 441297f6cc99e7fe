import type { ApiError } from '../errors.ts'
import type { CreateVad, Pcm } from '../media/types.ts'
import type { Conversation } from './conversation.ts'
import { audioInputOf, type ServerEvent, type Session } from './server-events.ts'
import { transcribe } from './transcription.ts'
import { createTurns } from './turns.ts'

export type HearingParts = {
  emit(event: ServerEvent): void
  conversation: Conversation
  createVad: CreateVad
  /** As it is now. */
  session(): Session
  /** What the human said, since nobody can tell. */
  heard(): string
  /** The human speaks: whoever else does shall stop. */
  interrupt(): void
  respond(): void
}

/** The human's side of the conversation. */
export type Hearing = {
  push(pcm: Pcm): void
  commit(): ApiError | undefined
  clear(): void
  /** To be called when the session's settings have changed. */
  configure(): void
}

/** A transcript comes on its own clock, after the response was begun. In milliseconds. */
const TRANSCRIPTION_MS = 40

export const createHearing = (parts: HearingParts): Hearing => {
  const { emit, conversation } = parts
  const input = () => audioInputOf(parts.session())
  const detection = () => input()?.turn_detection
  let byClient = false

  const committed = (id: string, audioMs: number) => {
    const heard = parts.heard()
    const content = [{ type: 'input_audio' as const, transcript: null as string | null }]
    const item = { id, type: 'message' as const, status: 'completed' as const, role: 'user' as const, content }
    emit({ type: 'input_audio_buffer.committed', previous_item_id: conversation.last(), item_id: id })
    const previous_item_id = conversation.add({ item, audioMs, heard })
    // What was sent stays as it was when the transcript comes.
    const sent = structuredClone(item)
    emit({ type: 'conversation.item.added', previous_item_id, item: sent })
    emit({ type: 'conversation.item.done', previous_item_id, item: sent })
    if (!byClient && detection()?.create_response !== false) parts.respond()
    if (input()?.transcription) setTimeout(transcribe, TRANSCRIPTION_MS, conversation, emit, id, heard, audioMs).unref()
  }

  const turns = createTurns(parts.createVad, {
    started: (item_id, audio_start_ms) => {
      emit({ type: 'input_audio_buffer.speech_started', audio_start_ms, item_id })
      if (detection()?.interrupt_response !== false) parts.interrupt()
    },
    stopped: (item_id, audio_end_ms) => emit({ type: 'input_audio_buffer.speech_stopped', audio_end_ms, item_id }),
    committed,
  })
  turns.detect(detection())

  return {
    push: turns.push,
    commit: () => {
      byClient = true
      const error = turns.commit()
      byClient = false
      return error
    },
    clear: turns.clear,
    configure: () => turns.detect(detection()),
  }
}
