/** Time as the service sees it; tests pass their own. */
export interface Clock {
  /** Wall clock, milliseconds since 1970 UTC. May jump. */
  now(): number
  /** Monotonic clock, milliseconds from an arbitrary start. Never jumps. */
  mono(): number
}

export const systemClock: Clock = { now: Date.now, mono: () => performance.now() }
