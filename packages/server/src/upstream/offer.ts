import { randomBytes } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import { errorCode } from '../error-code.ts'
import { type Answer, BrokenAnswer, type Connection } from './connection.ts'
import { identityHeaders, type UpstreamIdentity } from './identity-headers.ts'

/** A call to be placed. */
export interface CallOrder {
  /** The browser's SDP offer. */
  sdp: string
  /** JSON text of the session. */
  session: string
  /** `OpenAI-Safety-Identifier`. */
  safetyIdentifier: string
  requestId: string
}

export type OfferConfig = UpstreamIdentity & Pick<Config, 'UPSTREAM_TIMEOUT_MS' | 'UPSTREAM_DEADLINE_MS'>

/**
 * Sends an offer: `POST /v1/realtime/calls` in its unified form (npm `openai@7.57.0`, `resources/realtime/calls.d.ts`). Once,
 * and again only where no connection was made. Rejects with `BrokenAnswer`.
 */
export function offerSender(
  config: OfferConfig,
  connection: Connection,
  clock: Clock,
): (order: CallOrder) => Promise<Answer> {
  const identity = identityHeaders(config)
  return async order => {
    const { body, contentType } = multipart(order)
    const headers = {
      ...identity,
      accept: 'application/sdp',
      'content-type': contentType,
      'OpenAI-Safety-Identifier': order.safetyIdentifier,
      'X-Client-Request-Id': order.requestId,
    }
    const deadline = clock.mono() + config.UPSTREAM_DEADLINE_MS
    for (;;) {
      const left = Math.max(1, Math.min(config.UPSTREAM_TIMEOUT_MS, deadline - clock.mono()))
      try {
        return await connection.send({ method: 'POST', path: '/realtime/calls', headers, body }, left)
      } catch (error) {
        if (!(error instanceof BrokenAnswer && neverConnected(error.cause))) throw error
        if (clock.mono() + RECONNECT_MS >= deadline) throw error
        await new Promise(resolve => setTimeout(resolve, RECONNECT_MS))
      }
    }
  }
}

/** Between attempts to connect, milliseconds. */
const RECONNECT_MS = 250

/** Codes of errors that come before a single byte of a request was sent. */
const BEFORE_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

function neverConnected(error: unknown): boolean {
  return BEFORE_CONNECTED.has(errorCode(error)) || (error as { syscall?: unknown })?.syscall === 'connect'
}

/** The parts `sdp` and `session`, under a boundary that neither can hold. */
function multipart({ sdp, session }: CallOrder): { body: string; contentType: string } {
  const boundary = `parker-${randomBytes(18).toString('base64url')}`
  const part = (name: string, type: string, text: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\nContent-Type: ${type}\r\n\r\n${text}\r\n`
  const body = `${part('sdp', 'application/sdp', sdp)}${part('session', 'application/json', session)}--${boundary}--\r\n`
  return { body, contentType: `multipart/form-data; boundary=${boundary}` }
}
