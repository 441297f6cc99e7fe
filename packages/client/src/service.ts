import { asParkerError, type ErrorCode, ParkerError } from './errors.ts'
import { refusal } from './refusal.ts'
import type { CallReport } from './summary.ts'
import type { Options, Token, TokenRequest } from './wire.ts'

/** How to reach the service. */
export interface ServiceSetup {
  /** Where the service is, e.g. `https://parker.example`. */
  service: string | URL
  /** The `Authorization` header's value for token requests, e.g. `Bearer <JWT>`, where the service wants to know who asks. */
  authorization?: () => string | Promise<string>
  /** If a token request is refused with a `Retry-After` of at most so many seconds, wait and ask once more. 0 by default. */
  maxWaitSeconds?: number
}

/** An answered call. */
export interface PlacedCall {
  /** The other side's SDP. */
  answer: string
  /** Where the call can be hung up, if it goes through the service. */
  location: URL | undefined
}

/** The service, and what stands at `web_rtc_url`. Everything throws ParkerError. */
export interface Service {
  options(): Promise<Options>
  token(request: TokenRequest, signal: AbortSignal): Promise<Token>
  /** Posts the SDP offer with the token's secret. */
  placeCall(token: Token, offer: string, signal: AbortSignal): Promise<PlacedCall>
  /** Ends a call that goes through the service. Outlives the page and tells nothing. */
  hangUp(location: URL, token: Token): void
  /** Posts the report. Outlives the page. */
  report(token: Token, report: CallReport): Promise<void>
}

/** Longer than the service's own deadline for a token (10 s), so that its answer comes first. */
const TIMEOUT_MS = 15_000

export function createService({ service, authorization, maxWaitSeconds = 0 }: ServiceSetup): Service {
  const at = (path: string) => new URL(path, service)
  /** The last refusal that said when to come back. */
  let refused: ParkerError | undefined

  async function askToken(request: TokenRequest, signal: AbortSignal): Promise<Token> {
    const secondsLeft = ((refused?.retryAt ?? 0) - performance.now()) / 1000
    if (refused && secondsLeft > 0)
      throw new ParkerError(refused.code, { ...refused, retryAfter: Math.ceil(secondsLeft) })
    const headers = {
      'Content-Type': 'application/json',
      ...(authorization && { Authorization: await authorization() }),
    }
    const init = { method: 'POST', headers, body: JSON.stringify(request), signal }
    try {
      return await (await send(at('/v1/realtime/token'), init, unreachable)).json()
    } catch (error) {
      if (error instanceof ParkerError && error.retryAt) refused = error
      throw error
    }
  }

  /** A refused origin's answer cannot be read by the page, as if nobody had answered; `/healthz` refuses nobody. */
  async function unreachable(): Promise<ErrorCode> {
    const alive = await fetch(at('/healthz'), { mode: 'no-cors', signal: AbortSignal.timeout(3000) }).catch(() => {})
    return alive ? 'origin-refused' : 'service-unreachable'
  }

  return {
    async options() {
      const response = await send(at('/v1/realtime/options'), {}, unreachable)
      return response.json().catch(cause => {
        throw asParkerError(cause, 'service-failed')
      })
    },

    async token(request, signal) {
      try {
        return await askToken(request, signal)
      } catch (error) {
        const wait = error instanceof ParkerError ? error.retryAfter : undefined
        if (!maxWaitSeconds || wait === undefined || wait > maxWaitSeconds) throw error
        await sleep(wait * 1000, signal)
        refused = undefined
        return askToken(request, signal)
      }
    },

    async placeCall(token, offer, signal) {
      const { web_rtc_url, client_secret } = token
      const ours = new URL(web_rtc_url).origin === at('/').origin
      const headers = { 'Content-Type': 'application/sdp', Authorization: `Bearer ${client_secret}` }
      const response = await send(new URL(web_rtc_url), { method: 'POST', headers, body: offer, signal }, async () =>
        ours ? 'service-unreachable' : 'openai-unreachable',
      )
      const path = response.headers.get('location')
      const location = ours && path ? new URL(path, web_rtc_url) : undefined
      const answer = await response.text().catch(cause => {
        // The call is there, and nobody will ever talk on it.
        if (location) hangUp(location, token)
        throw cause
      })
      return { answer, location }
    },

    hangUp,

    async report({ report_key }, report) {
      const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${report_key}` }
      const init = { method: 'POST', headers, body: JSON.stringify(report), keepalive: true }
      await send(at('/v1/voice/reports'), init, unreachable)
    },
  }
}

function hangUp(location: URL, { client_secret }: Token): void {
  const headers = { Authorization: `Bearer ${client_secret}` }
  fetch(location, { method: 'DELETE', headers, keepalive: true }).catch(() => {})
}

/** Fetches, and gives back successes only. `whyNot` names the failure where nobody answered. */
async function send(url: URL, init: RequestInit, whyNot: () => Promise<ErrorCode>): Promise<Response> {
  const signal = AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ...(init.signal ? [init.signal] : [])])
  const response = await fetch(url, { credentials: 'omit', ...init, signal }).catch(async cause => {
    if (init.signal?.aborted) throw cause
    const code = navigator.onLine === false ? 'offline' : await whyNot()
    throw new ParkerError(code, { detail: String(cause), cause })
  })
  if (!response.ok) throw await refusal(response)
  return response
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason)
    })
  })
}
