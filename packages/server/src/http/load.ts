import type { FastifyInstance } from 'fastify'
import { ServiceError } from '../errors.ts'
import type { LagMeter } from '../limits/lag.ts'

/** Later than this, callers wait longer for us than for OpenAI; milliseconds. */
const MOST_LAG_MS = 500

/** Where this process itself is the limit, rated requests are refused before their body is read. */
export function shedLag(app: FastifyInstance, lag: LagMeter): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const late = request.routeOptions.config.rated && !request.facts.operator && lag.milliseconds > MOST_LAG_MS
    done(late ? new ServiceError('overloaded', { retryAfter: 1 }) : undefined)
  })
}
