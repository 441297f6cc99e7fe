import { randomBytes } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import { ServiceError } from '../errors.ts'
import { readRefusal } from './answer.ts'
import type { Breaker } from './breaker.ts'
import { type Answer, BrokenAnswer, type Connection } from './connection.ts'
import { guarded } from './guarded.ts'
import type { Health } from './health.ts'
import { identityHeaders, type UpstreamIdentity } from './identity-headers.ts'
import type { AttemptReport } from './openai.ts'
import { asServiceError, BREAKAGES, type Failed, type Failure } from './outcome.ts'
import { errorCode, plainId } from './scrub.ts'

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

/** A call that OpenAI has taken. */
export interface PlacedCall {
  /** OpenAI's id, `rtc_…`. */
  id: string
  /** The SDP answer for the browser. */
  sdp: string
  /** Milliseconds that OpenAI took. */
  openAiMs: number
  /** OpenAI's id of the request, for its support; empty where it gave none. */
  openAiRequestId: string
}

/** OpenAI's API of calls: placing them and hanging them up. */
export interface CallsApi {
  /**
   * Places a call: once, and again only where no connection was made. `spend` runs when the breaker lets it through,
   * right before anything is sent; if it throws, nothing is. Throws `ServiceError`.
   */
  place(order: CallOrder, spend: () => Promise<void>): Promise<PlacedCall>
  /** Hangs a call up. True when it is over, also because OpenAI no longer knows it; false when that must be tried again. */
  hangUp(callId: string): Promise<boolean>
}

type ApiConfig = UpstreamIdentity & Pick<Config, 'UPSTREAM_TIMEOUT_MS' | 'UPSTREAM_DEADLINE_MS' | 'MAX_IN_FLIGHT'>

interface ApiParts {
  connection: Connection
  breaker: Breaker
  health: Health
  clock: Clock
  attempted(report: AttemptReport): void
  /** A call that OpenAI has taken and nobody can talk on, since its answer is of no use: it is to be hung up. */
  orphaned(callId: string): void
}

/** `POST /v1/realtime/calls` in its unified form, and `…/hangup` (npm `openai@7.57.0`, `resources/realtime/calls.d.ts`). */
export function callsApi(config: ApiConfig, parts: ApiParts): CallsApi {
  const { connection, breaker, health, clock } = parts
  const identity = identityHeaders(config)
  const apiKey = config.OPENAI_API_KEY.reveal()
  let inFlight = 0

  async function sendOffer(order: CallOrder): Promise<Answer> {
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

  /** One attempt, reported and judged. */
  async function attempt(order: CallOrder): Promise<{ placed: PlacedCall } | Failed> {
    const started = clock.mono()
    const confidential = [apiKey, order.session, order.sdp]
    const report = (outcome: AttemptReport['outcome'], found: Partial<AttemptReport>) =>
      parts.attempted({ requestId: order.requestId, outcome, durationMs: clock.mono() - started, ...found })
    try {
      const answer = await sendOffer(order)
      const openaiRequestId = plainId(answer.headers['x-request-id'], confidential)
      const found = { status: answer.status, openaiRequestId }
      if (answer.status >= 200 && answer.status <= 299) {
        const reading = readPlaced(answer, apiKey, confidential)
        if ('orphan' in reading && reading.orphan) parts.orphaned(reading.orphan)
        report('placed' in reading ? 'ok' : 'upstream_invalid', found)
        if (!('placed' in reading)) return reading
        const openAiMs = clock.mono() - started
        return { placed: { ...reading.placed, openAiMs, openAiRequestId: openaiRequestId } }
      }
      const asked = { apiKey, body: order.session + order.sdp, ownWords: true }
      const { failure, error } = readRefusal(answer, asked, clock.now())
      report(failure.type, { ...found, error })
      return { failure }
    } catch (error) {
      if (!(error instanceof BrokenAnswer)) throw error
      // OpenAI has taken the call if its answer had begun; without all of it, nobody can talk on it.
      const orphan = callIdOf(error.headers.location, confidential)
      if (orphan !== undefined) parts.orphaned(orphan)
      const failure = BREAKAGES[error.breakage]
      report(failure.type, { oddity: errorCode(error.cause) })
      return { failure, cause: error.cause }
    }
  }

  async function hangUp(callId: string): Promise<boolean> {
    try {
      const path = `/realtime/calls/${encodeURIComponent(callId)}/hangup`
      const request = { method: 'POST', path, headers: identity } as const
      const { status } = await connection.send(request, config.UPSTREAM_TIMEOUT_MS)
      return (status >= 200 && status <= 299) || status === 404
    } catch (error) {
      if (error instanceof BrokenAnswer) return false
      throw error
    }
  }

  async function place(order: CallOrder, spend: () => Promise<void>): Promise<PlacedCall> {
    const outcome = await guarded(breaker, async () => {
      await spend()
      return attempt(order)
    })
    health.note('placed' in outcome || !outcome.failure.disconnected)
    if ('placed' in outcome) return outcome.placed
    throw asServiceError(outcome.failure, outcome.cause)
  }

  return {
    async place(order, spend) {
      if (inFlight >= config.MAX_IN_FLIGHT) throw new ServiceError('overloaded', { retryAfter: 1 })
      inFlight++
      try {
        return await place(order, spend)
      } finally {
        inFlight--
      }
    },
    hangUp,
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

/**
 * Treats the answer as hostile input: a call without a usable id cannot be hung up; one without SDP cannot be used, and
 * or with our own key in it, is an orphan to be hung up.
 */
function readPlaced(
  answer: Answer,
  apiKey: string,
  confidential: readonly string[],
): { placed: Pick<PlacedCall, 'id' | 'sdp'> } | { failure: Failure; orphan?: string } {
  const id = callIdOf(answer.headers.location, confidential)
  if (id === undefined) return { failure: BREAKAGES.invalid }
  const usable = /^v=0\r?\n/.test(answer.body) && !answer.body.includes(apiKey)
  if (!usable) return { failure: BREAKAGES.invalid, orphan: id }
  return { placed: { id, sdp: answer.body } }
}

/** `Location: /v1/realtime/calls/rtc_…`, relative or absolute. The id is logged and handed on, so it must quote nothing. */
function callIdOf(location: string | string[] | undefined, confidential: readonly string[]): string | undefined {
  if (typeof location !== 'string') return undefined
  return plainId(/\/realtime\/calls\/([^/]+)$/.exec(location)?.[1], confidential) || undefined
}

/** The parts `sdp` and `session`, under a boundary that neither can hold. */
function multipart({ sdp, session }: CallOrder): { body: string; contentType: string } {
  const boundary = `parker-${randomBytes(18).toString('base64url')}`
  const part = (name: string, type: string, text: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\nContent-Type: ${type}\r\n\r\n${text}\r\n`
  const body = `${part('sdp', 'application/sdp', sdp)}${part('session', 'application/json', session)}--${boundary}--\r\n`
  return { body, contentType: `multipart/form-data; boundary=${boundary}` }
}
