import { ServiceError } from '../errors.ts'

/** Callers' requests to OpenAI under way, their retries and waits included. */
export interface Load {
  readonly inFlight: number
  /** Throws `overloaded` while as many are under way as may be. */
  shed(): void
  /** Counts one that begins, until its `end`; throws as `shed` does. */
  begin(): void
  end(): void
}

export function boundedLoad(most: number): Load {
  let inFlight = 0

  function shed(): void {
    if (inFlight >= most) throw new ServiceError('overloaded', { retryAfter: 1 })
  }

  return {
    shed,
    begin() {
      shed()
      inFlight++
    },
    end() {
      inFlight--
    },
    get inFlight() {
      return inFlight
    },
  }
}
