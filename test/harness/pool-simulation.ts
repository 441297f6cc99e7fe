import { setImmediate as settle } from 'node:timers/promises'
import type { Clock } from '../../packages/server/src/clock.ts'
import { type Pool, secretPool } from '../../packages/server/src/pool/pool.ts'
import type { Minted } from '../../packages/server/src/upstream/answer.ts'
import { boundedLoad } from '../../packages/server/src/upstream/load.ts'
import type { OpenAi } from '../../packages/server/src/upstream/openai.ts'
import type { MintOrder } from '../../packages/server/src/upstream/order.ts'

/** A request at a moment of simulated time. */
export interface Arrival {
  /** Seconds from the start. */
  at: number
  /** Which kind of secret it wants. */
  kind: string
  shared: boolean
}

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
  let now = 0
  const clock: Clock = { now: () => now * 1000, mono: () => now * 1000 }
  const events = queue()
  const isDown = () => now >= down[0] && now < down[1]
  const starts: number[] = []
  let minted = 0

  function mint(order: MintOrder): Promise<Minted> {
    const fails = isDown()
    return new Promise((resolve, reject) => {
      events.add(now + mintSeconds, () => {
        if (fails) return reject(new Error('OpenAI is down'))
        minted++
        resolve({
          value: `${order.body}#${minted}`,
          expiresAt: now + settings.TOKEN_TTL_SECONDS,
          lifeSeconds: settings.TOKEN_TTL_SECONDS,
          sessionId: undefined,
          openAiRequestId: '',
        })
      })
    })
  }

  const openai: Pick<OpenAi, 'mintQuietly' | 'load' | 'health' | 'breaker'> = {
    mintQuietly(order) {
      starts.push(now)
      return mint(order)
    },
    load: boundedLoad(settings.MAX_IN_FLIGHT),
    health: {
      known: true,
      get connected() {
        return !isDown()
      },
      note() {},
    },
    breaker: { enter: () => ({ report() {} }), state: { name: 'closed', failures: 0 } },
  }
  const pool = secretPool(settings, openai as OpenAi, clock, () => {})
  const served: Served[] = []
  const held = { ofAKind: 0, inAll: 0 }

  for (const arrival of arrivals) {
    events.add(arrival.at, async () => {
      const order: MintOrder = { body: arrival.kind, safetyIdentifier: undefined }
      const warm = pool.take(order, arrival.shared) !== undefined
      served.push({ ...arrival, warm })
      const census = pool.census()
      held.ofAKind = Math.max(held.ofAKind, census.mostOfAKind)
      held.inAll = Math.max(held.inAll, census.inAll)
      if (!warm && !pool.claim(order)) await mint(order).catch(() => {})
    })
  }
  for (let event = events.next(); event; event = events.next()) {
    now = event.at
    event.act()
    await settle()
  }
  const counted = served.filter(one => one.at >= warmUp)
  const stats = pool.stats()
  return {
    served,
    warm: counted.filter(one => one.warm).length / Math.max(1, counted.length),
    poolMints: starts.length,
    wasted: (stats.expired_unused + stats.entries) / Math.max(1, minted),
    mostOfAKind: held.ofAKind,
    mostInAll: held.inAll,
    mostInAMinute: mostWithin(starts, 60),
    pool,
  }
}

function mostWithin(times: number[], span: number): number {
  let most = 0
  let from = 0
  times.forEach((time, to) => {
    while (time - (times[from] ?? time) > span) from++
    most = Math.max(most, to - from + 1)
  })
  return most
}

interface Event {
  at: number
  act(): void
}

/** Events in the order of their time: a binary heap. */
function queue() {
  const heap: Event[] = []
  const swap = (i: number, j: number) => {
    const [a, b] = [heap[i], heap[j]]
    if (a && b) [heap[i], heap[j]] = [b, a]
  }
  const earlier = (i: number, j: number) => (heap[i]?.at ?? Infinity) < (heap[j]?.at ?? Infinity)
  return {
    add(at: number, act: () => void): void {
      heap.push({ at, act })
      for (let i = heap.length - 1; i > 0 && earlier(i, (i - 1) >> 1); i = (i - 1) >> 1) swap(i, (i - 1) >> 1)
    },
    next(): Event | undefined {
      const first = heap[0]
      const last = heap.pop()
      if (heap.length > 0 && last) {
        heap[0] = last
        for (let i = 0; ; ) {
          const child = earlier(2 * i + 2, 2 * i + 1) ? 2 * i + 2 : 2 * i + 1
          if (!earlier(child, i)) break
          swap(i, child)
          i = child
        }
      }
      return first
    },
  }
}

/** Random numbers from 0 to 1 that are the same in every run (mulberry32, public domain). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Poisson arrivals between two moments, seconds, at a rate that may change; thinned from the highest rate. */
export function poisson(
  random: () => number,
  [from, to]: [number, number],
  highest: number,
  make: (at: number) => Omit<Arrival, 'at'>,
  rate: (at: number) => number = () => highest,
): Arrival[] {
  const arrivals: Arrival[] = []
  const gap = () => -Math.log(1 - random()) / highest
  for (let at = from + gap(); at < to; at += gap())
    if (random() * highest < rate(at)) arrivals.push({ at, ...make(at) })
  return arrivals
}
