import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import { type Asked, type Minted, type Reading, readAnswer, requestIdOf } from './answer.ts'
import { jitteredWait } from './backoff.ts'
import { type Breaker, circuitBreaker } from './breaker.ts'
import { type Answer, BrokenAnswer, type Connection, connect } from './connection.ts'
import { FORMS } from './forms.ts'
import { guarded } from './guarded.ts'
import { type Health, openAiHealth } from './health.ts'
import { identityHeaders } from './identity-headers.ts'
import { asServiceError, BREAKAGES, type Failed, type Failure, type UpstreamError } from './outcome.ts'
import { retryBudget } from './retry-budget.ts'
import { errorCode } from './scrub.ts'

/** The upstream request that makes one kind of secret, byte for byte; two requests with equal orders are interchangeable. */
export interface MintOrder {
  /** JSON text. */
  body: string
  /** `OpenAI-Safety-Identifier`, where the client's is sent. */
  safetyIdentifier: string | undefined
  /** Whether a caller's own words are in it, which must not be logged. */
  ownWords?: boolean
}

/** One attempt, as the log and the metrics see it. */
export interface AttemptReport {
  requestId: string
  outcome: 'ok' | Failure['type']
  durationMs: number
  status?: number
  /** OpenAI's own request id. */
  openaiRequestId?: string
  error?: UpstreamError
  oddity?: string
}

/** OpenAI as the rest of the service sees it. */
export interface OpenAi {
  /**
   * Makes a secret, with retries, before `deadline` (monotonic ms). Throws `ServiceError`, or an abort in a wait that
   * `hangUp` ends.
   */
  mint(order: MintOrder, requestId: string, hangUp: () => AbortSignal, deadline: number): Promise<Minted>
  /** Makes a secret in one attempt that the breaker does not hear of and that is not counted in flight. Rejects on failure. */
  mintQuietly(order: MintOrder, requestId: string): Promise<Minted>
  /** Asks for the list of models, to learn whether OpenAI can be reached with our key. Never throws. */
  probe(): Promise<void>
  /** Callers' mints under way, retries and their waits included. */
  readonly inFlight: number
  readonly health: Health
  readonly breaker: Breaker
  /** Kept-alive connections, for what else is asked of OpenAI. */
  readonly connection: Connection
  close(): Promise<void>
}

type UpstreamConfig = Pick<
  Config,
  | 'OPENAI_API_KEY'
  | 'OPENAI_BASE_URL'
  | 'OPENAI_ORGANIZATION'
  | 'OPENAI_PROJECT'
  | 'OPENAI_REALTIME_API'
  | 'UPSTREAM_TIMEOUT_MS'
  | 'UPSTREAM_MAX_RETRIES'
  | 'CIRCUIT_FAILURE_THRESHOLD'
  | 'CIRCUIT_RESET_SECONDS'
>

export interface OpenAiEvents {
  attempted(report: AttemptReport): void
  connectionChanged(connected: boolean): void
}

/** What became of an attempt. */
type Attempted = { minted: Minted } | Failed

export function openAi(config: UpstreamConfig, clock: Clock, events: OpenAiEvents): OpenAi {
  const form = FORMS[config.OPENAI_REALTIME_API]
  const apiKey = config.OPENAI_API_KEY.reveal()
  const connection = connect(config.OPENAI_BASE_URL, config.UPSTREAM_TIMEOUT_MS)
  const breaker = circuitBreaker(config.CIRCUIT_FAILURE_THRESHOLD, config.CIRCUIT_RESET_SECONDS * 1000, clock.mono)
  const retries = retryBudget(clock.mono)
  const health = openAiHealth(events.connectionChanged)
  let inFlight = 0
  let closed = false

  const identity = identityHeaders(config)
  const mintHeaders = Object.entries({ ...identity, ...form.headers, 'content-type': 'application/json' }).flat()

  async function attempt(order: MintOrder, requestId: string, timeoutMs: number): Promise<Attempted> {
    const headers = [...mintHeaders, 'X-Client-Request-Id', requestId]
    if (order.safetyIdentifier) headers.push('OpenAI-Safety-Identifier', order.safetyIdentifier)
    const started = clock.mono()
    const note = (outcome: AttemptReport['outcome'], connected: boolean, found: Partial<AttemptReport>) => {
      // What our own end does to an attempt says nothing of OpenAI.
      if (closed) return
      events.attempted({ requestId, outcome, durationMs: clock.mono() - started, ...found })
      health.note(connected)
    }
    try {
      const answer = await connection.send({ method: 'POST', path: form.path, headers, body: order.body }, timeoutMs)
      const reading = readAnswer(answer, askedBy(order), clock.now())
      const { status } = answer
      if ('minted' in reading) note('ok', true, { status, openaiRequestId: reading.minted.openAiRequestId })
      else noteFailure(reading, answer)
      return reading
    } catch (error) {
      if (!(error instanceof BrokenAnswer)) throw error
      const failure = BREAKAGES[error.breakage]
      note(failure.type, !failure.disconnected, { oddity: errorCode(error.cause) })
      return { failure, cause: error.cause }
    }

    function noteFailure({ failure, error, oddity }: Exclude<Reading, { minted: Minted }>, answer: Answer): void {
      const openaiRequestId = requestIdOf(answer, askedBy(order))
      const odd = oddity === undefined ? {} : { oddity }
      note(failure.type, !failure.disconnected, { status: answer.status, openaiRequestId, error, ...odd })
    }
  }

  function askedBy({ body, ownWords = false }: MintOrder): Asked {
    return { form, apiKey, body, ownWords }
  }

  async function mint(
    order: MintOrder,
    requestId: string,
    hangUp: () => AbortSignal,
    deadline: number,
  ): Promise<Minted> {
    retries.earn()
    inFlight++
    try {
      for (let retry = 0; ; retry++) {
        const left = Math.max(1, deadline - clock.mono())
        const timeoutMs = Math.min(config.UPSTREAM_TIMEOUT_MS, left)
        const attempted = await guarded(breaker, () => attempt(order, requestId, timeoutMs))
        if ('minted' in attempted) return attempted.minted
        const { failure, cause } = attempted
        const wait = failure.retryAfterMs ?? jitteredWait(retry, Math.random)
        const again = failure.retryable && retry < config.UPSTREAM_MAX_RETRIES && breaker.state.name === 'closed'
        if (!again || clock.mono() + wait >= deadline || !retries.spend()) throw asServiceError(failure, cause)
        await sleep(wait, undefined, { signal: hangUp() })
      }
    } finally {
      inFlight--
    }
  }

  async function reaches(): Promise<boolean> {
    try {
      const request = { method: 'GET', path: '/models', headers: identity } as const
      const { status } = await connection.send(request, config.UPSTREAM_TIMEOUT_MS)
      return status !== 401 && status < 500
    } catch (error) {
      return error instanceof BrokenAnswer && error.breakage === 'invalid'
    }
  }

  return {
    mint,
    async mintQuietly(order, requestId) {
      const attempted = await attempt(order, requestId, config.UPSTREAM_TIMEOUT_MS)
      if ('minted' in attempted) return attempted.minted
      throw new Error(attempted.failure.type, { cause: attempted.cause })
    },
    async probe() {
      const connected = await reaches()
      if (!closed) health.note(connected)
    },
    get inFlight() {
      return inFlight
    },
    health,
    breaker,
    connection,
    close() {
      closed = true
      return connection.close()
    },
  }
}
