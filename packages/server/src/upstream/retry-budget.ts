/** Bounds retries over all requests together, so that they cannot multiply an outage. */
export interface RetryBudget {
  /** A first attempt earns part of a retry. */
  earn(): void
  /** Takes a retry if there is one left. */
  spend(): boolean
}

/** As Finagle's retry budget has it: a fifth of the requests, and ten a second besides, saved up for ten seconds. */
const PER_REQUEST = 0.2
const PER_SECOND = 10
const MOST = 100

export function retryBudget(mono: () => number): RetryBudget {
  let saved = MOST
  let at = mono()

  function add(amount: number): void {
    saved = Math.min(MOST, saved + amount)
  }

  return {
    earn: () => add(PER_REQUEST),
    spend() {
      const now = mono()
      add(((now - at) / 1000) * PER_SECOND)
      at = now
      if (saved < 1) return false
      saved--
      return true
    },
  }
}
