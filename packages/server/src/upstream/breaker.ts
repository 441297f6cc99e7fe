/** How an attempt ended. */
export type Verdict = 'success' | 'failure' | 'neutral' | 'unheard'

/** Where the breaker stands. */
export type BreakerState = { name: 'closed'; failures: number } | { name: 'open'; until: number } | { name: 'trial' }

export interface Breaker {
  /** Lets an attempt begin and returns how to report its end, exactly once; or how long to stay away, milliseconds. */
  enter(): { report(verdict: Verdict): void } | { refusedFor: number }
  readonly state: BreakerState
}

/**
 * A circuit breaker over consecutive failures: closed until `threshold` of them, then open for `resetMs`, then one
 * trial decides. Neutral ends (a caller's own mistake, a lack of credit) neither add to the count nor clear it; as the
 * end of a trial they show that OpenAI answers, and close it. A trial in which OpenAI was not heard, since it was never
 * asked, decides nothing: the next one does. Attempts begun before it opened change nothing any more. `onChange` hears when
 * it is closed no more, and when it is closed again.
 */
export function circuitBreaker(
  threshold: number,
  resetMs: number,
  mono: () => number,
  onChange: (closed: boolean) => void = () => {},
): Breaker {
  let state: BreakerState = { name: 'closed', failures: 0 }

  const open = (forMs: number) => {
    state = { name: 'open', until: mono() + forMs }
  }

  function reportOrdinary(verdict: Verdict): void {
    if (state.name !== 'closed') return
    if (verdict === 'success') state = { name: 'closed', failures: 0 }
    if (verdict !== 'failure') return
    state = { name: 'closed', failures: state.failures + 1 }
    if (state.failures < threshold) return
    open(resetMs)
    onChange(false)
  }

  function reportTrial(verdict: Verdict): void {
    if (verdict === 'failure') open(resetMs)
    else if (verdict === 'unheard') open(0)
    else {
      state = { name: 'closed', failures: 0 }
      onChange(true)
    }
  }

  return {
    enter() {
      if (state.name === 'closed') return { report: reportOrdinary }
      // How long a trial takes is not known; a second is a polite guess.
      if (state.name === 'trial') return { refusedFor: 1000 }
      const left = state.until - mono()
      if (left > 0) return { refusedFor: left }
      state = { name: 'trial' }
      return { report: reportTrial }
    },
    get state() {
      return state
    },
  }
}
