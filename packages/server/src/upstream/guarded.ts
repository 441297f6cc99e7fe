import { retryAfterSeconds, ServiceError } from '../errors.ts'
import type { Breaker, Verdict } from './breaker.ts'
import type { Failed } from './outcome.ts'

/**
 * Makes an attempt if the breaker lets it begin, and tells the breaker how it ended. Throws `circuit_open`, or what the
 * attempt throws: OpenAI was not heard then.
 */
export async function guarded<Success extends object>(
  breaker: Breaker,
  attempt: () => Promise<Success | Failed>,
): Promise<Success | Failed> {
  const admission = breaker.enter()
  if ('refusedFor' in admission)
    throw new ServiceError('circuit_open', { retryAfter: retryAfterSeconds(admission.refusedFor) })
  let verdict: Verdict = 'unheard'
  try {
    const outcome = await attempt()
    verdict = verdictOn(outcome)
    return outcome
  } finally {
    admission.report(verdict)
  }
}

function verdictOn({ failure }: Partial<Failed>): Verdict {
  if (!failure) return 'success'
  return failure.counts ? 'failure' : 'neutral'
}
