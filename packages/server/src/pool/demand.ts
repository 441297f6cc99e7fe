/** How often one kind of secret is asked for, as exponentially fading counts. Times are monotonic seconds. */
export interface DemandMeter {
  /** Counts a request. */
  note(now: number): void
  /** Requests a second of late, estimated with caution: 0 until there is evidence for more than a trickle. */
  rate(now: number): number
  /** Requests of about the last shelf life, fading; ranks the kinds among each other. */
  weight(now: number): number
  /** Requests to expect in a shelf life, the last one not counted; null until one has been watched. */
  expectedUses(now: number): number | null
  /** Seconds since the last request. */
  idle(now: number): number
}

/** Long enough to average over a few dozen requests at the rates that need a stock, short enough to follow a rush. */
const FAST_SECONDS = 10
/** Fewer quick requests than this are clicks, not a rush. */
const RUSH = 5

export function demandMeter(shelfSeconds: number, since: number): DemandMeter {
  let fast = 0
  let slow = 0
  let at = since

  const faded = (count: number, span: number, now: number) => count * Math.exp((at - now) / span)

  return {
    note(now) {
      fast = faded(fast, FAST_SECONDS, now) + 1
      slow = faded(slow, shelfSeconds, now) + 1
      at = now
    },
    rate(now) {
      const count = faded(fast, FAST_SECONDS, now)
      // One standard deviation of a Poisson count is taken off, so that chance alone is not stocked for.
      return count < RUSH ? 0 : (count - Math.sqrt(count)) / FAST_SECONDS
    },
    weight: now => faded(slow, shelfSeconds, now),
    expectedUses: now => (now - since < shelfSeconds ? null : Math.max(0, faded(slow, shelfSeconds, now) - 1)),
    idle: now => now - at,
  }
}
