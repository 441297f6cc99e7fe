import type { FastifyInstance } from 'fastify'
import type { Clock } from '../clock.ts'
import type { Events } from '../observe/events.ts'
import { withoutCredentials } from '../secret.ts'
import { loggedOrigin, pathOf, type Reply, type Request } from './facts.ts'

const MAX_LOGGED = 256
/** nginx's word for a caller that went away before the answer. */
const CALLER_GONE = 499

/** One line a request, when its answer is out or its caller has gone. */
export function requestLog(app: FastifyInstance, events: Events, clock: Clock): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.raw.once('close', () => logRequest(request, reply))
    done()
  })

  function logRequest(request: Request, reply: Reply): void {
    const { facts } = request
    const { url, config } = request.routeOptions
    const gone = !reply.raw.writableFinished && !config.stream
    events.requestEnded({
      requestId: request.id,
      method: request.method,
      path: loggedPath(request),
      route: url ?? 'none',
      tokenRefused: config.issues === true && !facts.issued,
      status: gone ? CALLER_GONE : reply.statusCode,
      durationMs: clock.mono() - facts.startedAt,
      client: facts.client,
      origin: loggedOrigin(request.headers.origin),
      logged: facts.logged,
      errorType: gone ? undefined : facts.errorType,
      cause: facts.cause,
    })
  }
}

/** The path, without what a client put there by mistake. One that is a route's own holds nothing of the client's. */
function loggedPath({ url, routeOptions }: Request): string {
  const path = pathOf(url)
  return path === routeOptions.url ? path : withoutCredentials(path).slice(0, MAX_LOGGED)
}
