import { type Pool, secretPool } from '../../packages/server/src/pool/pool.ts'
import type { MintOrder } from '../../packages/server/src/upstream/order.ts'
import type { Arrival } from './arrivals.ts'
import { simulatedOpenAi } from './openai.ts'
import { createTimeline } from './timeline.ts'

export interface Scenario {
  arrivals: Arrival[]
  /** Seconds that a mint takes. */
  mintSeconds?: number
  /** Seconds from the start between which OpenAI is down. */
  down?: [from: number, to: number]
  /** Requests before this moment, seconds, are not counted. */
  warmUp?: number
  settings?: Partial<typeof DEFAULTS>
}

/** How one request was served. */
export interface Served extends Arrival {
  warm: boolean
}

export interface Outcome {
  served: Served[]
  /** The share of counted requests that were warm, 0 to 1. */
  warm: number
  /** Pool mints, and the share of all mints whose secret was never used, 0 to 1. */
  poolMints: number
  wasted: number
  /** The most secrets held for one kind and in all, ready and under way; and the most pool mints in a minute. */
  mostOfAKind: number
  mostInAll: number
  mostInAMinute: number
  pool: Pool
}

export const DEFAULTS = {
  TOKEN_TTL_SECONDS: 600,
  POOL_ENABLED: true,
  POOL_MAX_PER_KEY: 32,
  POOL_MAX_TOTAL: 256,
  POOL_MIN_REMAINING_SECONDS: 120,
  POOL_MINTS_PER_MINUTE: 1200,
  MAX_IN_FLIGHT: 200,
}

/** Runs the real pool under a simulated clock, against an OpenAI that takes `mintSeconds` for everything. */
export async function simulate(scenario: Scenario): Promise<Outcome> {
  const { arrivals, mintSeconds = 0.3, down = [0, 0], warmUp = 0 } = scenario
  const settings = { ...DEFAULTS, ...scenario.settings }
  const timeline = createTimeline()
  const openai = simulatedOpenAi(timeline, {
    mintSeconds,
    down,
    lifeSeconds: settings.TOKEN_TTL_SECONDS,
    maxInFlight: settings.MAX_IN_FLIGHT,
  })
  const pool = secretPool(settings, openai.service, timeline.clock, () => {})
  const served: Served[] = []
  const held = { ofAKind: 0, inAll: 0 }

  async function serve(arrival: Arrival): Promise<void> {
    const order: MintOrder = { body: arrival.kind, safetyIdentifier: undefined }
    const warm = pool.take(order, arrival.shared) !== undefined
    served.push({ ...arrival, warm })
    const census = pool.census()
    held.ofAKind = Math.max(held.ofAKind, census.mostOfAKind)
    held.inAll = Math.max(held.inAll, census.inAll)
    if (!warm && !pool.claim(order)) await openai.mint(order).catch(() => {})
  }

  for (const arrival of arrivals) timeline.add(arrival.at, () => void serve(arrival))
  await timeline.run()
  const counted = served.filter(one => one.at >= warmUp)
  const stats = pool.stats()
  return {
    served,
    warm: counted.filter(one => one.warm).length / Math.max(1, counted.length),
    poolMints: openai.poolMints.length,
    wasted: (stats.expired_unused + stats.entries) / Math.max(1, openai.minted()),
    mostOfAKind: held.ofAKind,
    mostInAll: held.inAll,
    mostInAMinute: mostWithin(openai.poolMints, 60),
    pool,
  }
}

function mostWithin(times: readonly number[], span: number): number {
  let most = 0
  let from = 0
  times.forEach((time, to) => {
    while (time - (times[from] ?? time) > span) from++
    most = Math.max(most, to - from + 1)
  })
  return most
}
