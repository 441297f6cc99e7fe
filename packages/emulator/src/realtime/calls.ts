import { callNotFound, invalidSdp } from '../errors.ts'
import { type Answer, type Call, errorAnswer } from '../http.ts'
import { newCallIds } from '../ids.ts'
import { refuseKey } from '../keys.ts'
import { InvalidOffer, type Peer, type PeerEvents, type PeerFault } from '../media/types.ts'
import type { MintParts } from '../mint.ts'
import type { CallBook } from './call-book.ts'
import { type CallTimes, recordOf } from './call-record.ts'
import { type CallRequest, readCallRequest } from './call-request.ts'
import { createEngine, type Engine, type EngineParts } from './engine.ts'
import type { Link } from './links.ts'
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

/** The peer needs the engine to speak to, and the engine the peer to play on; events come only when both are there. */
const placed = async (asked: CallRequest, parts: CallParts, fault: PeerFault | undefined): Promise<Answer> => {
  const media = await parts.media()
  const { callId, sessionId } = newCallIds()
  const times: CallTimes = { startedAt: parts.now(), endedAt: null, ended: null }
  let peer: Peer | undefined
  const engine = createEngine({
    ...parts.sessions,
    session: { ...asked.session, id: sessionId },
    speak: media.speak,
    createVad: media.createVad,
    startedAt: Math.floor(times.startedAt / 1000),
    play: (speech, audioFault) => (peer as Peer).play(speech.packets, audioFault),
    onEnded: why => {
      Object.assign(times, { ended: why, endedAt: parts.now() })
      parts.book.close(callId)
      // Also where its channel never opened, and so never joined.
      peer?.close()
    },
  })
  const link: Link = { send: event => peer?.send(JSON.stringify(event)), close: () => peer?.close() }
  peer = await media.answerOffer(asked.offer, browserEvents(engine, link), fault).catch((error: unknown) => {
    engine.end('closed')
    throw error
  })
  // It may have expired meanwhile.
  if (times.ended !== null) peer.close()
  parts.book.open({ engine, record: recordOf(callId, asked, times, engine, link) })
  const location = `/v1/realtime/calls/${callId}`
  return { status: 201, headers: { 'content-type': 'text/plain; charset=utf-8', location }, body: peer.answer }
}

const browserEvents = (engine: Engine, link: Link): PeerEvents => ({
  onOpen: () => void engine.join(link, true),
  onMessage: text => engine.receive(text, link),
  onFrame: engine.hear,
  onClosed: () => engine.end('client'),
})

/** `POST /v1/realtime/calls/{id}/hangup`, with the standard key. */
export const answerHangup = (call: Call, callId: string, { apiKey, book }: CallParts): Answer => {
  const engine = book.find(callId)
  const error = refuseKey(call.headers, apiKey) ?? (engine ? undefined : callNotFound)
  const answer = error ? errorAnswer(error) : { status: 200, body: '' }
  if (!error) engine?.end('hangup')
  book.noteHangup({ callId, status: answer.status })
  return answer
}
