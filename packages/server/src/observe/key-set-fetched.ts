import type { Clock } from '../clock.ts'
import type { Logger } from './log.ts'
import type { Metrics } from './metrics.ts'

/** A failure that lasts is said again after so long, milliseconds. */
const SAY_AGAIN_MS = 60_000

/** A key set (`AUTH_JWKS_URL`) was fetched, or not and why. A failure is said at most once a minute, its end once. */
export function keySetFetched(
  logger: Pick<Logger, 'info' | 'warn'>,
  fetches: Metrics['keySetFetches'],
  clock: Pick<Clock, 'mono'>,
) {
  let saidAt = Number.NEGATIVE_INFINITY

  return (failure?: Error) => {
    fetches.inc({ outcome: failure ? 'failed' : 'ok' })
    if (failure) {
      if (clock.mono() - saidAt < SAY_AGAIN_MS) return
      saidAt = clock.mono()
      logger.warn(
        `The key set (AUTH_JWKS_URL) cannot be fetched: ${failure.message}. Keys that are known go on being trusted.`,
      )
      return
    }
    if (saidAt > Number.NEGATIVE_INFINITY) logger.info('The key set (AUTH_JWKS_URL) is fetched again.')
    saidAt = Number.NEGATIVE_INFINITY
  }
}
