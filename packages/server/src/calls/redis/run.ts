import { ServiceError } from '../../errors.ts'
import type { Store } from '../../store/redis.ts'
import type { Script } from '../../store/script.ts'

/** Runs a script. Throws `store_unavailable` where Redis does not answer. */
export type Run = (script: Script, ...args: (string | number)[]) => Promise<unknown>

/** The cause is told by whoever catches it. */
export function unavailable(cause?: unknown): ServiceError {
  return new ServiceError('store_unavailable', { retryAfter: 1, cause })
}

export function runIn(store: Store): Run {
  return async (script, ...args) => {
    try {
      return await store.run(script, args.map(String))
    } catch (cause) {
      throw unavailable(cause)
    }
  }
}
