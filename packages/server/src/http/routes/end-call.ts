import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { Calls } from '../../calls/calls.ts'
import type { Config } from '../../config/config.ts'
import { ignoredBodies } from '../body.ts'
import { findCall, ownCall } from '../call-access.ts'
import { ONE_CALL, viewOf } from '../call-schema.ts'
import type { Hook } from '../facts.ts'

interface EndCallRoute {
  config: Pick<Config, 'prices'>
  calls: Calls
  rates: Hook
}

/** How long an answer waits for the hang-up to hold, milliseconds. */
const END_WAIT_MS = 3000

/** `DELETE /v1/realtime/calls/{id}`: hangs a call up. Nothing may stop that, so nothing looks at a body that comes along. */
export async function endCallRoute(app: FastifyInstance, { config, calls, rates }: EndCallRoute): Promise<void> {
  await app.register(async scope => {
    ignoredBodies(scope)
    scope.delete<{ Params: { id: string } }>('/v1/realtime/calls/:id', {
      config: { browser: true },
      onRequest: rates,
      schema: { operationId: 'endCall', tags: ['Calls'], summary: 'Hangs a call up', ...ONE_CALL },
      async handler(request) {
        const id = await ownCall(request, request.params.id, calls)
        const { state } = await findCall(id, calls)
        request.facts.logged = { call_id: id }
        if (state !== 'ended') {
          const ending = calls.keeper.end(id, request.facts.operator ? 'operator' : 'owner')
          await Promise.race([ending, sleep(END_WAIT_MS, undefined, { ref: false })])
        }
        return viewOf(await findCall(id, calls), config.prices)
      },
    })
  })
}
