import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import { type Minted, readAnswer } from './answer.ts'
import type { Attempt } from './attempt.ts'
import { jitteredWait } from './backoff.ts'
import type { Breaker } from './breaker.ts'
import type { Answer, Connection } from './connection.ts'
import type { Form } from './forms.ts'
import { guarded } from './guarded.ts'
import { identityHeaders, type UpstreamIdentity } from './identity-headers.ts'
import type { Load } from './load.ts'
import type { MintOrder } from './order.ts'
import { asServiceError, type Failed } from './outcome.ts'
import { retryBudget } from './retry-budget.ts'

export interface Mints {
  /**
   * Makes a secret, with retries, before `deadline` (monotonic ms). Throws `ServiceError`, or an abort in a wait that
   * `goneSignal` ends.
   */
  mint(order: MintOrder, requestId: string, goneSignal: () => AbortSignal, deadline: number): Promise<Minted>
  /** Makes a secret in one attempt that the breaker does not hear of and that is not counted in flight. Rejects on failure. */
  mintQuietly(order: MintOrder, requestId: string): Promise<Minted>
}

type MintConfig = UpstreamIdentity & Pick<Config, 'UPSTREAM_TIMEOUT_MS' | 'UPSTREAM_MAX_RETRIES'>

interface MintParts {
  form: Form
  connection: Connection
  attempt: Attempt
  breaker: Breaker
  load: Load
  clock: Clock
}

export function openAiMints(config: MintConfig, parts: MintParts): Mints {
  const { form, connection, attempt, breaker, load, clock } = parts
  const apiKey = config.OPENAI_API_KEY.reveal()
  const retries = retryBudget(clock.mono)
  const ownHeaders = { ...identityHeaders(config), ...form.headers, 'content-type': 'application/json' }
  const headersOfAll = Object.entries(ownHeaders).flat()

  function send({ body, safetyIdentifier }: MintOrder, requestId: string, timeoutMs: number): Promise<Answer> {
    const headers = [...headersOfAll, 'X-Client-Request-Id', requestId]
    if (safetyIdentifier) headers.push('OpenAI-Safety-Identifier', safetyIdentifier)
    return connection.send({ method: 'POST', path: form.path, headers, body }, timeoutMs)
  }

  function read(answer: Answer, { body, ownWords = false }: MintOrder) {
    return readAnswer(answer, { form, apiKey, body, ownWords }, clock.now())
  }

  function attemptMint(order: MintOrder, requestId: string, timeoutMs: number): Promise<Minted | Failed> {
    return attempt(
      requestId,
      () => send(order, requestId, timeoutMs),
      answer => read(answer, order),
    )
  }

  return {
    async mint(order, requestId, goneSignal, deadline) {
      load.begin()
      try {
        retries.earn()
        for (let retry = 0; ; retry++) {
          const left = Math.max(1, deadline - clock.mono())
          const timeoutMs = Math.min(config.UPSTREAM_TIMEOUT_MS, left)
          const attempted = await guarded(breaker, () => attemptMint(order, requestId, timeoutMs))
          if (!('failure' in attempted)) return attempted
          const { failure, cause } = attempted
          const wait = failure.retryAfterMs ?? jitteredWait(retry, Math.random)
          const again = failure.retryable && retry < config.UPSTREAM_MAX_RETRIES && breaker.state.name === 'closed'
          if (!again || clock.mono() + wait >= deadline || !retries.spend()) throw asServiceError(failure, cause)
          await sleep(wait, undefined, { signal: goneSignal() })
        }
      } finally {
        load.end()
      }
    },
    async mintQuietly(order, requestId) {
      const attempted = await attemptMint(order, requestId, config.UPSTREAM_TIMEOUT_MS)
      if (!('failure' in attempted)) return attempted
      throw new Error(attempted.failure.type, { cause: attempted.cause })
    },
  }
}
