/** Time as the service sees it; tests pass their own. */
export interface Clock {
  /** Wall clock, milliseconds since 1970 UTC. May jump. */
  now(): number
  /** Monotonic clock, milliseconds from an arbitrary start. Never jumps. */
  mono(): number
}

const DAY_MS = 86_400_000

/** The UTC day of a time by the wall clock, counted from 1970. */
export function dayOf(time: number): number {
  return Math.floor(time / DAY_MS)
}

/** Milliseconds until that day ends, 1 to 86,400,000. */
export function msToMidnight(time: number): number {
  return (dayOf(time) + 1) * DAY_MS - time
}

export const systemClock: Clock = { now: Date.now, mono: () => performance.now() }
