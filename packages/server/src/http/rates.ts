import type { FastifyInstance } from 'fastify'
import { limitReached, type ServiceError } from '../errors.ts'
import type { Reservation } from '../limits/budgets.ts'
import { type Rates, type Ruling, WINDOW_SECONDS } from '../limits/rates.ts'
import type { Windows } from '../limits/windows.ts'
import { isGone } from './caller-gone.ts'
import type { Hook, Reply } from './facts.ts'

/**
 * The token rates, on routes that ask for them. Headers as draft-ietf-httpapi-ratelimit-headers-10. A reservation is
 * given back unless the answer was a 200 that reached the caller.
 */
export function rates(app: FastifyInstance, limits: Rates, now: () => number): void {
  app.addHook('onRequest', (request, reply, done) => {
    const { client, operator } = request.facts
    if (!request.routeOptions.config.rated || operator) return done()
    const ruling = limits.rule(client)
    if (ruling instanceof Promise) ruling.then(ready => done(admit(ready, reply, now())), done)
    else done(admit(ruling, reply, now()))
  })
}

/** A window of a route's own. What it takes is a ticket or a key, which tells no client at the door: the address counts. */
export function windowRates(windows: Windows, now: () => number): Hook {
  return ({ facts }, reply, done) => {
    if (facts.operator) done()
    else done(admit({ minute: windows.hit(facts.client), day: undefined }, reply, now()))
  }
}

/** Writes the headers of a ruling, and tells the refusal if it is one. */
function admit({ minute, day }: Ruling, reply: Reply, now: number): ServiceError | undefined {
  const seconds = Math.ceil(minute.resetsIn / 1000)
  reply.header('ratelimit-policy', `"minute";q=${minute.limit};w=${WINDOW_SECONDS}`)
  reply.header('ratelimit', `"minute";r=${minute.remaining};t=${seconds}`)
  if (!minute.allowed) return limitReached('rate_limited', minute, now)
  if (day && !day.granted) return limitReached('budget_exhausted', day, now)
  if (day) holdUntilAnswered(day, reply)
  return undefined
}

function holdUntilAnswered(day: Extract<Reservation, { granted: true }>, reply: Reply): void {
  // Gone while we waited for the ruling, or before it for the caller's key: `close` has been, and comes no more.
  if (isGone(reply)) day.giveBack()
  else
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished || reply.statusCode !== 200) day.giveBack()
    })
}
