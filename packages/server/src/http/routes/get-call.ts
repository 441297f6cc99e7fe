import type { FastifyInstance } from 'fastify'
import type { Calls } from '../../calls/calls.ts'
import type { Config } from '../../config/config.ts'
import { findCall, ownCall } from '../call-access.ts'
import { ONE_CALL, viewOf } from '../call-schema.ts'
import type { Hook } from '../facts.ts'

interface GetCallRoute {
  config: Pick<Config, 'prices'>
  calls: Calls
  rates: Hook
}

/** `GET /v1/realtime/calls/{id}`: how a call stands. */
export function getCallRoute(app: FastifyInstance, { config, calls, rates }: GetCallRoute): void {
  app.get<{ Params: { id: string } }>('/v1/realtime/calls/:id', {
    config: { browser: true },
    onRequest: rates,
    schema: { operationId: 'getCall', tags: ['Calls'], summary: 'How a call stands, and what it cost', ...ONE_CALL },
    async handler(request) {
      const id = await ownCall(request, request.params.id, calls)
      return viewOf(await findCall(id, calls), config.prices)
    },
  })
}
