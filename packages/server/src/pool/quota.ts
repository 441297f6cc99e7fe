/** Lets so many things happen in any minute. */
export interface MinuteQuota {
  /** Whether there is one left. */
  left(): boolean
  /** Takes one if there is one left. */
  take(): boolean
}

const MINUTE_MS = 60_000

/** Exact over every window of 60 s, not only over clock minutes: remembers when each of the last so many happened. */
export function minuteQuota(perMinute: number, mono: () => number): MinuteQuota {
  const times = new Float64Array(perMinute).fill(Number.NEGATIVE_INFINITY)
  let oldest = 0
  const left = () => mono() - (times[oldest] ?? 0) >= MINUTE_MS
  return {
    left,
    take() {
      if (!left()) return false
      times[oldest] = mono()
      oldest = (oldest + 1) % perMinute
      return true
    },
  }
}
