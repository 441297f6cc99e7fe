import type { ApiError } from '../errors.ts'
import type { Pcm } from '../media/types.ts'
import { type ClientEvent, type Handlers, readClientEvent } from './client-events.ts'
import { createConversation } from './conversation.ts'
import { engineHandlers } from './engine-handlers.ts'
import { errorEvent, sessionExpired } from './errors.ts'
import { createHearing, type HearingParts } from './hearing.ts'
import { createLinks, type Ending, type Link, type Links } from './links.ts'
import { createPlayback } from './playback.ts'
import type { Play } from './response.ts'
import { createResponses, type ResponsesParts } from './responses.ts'
import type { ServerEvent, Session } from './server-events.ts'

export type EngineParts = Pick<HearingParts, 'createVad' | 'heard'> &
  Pick<ResponsesParts, 'speak' | 'strikeReply' | 'replyLatencyMs'> & {
    /** As it begins; its `expires_at` is set here. */
    session: Session
    /** Plays sound to a WebRTC peer; without it sound goes out in events. */
    play: Play | undefined
    /** How long a session may last, in seconds. */
    sessionSeconds: number
    /** Seconds since the epoch. */
    startedAt: number
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

/** The parts of a conversation, each of which knows the session as it is now. */
const connect = (parts: EngineParts, emit: Links['tellAll']) => {
  const conversation = createConversation()
  const playback = createPlayback(emit, conversation)
  const current = { session: { ...parts.session, expires_at: parts.startedAt + parts.sessionSeconds } as Session }
  const session = () => current.session
  const sound = parts.play && { play: parts.play, playback }
  const { createVad, heard, speak, strikeReply, replyLatencyMs } = parts
  const responses = createResponses({ emit, conversation, speak, sound, session, strikeReply, replyLatencyMs })
  const interrupt = () => {
    responses.interrupt()
    playback.clear()
  }
  const respond = () => void responses.create({})
  const hearing = createHearing({ emit, conversation, createVad, session, heard, interrupt, respond })
  return { emit, current, conversation, playback, responses, hearing }
}

/** Does what a client's event asks for. @returns what the client must be told if it cannot be done. */
const obey = (text: string, handlers: Handlers): ServerEvent | undefined => {
  const read = readClientEvent(text)
  if ('error' in read) return errorEvent(read.error, read.eventId)
  const handle = handlers[read.event.type] as (event: ClientEvent) => ApiError | undefined
  const error = handle(read.event)
  return error && errorEvent(error, read.event.event_id ?? null)
}

export const createEngine = (parts: EngineParts): Engine => {
  const links = createLinks()
  const connected = connect(parts, links.tellAll)
  const { current, hearing, playback, responses } = connected
  const handlers = engineHandlers(connected)
  let over = false

  const end = (why: Ending) => {
    if (over) return
    over = true
    clearTimeout(limit)
    // First, so that nobody hears of what the end brings about.
    links.close(why)
    responses.endAll()
    playback.clear()
    parts.onEnded(why)
  }

  const limit = setTimeout(() => {
    links.tellAll(errorEvent(sessionExpired(parts.sessionSeconds), null))
    end('expired')
  }, parts.sessionSeconds * 1000).unref()

  return {
    get session() {
      return current.session
    },
    join: (link, greet) => {
      const leave = links.join(link)
      if (greet) links.tell(link, { type: 'session.created', session: current.session })
      return leave
    },
    receive: (text, from) => {
      const refusal = over ? undefined : obey(text, handlers)
      if (refusal) links.tell(from, refusal)
    },
    hear: pcm => {
      if (!over) hearing.push(pcm)
    },
    end,
  }
}
