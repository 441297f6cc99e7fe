import type { Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import type { Kind, Pooled } from './kinds.ts'

/**
 * The places for secrets, and what is ready in them. A place is held from the start of a pool mint until its secret is
 * handed out or dropped.
 */
export interface Stock {
  hold(kind: Kind): void
  release(kind: Kind): void
  /** Whether a place is free for this kind; private ones get half of all at most. */
  hasRoom(kind: Kind): boolean
  /** Takes the oldest secret that has enough time left. */
  take(kind: Kind): Pooled | undefined
  /** Drops the oldest secret; false where there is none. */
  dropOldest(kind: Kind): boolean
  /** Drops those that have too little time left. */
  dropAged(kind: Kind): void
  dropAll(kind: Kind): void
  /** Places held, by all kinds. */
  readonly held: number
  /** Secrets dropped since start. */
  readonly dropped: number
}

type StockConfig = Pick<Config, 'POOL_MAX_TOTAL' | 'POOL_MIN_REMAINING_SECONDS'>

export function perishableStock(config: StockConfig, clock: Clock): Stock {
  const minRemainingMs = config.POOL_MIN_REMAINING_SECONDS * 1000
  const held = { shared: 0, private: 0 }
  let dropped = 0

  const classOf = (kind: Kind) => (kind.shared ? 'shared' : 'private')

  function release(kind: Kind): void {
    held[classOf(kind)]--
  }

  function dropOldest(kind: Kind): boolean {
    if (!kind.ready.shift()) return false
    dropped++
    release(kind)
    return true
  }

  function dropAged(kind: Kind): void {
    const leastEnd = clock.mono() + minRemainingMs
    while (kind.ready[0] && kind.ready[0].endsAt < leastEnd) dropOldest(kind)
  }

  return {
    hold(kind) {
      held[classOf(kind)]++
    },
    release,
    hasRoom(kind) {
      if (!kind.shared && held.private >= Math.ceil(config.POOL_MAX_TOTAL / 2)) return false
      return held.shared + held.private < config.POOL_MAX_TOTAL
    },
    take(kind) {
      dropAged(kind)
      const secret = kind.ready.shift()
      if (secret) release(kind)
      return secret
    },
    dropOldest,
    dropAged,
    dropAll(kind) {
      while (dropOldest(kind));
    },
    get held() {
      return held.shared + held.private
    },
    get dropped() {
      return dropped
    },
  }
}
