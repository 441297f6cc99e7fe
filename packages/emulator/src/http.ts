import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { ApiError } from './errors.ts'

/** A request, read to its end. `path` has no query. */
export type Call = { method: string; path: string; headers: IncomingHttpHeaders; body: string }

/** What will be answered to it. */
export type Answer = { status: number; headers?: Record<string, string>; body: string }

/** What was answered: a status, or nothing. */
export type Outcome = number | 'none'

/** The one value of a header, or null. */
export const headerOf = ({ headers }: Pick<Call, 'headers'>, name: string) => {
  const value = headers[name]
  return typeof value === 'string' ? value : null
}

/** Far above any session; it only keeps a runaway client from filling memory. */
const MAX_BODY_BYTES = 4 * 1024 * 1024

/** Calls `done` once with the body, or with `undefined` when it is over 4 MiB. A client that gives up is forgotten. */
export const readBody = (request: IncomingMessage, done: (body: string | undefined) => void) => {
  const chunks: Buffer[] = []
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk)
  })
  request.on('end', () => done(bytes > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks).toString()))
}

export const jsonAnswer = (body: unknown): Answer => ({ status: 200, body: JSON.stringify(body) })

export const errorAnswer = (error: ApiError): Answer => ({ status: error.status, body: JSON.stringify(error.body) })

/**
 * Sends the status and OpenAI's usual headers (recorded traffic, pydantic-ai cassettes, July 2026).
 * @param length the announced content-length in bytes; without it the body goes out in chunks.
 */
export const sendHead = (response: ServerResponse, answer: Answer, length?: number) => {
  response.writeHead(answer.status, {
    'content-type': 'application/json',
    ...(length === undefined ? {} : { 'content-length': length }),
    'openai-version': '2020-10-01',
    'openai-processing-ms': Math.round(performance.now() - startOf(response)),
    // A route may have set its own.
    ...(response.hasHeader('access-control-expose-headers') ? {} : { 'access-control-expose-headers': 'CF-Ray' }),
    'x-request-id': `req_${randomUUID().replaceAll('-', '')}`,
    ...answer.headers,
  })
}

export const send = (response: ServerResponse, answer: Answer) => {
  sendHead(response, answer, Buffer.byteLength(answer.body))
  response.end(answer.body)
}

const starts = new WeakMap<ServerResponse, number>()

/** Marks the moment from which `openai-processing-ms` counts. */
export const startClock = (response: ServerResponse) => {
  starts.set(response, performance.now())
}

const startOf = (response: ServerResponse) => starts.get(response) ?? performance.now()

/** Runs `then` after `ms` milliseconds, at once for 0, and not at all if the client has gone by then. */
export const after = (response: ServerResponse, ms: number, then: () => void) => {
  if (ms === 0) return then()
  const timer = setTimeout(then, ms)
  response.once('close', () => clearTimeout(timer))
}
