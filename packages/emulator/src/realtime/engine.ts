import type { ApiError } from '../errors.ts'
import type { CreateVad, Pcm, Speak } from '../media/types.ts'
import { type ClientEvent, type ResponseParams, readClientEvent } from './client-events.ts'
import { createConversation } from './conversation.ts'
import { alreadyResponding, errorEvent, nothingToCancel, onlyTranscribes, sessionExpired } from './errors.ts'
import { createHearing } from './hearing.ts'
import { itemHandlers } from './item-handlers.ts'
import { createLinks, type Ending, type Link } from './links.ts'
import { createPlayback } from './playback.ts'
import { type Play, type ReplyFault, type Responding, startResponse } from './response.ts'
import { audioInputOf, type Session } from './server-events.ts'
import { updateSession } from './session-update.ts'
import type { Prompt } from './usage.ts'
import { pcmOf } from './wire-audio.ts'

export type EngineParts = {
  /** As it begins; its `expires_at` is set here. */
  session: Session
  speak: Speak
  createVad: CreateVad
  /** Plays sound to a WebRTC peer; without it sound goes out in events. */
  play: Play | undefined
  /** How long a session may last, in seconds. */
  sessionSeconds: number
  /** Seconds since the epoch. */
  startedAt: number
  /** What the human said, since nobody can tell. */
  heard(): string
  strikeReply(): ReplyFault | undefined
  replyLatencyMs(): number
  onEnded(why: Ending): void
}

/** One conversation, whatever carries it. */
export type Engine = {
  readonly session: Session
  /** Lets a connection see every event. @returns what takes it out again. */
  join(link: Link, greet: boolean): () => void
  /** A client's event, from the connection that will be told what is wrong with it. */
  receive(text: string, from: Link): void
  /** Sound from the human's microphone. */
  hear(pcm: Pcm): void
  end(why: Ending): void
}

type Handler<T extends ClientEvent['type']> = (event: Extract<ClientEvent, { type: T }>) => ApiError | undefined
type Handlers = { [T in ClientEvent['type']]: Handler<T> }

export const createEngine = (parts: EngineParts): Engine => {
  const links = createLinks()
  const conversation = createConversation()
  const running = new Set<Responding>()
  let session: Session = { ...parts.session, expires_at: parts.startedAt + parts.sessionSeconds }
  let lastPrompt: Prompt = []
  let hasSpoken = false
  let over = false

  const emit = links.tellAll
  const playback = createPlayback(emit, conversation)
  const active = () => [...running].find(({ inConversation }) => inConversation)

  const respond = (asked: ResponseParams): ApiError | undefined => {
    if (session.type === 'transcription') return onlyTranscribes
    const busy = asked.conversation === 'none' ? undefined : active()
    if (busy) return alreadyResponding(busy.id)
    hasSpoken ||= !(asked.output_modalities ?? session.output_modalities)?.includes('text')
    const responding = startResponse({
      emit,
      asked,
      session,
      conversation,
      speak: parts.speak,
      sound: parts.play && { play: parts.play, playback },
      latencyMs: parts.replyLatencyMs(),
      fault: parts.strikeReply(),
      previousPrompt: lastPrompt,
      onDone: prompt => {
        running.delete(responding)
        lastPrompt = prompt
      },
    })
    running.add(responding)
    return undefined
  }

  const interrupt = () => {
    active()?.cancel('turn_detected')
    playback.clear()
  }

  const hearing = createHearing({
    emit,
    conversation,
    createVad: parts.createVad,
    session: () => session,
    heard: parts.heard,
    interrupt,
    respond: () => void respond({}),
  })

  const handlers: Handlers = {
    'session.update': event => {
      const updated = updateSession(session, event.session, hasSpoken)
      if ('error' in updated) return updated.error
      session = updated.session
      hearing.configure()
      emit({ type: 'session.updated', session })
      return undefined
    },
    'input_audio_buffer.append': event => {
      const read = pcmOf(event.audio, audioInputOf(session)?.format)
      if ('error' in read) return read.error
      hearing.push(read.pcm)
      return undefined
    },
    'input_audio_buffer.commit': () => hearing.commit(),
    'input_audio_buffer.clear': () => {
      hearing.clear()
      emit({ type: 'input_audio_buffer.cleared' })
      return undefined
    },
    'output_audio_buffer.clear': () => {
      playback.clear()
      return undefined
    },
    ...itemHandlers(conversation, emit),
    'response.create': event => respond(event.response ?? {}),
    'response.cancel': event => {
      const target = [...running].find(({ id, inConversation }) =>
        event.response_id === undefined ? inConversation : id === event.response_id,
      )
      if (!target) return nothingToCancel
      target.cancel('client_cancelled')
      return undefined
    },
  }

  const end = (why: Ending) => {
    if (over) return
    over = true
    clearTimeout(limit)
    // First, so that nobody hears of what the end brings about.
    links.close(why)
    for (const responding of running) responding.cancel('client_cancelled')
    playback.clear()
    parts.onEnded(why)
  }

  const limit = setTimeout(() => {
    emit(errorEvent(sessionExpired(parts.sessionSeconds), null))
    end('expired')
  }, parts.sessionSeconds * 1000).unref()

  return {
    get session() {
      return session
    },
    join: (link, greet) => {
      const leave = links.join(link)
      if (greet) links.tell(link, { type: 'session.created', session })
      return leave
    },
    receive: (text, from) => {
      if (over) return
      const read = readClientEvent(text)
      const refuse = (error: ApiError, eventId: string | null) => links.tell(from, errorEvent(error, eventId))
      if ('error' in read) return refuse(read.error, read.eventId)
      const handle = handlers[read.event.type] as (event: ClientEvent) => ApiError | undefined
      const error = handle(read.event)
      if (error) refuse(error, read.event.event_id ?? null)
    },
    hear: pcm => {
      if (!over) hearing.push(pcm)
    },
    end,
  }
}
