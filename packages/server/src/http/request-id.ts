import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { withoutCredentials } from '../secret.ts'

const ACCEPTABLE = /^[A-Za-z0-9._-]{1,128}$/

/** The caller's own `X-Request-ID` if it is plain and short, and no credential sent there by mistake; else a new one. */
export function requestId(message: Pick<IncomingMessage, 'headers'>): string {
  const own = message.headers['x-request-id']
  return typeof own === 'string' && ACCEPTABLE.test(own) && withoutCredentials(own) === own ? own : randomUUID()
}
