import { callNotFound, invalidSdp } from '../errors.ts'
import { type Answer, type Call, errorAnswer } from '../http.ts'
import { refuseKey } from '../keys.ts'
import { InvalidOffer, type Peer, type PeerFault } from '../media/types.ts'
import type { MintParts } from '../mint.ts'
import type { CallBook, CallRecord } from './call-book.ts'
import { type CallRequest, readCallRequest } from './call-request.ts'
import { createEngine, type Engine, type EngineParts } from './engine.ts'
import { newCallIds } from './ids.ts'
import type { Ending, Link } from './links.ts'
import type { Media } from './media.ts'

/** What every session is made with, whatever carries it. */
export type SessionParts = Pick<EngineParts, 'sessionSeconds' | 'heard' | 'strikeReply' | 'replyLatencyMs'>

export type CallParts = MintParts & { book: CallBook; media: () => Promise<Media>; sessions: SessionParts }

/** `POST /v1/realtime/calls`. */
export const answerCall = async (call: Call, parts: CallParts, fault?: PeerFault): Promise<Answer> => {
  const asked = await readCallRequest(call, parts)
  if ('error' in asked) return errorAnswer(asked.error)
  try {
    return await placed(asked, parts, fault)
  } catch (error) {
    if (error instanceof InvalidOffer) return errorAnswer(invalidSdp)
    throw error
  }
}

const placed = async (asked: CallRequest, parts: CallParts, fault: PeerFault | undefined): Promise<Answer> => {
  const media = await parts.media()
  const { callId, sessionId } = newCallIds()
  // The peer needs the engine to speak to, and the engine the peer to play on; events come only when both are there.
  let peer: Peer | undefined
  let ending: Ending | null = null
  let endedAt: number | null = null
  const startedAt = parts.now()
  const engine = createEngine({
    ...parts.sessions,
    session: { ...asked.session, id: sessionId },
    speak: media.speak,
    createVad: media.createVad,
    startedAt: Math.floor(startedAt / 1000),
    play: (speech, audioFault) => (peer as Peer).play(speech.packets, audioFault),
    onEnded: why => {
      ending = why
      endedAt = parts.now()
      parts.book.close(callId)
    },
  })
  const link: Link = { send: event => peer?.send(JSON.stringify(event)), close: () => peer?.close() }
  const events = {
    onOpen: () => void engine.join(link, true),
    onMessage: (text: string) => engine.receive(text, link),
    onFrame: engine.hear,
    onClosed: () => engine.end('client'),
  }
  peer = await media.answerOffer(asked.offer, events, fault).catch((error: unknown) => {
    engine.end('closed')
    throw error
  })
  const record: CallRecord = {
    id: callId,
    safetyIdentifier: asked.safetyIdentifier,
    form: asked.form,
    get session() {
      return engine.session
    },
    startedAt,
    get endedAt() {
      return endedAt
    },
    get ended() {
      return ending
    },
    fromBrowser: event => engine.receive(JSON.stringify(event), link),
    speak: ms => speakInto(engine, ms),
    leave: () => {
      peer?.close()
      engine.end('client')
    },
  }
  parts.book.open({ engine, record })
  const location = `/v1/realtime/calls/${callId}`
  return { status: 201, headers: { 'content-type': 'text/plain; charset=utf-8', location }, body: peer.answer }
}

const SAMPLES_PER_MS = 24
const LOUD = 8000
const SILENCE_MS = 1500

const speakInto = (engine: Engine, ms: number) => {
  engine.hear(new Int16Array(ms * SAMPLES_PER_MS).fill(LOUD))
  engine.hear(new Int16Array(SILENCE_MS * SAMPLES_PER_MS))
}

/** `POST /v1/realtime/calls/{id}/hangup`, with the standard key. */
export const answerHangup = (call: Call, callId: string, { apiKey, book }: CallParts): Answer => {
  const refused = refuseKey(call.headers, apiKey)
  const engine = book.find(callId)
  const answer = hungUp(refused ?? (engine ? undefined : callNotFound))
  if (answer.status === 200) engine?.end('hangup')
  book.noteHangup({ callId, status: answer.status })
  return answer
}

const hungUp = (error: Parameters<typeof errorAnswer>[0] | undefined): Answer =>
  error ? errorAnswer(error) : { status: 200, body: '' }
