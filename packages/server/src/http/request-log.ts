import type { FastifyInstance } from 'fastify'
import type { Clock } from '../clock.ts'
import type { Events } from '../observe/events.ts'
import { pathOf } from './facts.ts'

const MAX_LOGGED = 256

/** One line a request, when its answer is out or its caller has gone. */
export function requestLog(app: FastifyInstance, events: Events, clock: Clock): void {
  app.addHook('onResponse', (request, reply, done) => {
    const { facts } = request
    const gone = !reply.raw.writableFinished
    events.requestEnded({
      requestId: request.id,
      method: request.method,
      path: pathOf(request.url).slice(0, MAX_LOGGED),
      route: request.routeOptions.url ?? 'none',
      // 499 is nginx's word for a caller that went away before the answer.
      status: gone ? 499 : reply.statusCode,
      durationMs: clock.mono() - facts.startedAt,
      client: facts.client,
      origin: request.headers.origin?.slice(0, MAX_LOGGED),
      errorType: facts.errorType,
      cause: facts.cause,
    })
    done()
  })
}
