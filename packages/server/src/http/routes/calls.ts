import type { FastifyInstance } from 'fastify'
import type { Calls } from '../../calls/calls.ts'
import type { Clock } from '../../clock.ts'
import type { Config } from '../../config/config.ts'
import { WINDOW_SECONDS } from '../../limits/rates.ts'
import { fixedWindows } from '../../limits/windows.ts'
import { windowRates } from '../rates.ts'
import { endCallRoute } from './end-call.ts'
import { getCallRoute } from './get-call.ts'
import { listCallsRoute } from './list-calls.ts'
import { placeCallRoute } from './place-call.ts'

interface CallsRoutes {
  config: Config
  clock: Clock
  calls: Calls
}

/** Reads and hang-ups cost OpenAI little: a client may ask so many times as often for them. */
const READS_PER_CALL = 10

/** The routes of unified calls. Their windows are of their own, as long as that of tokens. */
export async function callsRoutes(app: FastifyInstance, { config, clock, calls }: CallsRoutes): Promise<void> {
  const rates = (limit: number) => windowRates(fixedWindows(limit, WINDOW_SECONDS * 1000, clock.mono), clock.now)
  const placing = rates(config.RATE_LIMIT_PER_MINUTE)
  const reading = rates(config.RATE_LIMIT_PER_MINUTE * READS_PER_CALL)
  await placeCallRoute(app, calls, placing)
  getCallRoute(app, { config, calls, rates: reading })
  await endCallRoute(app, { config, clock, calls, rates: reading })
  listCallsRoute(app, config, calls)
}
