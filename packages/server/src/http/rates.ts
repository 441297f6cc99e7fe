import type { FastifyInstance } from 'fastify'
import { type ErrorType, retryAfterSeconds, ServiceError } from '../errors.ts'
import { type Rates, type Ruling, WINDOW_SECONDS } from '../limits/rates.ts'
import type { Reply, Request } from './facts.ts'

/** What a request took from the day's budgets; kept when a credential was handed out, else given back. */
export interface Admission {
  giveBack(): void
}

/**
 * Step 6: the rates, on routes that ask for them. Headers as draft-ietf-httpapi-ratelimit-headers-10. A reservation is
 * given back unless the answer was a 200 that reached the caller.
 */
export function rates(app: FastifyInstance, limits: Rates, now: () => number): void {
  app.addHook('onRequest', (request, reply, done) => {
    const { client, operator } = request.facts
    if (!request.routeOptions.config.rated || operator || client === undefined) return done()
    const ruling = limits.rule(client)
    if (ruling instanceof Promise) ruling.then(ready => done(admit(ready, request, reply, now())), done)
    else done(admit(ruling, request, reply, now()))
  })

  app.addHook('onResponse', (request, reply, done) => {
    if (reply.statusCode !== 200) request.facts.admission?.giveBack()
    done()
  })

  app.addHook('onRequestAbort', (request, done) => {
    request.facts.admission?.giveBack()
    done()
  })
}

function admit({ minute, day }: Ruling, request: Request, reply: Reply, now: number): ServiceError | undefined {
  const seconds = Math.ceil(minute.resetsIn / 1000)
  reply.header('RateLimit-Policy', `"minute";q=${minute.limit};w=${WINDOW_SECONDS}`)
  reply.header('RateLimit', `"minute";r=${minute.remaining};t=${seconds}`)
  if (!minute.allowed) return refusal('rate_limited', minute, now)
  if (day && !day.granted) return refusal('budget_exhausted', day, now)
  request.facts.admission = day
  return undefined
}

/** A refusal that says which limit it was and when it ends. */
export function refusal(
  type: ErrorType,
  { limit, resetsIn }: { limit: number; resetsIn: number },
  now: number,
): ServiceError {
  return new ServiceError(type, {
    retryAfter: retryAfterSeconds(resetsIn),
    details: { limit, remaining: 0, reset_time: new Date(now + resetsIn).toISOString().replace(/\.\d+Z$/, 'Z') },
  })
}
