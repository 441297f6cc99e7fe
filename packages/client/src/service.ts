import { baseOf } from './address.ts'
import { asParkerError, ParkerError } from './errors.ts'
import { refusal, stranger } from './refusal.ts'
import type { CallReport } from './summary.ts'
import type { Options, Token, TokenRequest } from './wire.ts'

/** How to reach the service. */
export interface ServiceSetup {
  /** Where the service is, e.g. `https://parker.example`; with the path, where a proxy mounts it below one. */
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
  location: string | undefined
}

/** The service, and what stands at `web_rtc_url`. Everything throws ParkerError. */
export interface Service {
  options(): Promise<Options>
  token(request: TokenRequest, signal: AbortSignal): Promise<Token>
  /** Posts the SDP offer with the token's secret. */
  placeCall(token: Token, offer: string, signal: AbortSignal): Promise<PlacedCall>
  /** Ends a call that goes through the service. Outlives the page and tells nothing. */
  hangUp(location: string, token: Token): void
  /** Posts the report. Outlives the page. */
  report(token: Token, report: CallReport): Promise<void>
}

/** Longer than the service's own deadline for a token (10 s), so that its answer comes first. */
const TIMEOUT_MS = 15_000

/** @throws TypeError if `service` is not its address. */
export function createService({ service, authorization, maxWaitSeconds = 0 }: ServiceSetup): Service {
  const base = baseOf(service)
  /** The last refusal that said when to come back. */
  let refused: ParkerError | undefined

  async function askToken(request: TokenRequest, signal: AbortSignal): Promise<Token> {
    const msLeft = (refused?.retryAt ?? 0) - performance.now()
    if (refused && msLeft > 0) throw new ParkerError(refused.code, { ...refused, retryAfter: Math.ceil(msLeft / 1000) })
    const identity = await authorization?.()
    try {
      const response = await post('/v1/realtime/token', request, identity, { signal })
      return await read<Token>(response, 'client_secret', 'expires_in', 'report_key', 'web_rtc_url')
    } catch (error) {
      if (error instanceof ParkerError && error.retryAt) refused = error
      throw error
    }
  }

  const ask = (path: string, init: RequestInit) => send(`${base}${path}`, init, unreachable, base)

  const post = (path: string, body: unknown, identity: string | undefined, init: RequestInit) =>
    ask(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...(identity && { Authorization: identity }) },
      body: JSON.stringify(body),
      ...init,
    })

  /** What other servers answer, and captive portals, is not taken for the service's. */
  async function read<T>(response: Response, ...members: (keyof T & string)[]): Promise<T> {
    const body = await response.json().catch(() => {})
    const missing = members.find(name => !body?.[name])
    if (!missing) return body
    throw new ParkerError('service-failed', { detail: stranger(base, missing) })
  }

  /**
   * A refused origin's answer cannot be read by the page, as if nobody had answered; `/healthz` refuses nobody. Whether
   * it was the service's `/healthz` cannot be read either.
   */
  async function unreachable(cause: unknown): Promise<ParkerError> {
    const alive = await fetch(`${base}/healthz`, { mode: 'no-cors', signal: AbortSignal.timeout(3000) }).catch(() => {})
    if (!alive) return asParkerError(cause, 'service-unreachable')
    const detail = `${base} is not the Parker service, or its ALLOWED_ORIGINS lacks ${location.origin}.`
    return new ParkerError('origin-refused', { detail, cause })
  }

  return {
    async options() {
      return read<Options>(await ask('/v1/realtime/options', {}), 'models', 'voices', 'difficulties', 'sports', 'modes')
    },

    async token(request, signal) {
      try {
        return await askToken(request, signal)
      } catch (error) {
        const wait = (error as ParkerError | undefined)?.retryAfter ?? Infinity
        if (!maxWaitSeconds || wait > maxWaitSeconds) throw error
        await sleep(wait * 1000, signal)
        refused = undefined
        return askToken(request, signal)
      }
    },

    async placeCall(token, offer, signal) {
      const { web_rtc_url, client_secret } = token
      const home = new URL(web_rtc_url).origin === new URL(base).origin ? base : undefined
      const headers = { 'Content-Type': 'application/sdp', Authorization: `Bearer ${client_secret}` }
      const init = { method: 'POST', headers, body: offer, signal }
      const silence = (cause: unknown) => asParkerError(cause, home ? 'service-unreachable' : 'openai-unreachable')
      const response = await send(web_rtc_url, init, silence, home)
      // A proxy that mounts the service below a path may leave the one that it tells as it is.
      const id = response.headers.get('location')?.split('/').pop()
      const location = home && id ? `${web_rtc_url}/${id}` : undefined
      const answer = await response.text().catch(cause => {
        // The call is there, and nobody will ever talk on it.
        if (location) hangUp(location, token)
        throw home ? cause : silence(cause)
      })
      return { answer, location }
    },

    hangUp,

    async report({ report_key }, report) {
      await post('/v1/voice/reports', report, `Bearer ${report_key}`, { keepalive: true })
    },
  }
}

function hangUp(location: string, { client_secret }: Token): void {
  const headers = { Authorization: `Bearer ${client_secret}` }
  fetch(location, { method: 'DELETE', headers, keepalive: true }).catch(() => {})
}

/** Fetches, and gives back successes only. `whyNot` names the failure where nobody answered; `base` is the service's. */
async function send(
  url: string,
  init: RequestInit,
  whyNot: (cause: unknown) => ParkerError | Promise<ParkerError>,
  base?: string,
): Promise<Response> {
  const signal = AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), init.signal].filter(one => !!one))
  const response = await fetch(url, { credentials: 'omit', ...init, signal }).catch(async cause => {
    if (init.signal?.aborted) throw cause
    throw navigator.onLine === false ? asParkerError(cause, 'offline') : await whyNot(cause)
  })
  if (!response.ok) throw await refusal(response, base)
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
