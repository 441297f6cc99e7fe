import type { Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import { type Attempt, type AttemptReport, attempts } from './attempt.ts'
import { type Breaker, circuitBreaker } from './breaker.ts'
import { BrokenAnswer, type Connection, connect } from './connection.ts'
import { FORMS, type SessionDefaults } from './forms.ts'
import { type Health, openAiHealth } from './health.ts'
import { identityHeaders, type UpstreamIdentity } from './identity-headers.ts'
import { boundedLoad, type Load } from './load.ts'
import { type Mints, openAiMints } from './mint.ts'
import { mintOrders, type OrderFor } from './order.ts'

/** OpenAI as the rest of the service sees it. */
export interface OpenAi extends Mints {
  orderFor: OrderFor
  /** Asks for the list of models, to learn whether OpenAI can be reached with our key. Never throws. */
  probe(): Promise<void>
  /** Callers' mints. */
  readonly load: Load
  readonly health: Health
  readonly breaker: Breaker
  /** Kept-alive connections, for what else is asked of OpenAI; and how it is tried and reported. */
  readonly connection: Connection
  readonly attempt: Attempt
  close(): Promise<void>
}

type UpstreamConfig = UpstreamIdentity &
  SessionDefaults &
  Pick<
    Config,
    | 'OPENAI_BASE_URL'
    | 'OPENAI_REALTIME_API'
    | 'UPSTREAM_TIMEOUT_MS'
    | 'UPSTREAM_MAX_RETRIES'
    | 'MAX_IN_FLIGHT'
    | 'CIRCUIT_FAILURE_THRESHOLD'
    | 'CIRCUIT_RESET_SECONDS'
  >

export interface OpenAiEvents {
  attempted(report: AttemptReport): void
  connectionChanged(connected: boolean): void
  /** Whether the circuit breaker lets requests through again, or no more. */
  circuitChanged(closed: boolean): void
}

export function openAi(config: UpstreamConfig, clock: Clock, events: OpenAiEvents): OpenAi {
  const form = FORMS[config.OPENAI_REALTIME_API]
  const connection = connect(config.OPENAI_BASE_URL, config.UPSTREAM_TIMEOUT_MS)
  let closed = false
  const { CIRCUIT_FAILURE_THRESHOLD, CIRCUIT_RESET_SECONDS } = config
  const breaker = circuitBreaker(CIRCUIT_FAILURE_THRESHOLD, CIRCUIT_RESET_SECONDS * 1000, clock.mono, isClosed => {
    if (!closed) events.circuitChanged(isClosed)
  })
  const load = boundedLoad(config.MAX_IN_FLIGHT)
  const health = openAiHealth(events.connectionChanged)
  const headers = identityHeaders(config)

  const attempt = attempts(clock.mono, (report, connected) => {
    // What our own end does to an attempt says nothing of OpenAI.
    if (closed) return
    events.attempted(report)
    health.note(connected)
  })

  async function reaches(): Promise<boolean> {
    try {
      const { status } = await connection.send({ method: 'GET', path: '/models', headers }, config.UPSTREAM_TIMEOUT_MS)
      return status !== 401 && status < 500
    } catch (error) {
      return error instanceof BrokenAnswer && error.breakage === 'invalid'
    }
  }

  return {
    ...openAiMints(config, { form, connection, attempt, breaker, load, clock }),
    orderFor: mintOrders(form, config),
    async probe() {
      const connected = await reaches()
      if (!closed) health.note(connected)
    },
    load,
    health,
    breaker,
    connection,
    attempt,
    close() {
      closed = true
      return connection.close()
    },
  }
}
