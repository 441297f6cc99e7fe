import type { Schema } from './json-schema.ts'
import { text } from './json-schema.ts'

/** A reply as the document lists it. */
interface Listed {
  operationId: string
  status: number
}

interface ReplyHeader {
  description: string
  schema: Schema
  example: string | number
  /** Whether that reply can have it. */
  on(reply: Listed): boolean
}

/** Those whose requests count against a window of the client. */
const COUNTED = new Set(['createToken', 'reportCall', 'placeCall', 'getCall', 'endCall'])
/** Who asks for a token is known before it counts; a call's ticket and a report's key are looked at later. */
const isCounted = ({ operationId, status }: Listed) =>
  COUNTED.has(operationId) && !(operationId === 'createToken' && status === 401)
const isToken = ({ operationId, status }: Listed) => operationId === 'createToken' && status === 200
/** Those that name the model that answers. */
const namesModel = ({ operationId, status }: Listed) =>
  ['createToken', 'testVoice'].includes(operationId) && status === 200

/** The headers of replies that a client may want to read, and where they can occur. */
const REPLY_HEADERS: Record<string, ReplyHeader> = {
  'X-Request-ID': {
    description: "Names the request in the service's log; the caller's own, where it sent a usable one.",
    schema: text(),
    example: '5f1c2a0e-3b7d-4c55-9f0b-6a8f1d2e3c4b',
    on: () => true,
  },
  'Retry-After': {
    description: 'Seconds until another try may help, where that is known.',
    schema: { type: 'integer', minimum: 1 },
    example: 5,
    on: ({ operationId, status }) => (status === 429 || status >= 500) && operationId !== 'getReadiness',
  },
  'RateLimit-Policy': {
    description: 'The limit: `q` requests in `w` seconds. Not on what is refused before it counts.',
    schema: text(),
    example: '"minute";q=10;w=60',
    on: isCounted,
  },
  RateLimit: {
    description: 'What is left of it: `r` requests until it starts anew in `t` seconds.',
    schema: text(),
    example: '"minute";r=9;t=55',
    on: isCounted,
  },
  'Server-Timing': {
    description: "Milliseconds: the whole, and OpenAI's part of it, which is 0 for a secret that was ready.",
    schema: text(),
    example: 'total;dur=452.1, openai;dur=450.3',
    on: isToken,
  },
  Deprecation: {
    description: 'The model asked for ends, or has ended, at this time (RFC 9745: `@` and Unix seconds).',
    schema: text(),
    example: '@1800403200',
    on: namesModel,
  },
  Sunset: {
    description: 'The same as a date (RFC 8594).',
    schema: text(),
    example: 'Wed, 20 Jan 2027 00:00:00 GMT',
    on: namesModel,
  },
  Location: {
    description: 'The call, below this service.',
    schema: text(),
    example: '/v1/realtime/calls/rtc_123',
    on: ({ operationId, status }) => operationId === 'placeCall' && status === 201,
  },
  'WWW-Authenticate': {
    description: 'What kind of bearer token is missing, or what is wrong with the one that came.',
    schema: text(),
    example: 'Bearer realm="parker"',
    on: ({ status }) => status === 401,
  },
}

/** The headers as the document's components. */
export function headerComponents(): Record<string, object> {
  return Object.fromEntries(Object.entries(REPLY_HEADERS).map(([name, { on: _on, ...header }]) => [name, header]))
}

/** References to those that this reply can have. */
export function headersOf(reply: Listed): Record<string, { $ref: string }> {
  const names = Object.keys(REPLY_HEADERS).filter(name => REPLY_HEADERS[name]?.on(reply))
  return Object.fromEntries(names.map(name => [name, { $ref: `#/components/headers/${name}` }]))
}
