import type { IncomingMessage } from 'node:http'
import type { WebSocket } from 'ws'
import { asksForBeta } from '../beta-header.ts'
import { type ApiError, callNotFound, noKey, oneOfParameters, wrongKey } from '../errors.ts'
import { newCallIds } from '../ids.ts'
import { bearer, isStandardKey } from '../keys.ts'
import { effectiveSession } from '../mint.ts'
import type { CallParts } from './calls.ts'
import { createEngine, type Engine } from './engine.ts'
import { betaDisabled, errorEvent } from './errors.ts'
import type { Link } from './links.ts'
import { type Session, sentEvent } from './server-events.ts'

/** Somebody to talk to. */
export type Meeting = { meet(socket: WebSocket): void }

/** What becomes of an upgrade; an error is answered in its place. */
export type Welcome = Meeting | { error: ApiError }

const KEY_PROTOCOL = 'openai-insecure-api-key.'

/** What was not seen at OpenAI is closed as the beta is: with the error's code as the reason. */
const REFUSED = 4000

const protocolsOf = ({ headers }: IncomingMessage) =>
  String(headers['sec-websocket-protocol'] ?? '')
    .split(',')
    .map(name => name.trim())

const keyOf = (request: IncomingMessage) =>
  bearer(request.headers) ??
  protocolsOf(request)
    .find(name => name.startsWith(KEY_PROTOCOL))
    ?.slice(KEY_PROTOCOL.length)

const isOfBeta = (request: IncomingMessage) =>
  asksForBeta(request.headers) || protocolsOf(request).includes('openai-beta.realtime-v1')

/** One error, then the end. */
const turnedAway = (error: ApiError): Welcome => ({
  meet: socket => {
    const { type, code } = error.body.error
    socket.send(JSON.stringify(sentEvent(errorEvent(error, null))))
    socket.close(REFUSED, `${type}.${code}`)
  },
})

/** Connects a socket and a session, each of which may end. */
const attach = (socket: WebSocket, engine: Engine, greet: boolean, onGone: () => void) => {
  const link: Link = {
    send: event => socket.send(JSON.stringify(event)),
    close: why => socket.close(1000, why),
  }
  const leave = engine.join(link, greet)
  socket.on('message', data => engine.receive(data.toString(), link))
  socket.on('close', () => {
    leave()
    onGone()
  })
}

const openSession = async (session: Session, parts: CallParts): Promise<Welcome> => {
  const { speak, createVad } = await parts.media()
  const meet = (socket: WebSocket) => {
    const engine = createEngine({
      ...parts.sessions,
      session: { ...session, id: newCallIds().sessionId },
      speak,
      createVad,
      play: undefined,
      startedAt: Math.floor(parts.now() / 1000),
      onEnded: () => {},
    })
    attach(socket, engine, true, () => engine.end('client'))
  }
  return { meet }
}

const joinCall = (callId: string, key: string, { apiKey, book }: CallParts): Welcome => {
  const engine = isStandardKey(key, apiKey) ? book.find(callId) : undefined
  if (!engine) return { error: callNotFound }
  return { meet: socket => attach(socket, engine, false, () => {}) }
}

type Asked = Parameters<typeof effectiveSession>[0]

/** A secret brings its own session along; with the standard key it is what the query asks for. */
const openAsked = async (asked: Asked, key: string, parts: CallParts): Promise<Welcome> => {
  if (!isStandardKey(key, parts.apiKey)) {
    const grant = parts.secrets.use(key)
    return grant ? openSession(grant.session as Session, parts) : { error: wrongKey(key) }
  }
  const effective = effectiveSession(asked, parts.now())
  return 'error' in effective ? turnedAway(effective.error) : openSession(effective.session as Session, parts)
}

const openers: Readonly<Record<string, (value: string, key: string, parts: CallParts) => Welcome | Promise<Welcome>>> =
  {
    model: (model, key, parts) => openAsked({ type: 'realtime', model }, key, parts),
    intent: (_intent, key, parts) => openAsked({ type: 'transcription' }, key, parts),
    call_id: joinCall,
  }

/** Decides about an upgrade of `GET /v1/realtime`. */
export const welcome = async (request: IncomingMessage, query: URLSearchParams, parts: CallParts): Promise<Welcome> => {
  const key = keyOf(request)
  if (key === undefined) return { error: noKey }
  if (isOfBeta(request)) return turnedAway(betaDisabled)
  const [name, ...others] = Object.keys(openers).filter(known => query.has(known))
  const open = openers[name ?? '']
  if (!open || others.length > 0) return { error: oneOfParameters(Object.keys(openers)) }
  return open(query.get(name ?? '') ?? '', key, parts)
}
