import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import type { Minted } from '../upstream/answer.ts'
import type { OpenAi } from '../upstream/openai.ts'
import type { MintOrder } from '../upstream/order.ts'
import { type Pooled, pooled } from './kinds.ts'

/** The pool's own mints. */
export interface Minting {
  /** Whether OpenAI may be asked for a spare now. */
  isAllowed(): boolean
  /** Asks once. Undefined where it failed. None is allowed for a while then, nor where the secret could not wait at all. */
  mint(order: MintOrder): Promise<Pooled | undefined>
  /** Seconds that a mint takes of late. */
  readonly seconds: number
  /** Secrets that came of it since start. */
  readonly minted: number
}

/** Mint time before the first mint, seconds: OpenAI's recorded processing times were 428 and 456 ms (July 2026). */
const FIRST_GUESS_SECONDS = 0.45
/** Weight of the newest mint time in the running mean. */
const SMOOTHING = 0.1
/** After a pool mint failed, none is started for so long, milliseconds. */
const PAUSE_MS = 5000

/** After a secret that lives too short to wait: gateways and the beta form set lives of their own. Milliseconds. */
const LONG_PAUSE_MS = 600_000

type MintingConfig = Pick<Config, 'TOKEN_TTL_SECONDS' | 'MAX_IN_FLIGHT' | 'POOL_MIN_REMAINING_SECONDS'>

export function poolMinting(
  config: MintingConfig,
  openai: OpenAi,
  clock: Clock,
  onShortLived: (lifeSeconds: number) => void,
): Minting {
  let seconds = FIRST_GUESS_SECONDS
  let minted = 0
  let underWay = 0
  let pausedUntil = Number.NEGATIVE_INFINITY

  function restIfShortLived({ lifeSeconds }: Minted): void {
    if (lifeSeconds > config.POOL_MIN_REMAINING_SECONDS) return
    // Mints that were under way meanwhile tell nothing new.
    if (clock.mono() >= pausedUntil) onShortLived(lifeSeconds)
    pausedUntil = clock.mono() + LONG_PAUSE_MS
  }

  return {
    isAllowed() {
      const usable = openai.health.known && openai.health.connected && openai.breaker.state.name === 'closed'
      if (!usable || clock.mono() < pausedUntil) return false
      return underWay + openai.load.inFlight < Math.max(1, config.MAX_IN_FLIGHT / 2)
    },
    async mint(order) {
      underWay++
      const mintId = `pool-${randomUUID()}`
      const sentAt = clock.mono()
      try {
        const secret = await openai.mintQuietly(order, mintId)
        seconds += SMOOTHING * ((clock.mono() - sentAt) / 1000 - seconds)
        minted++
        restIfShortLived(secret)
        return pooled(secret, mintId, sentAt, config.TOKEN_TTL_SECONDS)
      } catch {
        // The attempt was logged and counted where it failed; here it only means a rest.
        pausedUntil = Math.max(pausedUntil, clock.mono() + PAUSE_MS)
        return undefined
      } finally {
        underWay--
      }
    },
    get seconds() {
      return seconds
    },
    get minted() {
      return minted
    },
  }
}
