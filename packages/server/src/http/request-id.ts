import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

const ACCEPTABLE = /^[A-Za-z0-9._-]{1,128}$/

/** The caller's own `X-Request-ID` if it is plain and short, else a new one. */
export function requestId(message: Pick<IncomingMessage, 'headers'>): string {
  const own = message.headers['x-request-id']
  return typeof own === 'string' && ACCEPTABLE.test(own) ? own : randomUUID()
}
