import { emptySketch, percentile, record } from '../voice/sketch.ts'

/** How token requests ended: `warm` and `cold` got a secret, `ticket` a ticket; the others are what was answered instead. */
export const OUTCOMES = ['warm', 'cold', 'ticket', 'refused', 'limited', 'failed', 'gone'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** What is read at the moment a point is taken; all else of it is counted. */
export interface Gauges {
  breaker: 'closed' | 'open' | 'trial'
  openai_connected: boolean
  openai_in_flight: number
  pool_ready: number
  /** Lateness of the event loop. */
  lag_ms: number
}

/** Some seconds of the service. */
export interface Point extends Gauges, Record<Outcome, number> {
  /** Unix seconds of its end. */
  time: number
  /** Of cold credentials: time at OpenAI. Null where there were none. */
  mint_ms: Spread | null
  /** Of all credentials: our own time. */
  own_ms: Spread | null
  /** Refusals by error type that a limit made: ours, OpenAI's, or of load. */
  limits: Record<string, number>
}

interface Spread {
  p50: number
  p95: number
}

/** The error types that mean a limit was hit. */
const LIMITS = new Set([
  'rate_limited',
  'budget_exhausted',
  'too_many_calls',
  'upstream_rate_limited',
  'overloaded',
  'circuit_open',
  'insufficient_quota',
])

/** Counts until a point is taken of it. */
export function pointCounter() {
  let [outcomes, limits, mints, own] = fresh()

  return {
    issued(warm: boolean | undefined, mintMs: number, ownMs: number): void {
      outcomes[warm === undefined ? 'ticket' : warm ? 'warm' : 'cold']++
      if (warm === false) record(mints, mintMs)
      record(own, ownMs)
    },
    /** A token request that got no credential. */
    refused(status: number): void {
      outcomes[outcomeOf(status)]++
    },
    /** Any refusal. */
    erred(type: string): void {
      if (LIMITS.has(type)) limits[type] = (limits[type] ?? 0) + 1
    },
    take(time: number, gauges: Gauges): Point {
      const point = { time, ...outcomes, ...gauges, mint_ms: spread(mints), own_ms: spread(own), limits }
      ;[outcomes, limits, mints, own] = fresh()
      return point
    },
  }
}

function fresh() {
  const outcomes: Record<Outcome, number> = { warm: 0, cold: 0, ticket: 0, refused: 0, limited: 0, failed: 0, gone: 0 }
  const limits: Record<string, number> = {}
  return [outcomes, limits, emptySketch(), emptySketch()] as const
}

/** 499 is a caller that hung up. */
function outcomeOf(status: number): Outcome {
  if (status === 429) return 'limited'
  if (status === 499) return 'gone'
  return status >= 500 ? 'failed' : 'refused'
}

function spread(sketch: ReturnType<typeof emptySketch>): Spread | null {
  const [p50, p95] = [percentile(sketch, 50), percentile(sketch, 95)]
  return p50 === null || p95 === null ? null : { p50: digits(p50), p95: digits(p95) }
}

/** Three significant digits: the sketch knows two. */
function digits(value: number): number {
  return Number(value.toPrecision(3))
}
