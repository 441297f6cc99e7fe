import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { type LiveCall, type Receipt, receiptByWatcher } from '../../calls/call.ts'
import type { Calls } from '../../calls/calls.ts'
import { isStoreAway } from '../../calls/store.ts'
import type { Clock } from '../../clock.ts'
import type { Config } from '../../config/config.ts'
import { ignoredBodies } from '../body.ts'
import { findCall, ownCall } from '../call-access.ts'
import { ONE_CALL, viewOf } from '../call-schema.ts'
import type { Hook } from '../facts.ts'

interface EndCallRoute {
  clock: Clock
  config: Pick<Config, 'prices'>
  calls: Calls
  rates: Hook
}

/** How long an answer waits for the hang-up to hold, milliseconds. */
const END_WAIT_MS = 3000

/** `DELETE /v1/realtime/calls/{id}`: hangs a call up. Nothing may stop that, so nothing looks at a body that comes along. */
export async function endCallRoute(app: FastifyInstance, parts: EndCallRoute): Promise<void> {
  const { config, clock, calls, rates } = parts

  /** Where the store is away, what its watcher knows of a call of ours. */
  async function receiptOf(id: string, ours: LiveCall | undefined): Promise<Receipt> {
    try {
      return await findCall(id, calls)
    } catch (error) {
      if (ours && isStoreAway(error)) return receiptByWatcher(ours, clock.now())
      throw error
    }
  }

  await app.register(async scope => {
    ignoredBodies(scope)
    scope.delete<{ Params: { id: string } }>('/v1/realtime/calls/:id', {
      config: { browser: true },
      onRequest: rates,
      schema: { operationId: 'endCall', tags: ['Calls'], summary: 'Hangs a call up', ...ONE_CALL },
      async handler(request) {
        const id = await ownCall(request, request.params.id, calls)
        const reason = request.facts.operator ? 'operator' : 'owner'
        const ours = calls.keeper.watched(id)
        const isOver = !ours && (await findCall(id, calls)).state === 'ended'
        // Not before: until a call is found, an operator's id may be anything, as a ticket that was put there by mistake.
        request.facts.logged = { call_id: id }
        if (!isOver) {
          const ending = calls.keeper.end(id, reason)
          await Promise.race([ending, sleep(END_WAIT_MS, undefined, { ref: false })])
        }
        return viewOf(await receiptOf(id, ours && { ...ours, reason }), config.prices)
      },
    })
  })
}
