import type { FastifyInstance } from 'fastify'
import { ServiceError } from '../../errors.ts'
import type { Lifecycle } from '../../lifecycle.ts'
import type { Monitor } from '../../monitor/monitor.ts'
import { VERSION } from '../../version.ts'
import { eventStream } from '../event-stream.ts'
import { errorReplies, OPERATOR } from '../refusals.ts'

/** As many people may watch at once; each costs a connection and a copy of the news. */
const MOST_WATCHERS = 16
/** `GET /v1/voice/events`: what happens, as server-sent events, for `/monitor`. Ends when the service drains. */
export function monitorEventsRoute(app: FastifyInstance, monitor: Monitor | null, lifecycle: Lifecycle): void {
  app.get('/v1/voice/events', {
    config: { access: 'operator', stream: true },
    exposeHeadRoute: false,
    schema: {
      operationId: 'watchService',
      tags: ['Operators'],
      summary: 'What happens, as server-sent events',
      description:
        '`about` first: the version, and whether there are calls to list. Then `history`: the last hour in points of `point_seconds`, the latest errors and comments. Then a `now` for each point of time, and now and then `voices`: the last hour by voice, model, difficulty and mode. `end` is the last.',
      security: [{ operator: [] }],
      response: {
        200: { description: 'Server-sent events.', content: { 'text/event-stream': { schema: { type: 'string' } } } },
        ...errorReplies([...OPERATOR, 'overloaded', 'draining']),
      },
    },
    handler(_request, reply) {
      if (!monitor) throw new ServiceError('not_found')
      if (lifecycle.draining) throw new ServiceError('draining')
      if (monitor.watchers >= MOST_WATCHERS)
        throw new ServiceError('overloaded', { message: 'Too many are watching. Close a page.', retryAfter: 30 })
      // nginx would hold events back until it has a few kilobytes of them.
      reply.header('X-Accel-Buffering', 'no')
      const about = { version: VERSION, calls: app.hasRoute({ method: 'GET', url: '/v1/realtime/calls' }) }
      return reply.type('text/event-stream').send(eventStream(monitor, about))
    },
  })
}
