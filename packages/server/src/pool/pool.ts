import type { Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import type { OpenAi } from '../upstream/openai.ts'
import type { MintOrder } from '../upstream/order.ts'
import { isFull } from './admission.ts'
import { stockFilling, unclaimed } from './filling.ts'
import { type Kind, type Pooled, watchedKinds } from './kinds.ts'
import { poolMinting } from './minting.ts'
import { perishableStock } from './stock.ts'

/** What the pool has done since start. */
export interface PoolStats {
  /** Unused secrets ready now. */
  entries: number
  /** Requests served from them, and requests that were not. */
  hits: number
  misses: number
  /** Pool mints that gave a secret. */
  minted: number
  /** Secrets that were dropped without having been used. */
  expired_unused: number
}

/** Unused secrets kept ready. None is ever handed out twice, or for another order than the one it was minted by. */
export interface Pool {
  /** Counts a request and hands out a ready secret, if there is one; it is replaced in the background. */
  take(order: MintOrder, shared: boolean): Pooled | undefined
  /**
   * For a request that was counted and found nothing: a secret that has become ready, or an unclaimed pool mint under
   * way, which is then its own; nothing, if it must mint. Brings the stock up to demand either way.
   */
  claim(order: MintOrder): Pooled | Promise<Pooled | undefined> | undefined
  /** Whether `claim` would find something. */
  has(order: MintOrder): boolean
  /** Keeps a secret whose caller has gone. */
  deposit(order: MintOrder, secret: Pooled): void
  /** Brings all stocks up to their demand, as when OpenAI has become reachable. */
  topUp(): void
  stats(): PoolStats
}

/** A pool that tells how full it is. */
interface CountedPool extends Pool {
  /** How many secrets are held, ready and under way, for the kind that has most and for all. */
  census(): { mostOfAKind: number; inAll: number }
}

type PoolConfig = Pick<
  Config,
  | 'TOKEN_TTL_SECONDS'
  | 'POOL_ENABLED'
  | 'POOL_MAX_PER_KEY'
  | 'POOL_MAX_TOTAL'
  | 'POOL_MIN_REMAINING_SECONDS'
  | 'POOL_MINTS_PER_MINUTE'
  | 'MAX_IN_FLIGHT'
>

/** `onShortLived` is told when OpenAI's secrets live too short to be kept, and how long, seconds; at most every ten minutes. */
export function secretPool(
  config: PoolConfig,
  openai: OpenAi,
  clock: Clock,
  onShortLived: (lifeSeconds: number) => void,
): CountedPool {
  const { TOKEN_TTL_SECONDS: lifeSeconds, POOL_MAX_PER_KEY: maxPerKey } = config
  const shelfSeconds = lifeSeconds - config.POOL_MIN_REMAINING_SECONDS
  const stock = perishableStock(config, clock)
  const kinds = watchedKinds({ shelfSeconds, lifeSeconds, onForgotten: stock.dropAll })
  const minting = poolMinting(config, openai, clock, onShortLived)
  const fill = stockFilling(config, kinds, stock, minting, clock)
  let hits = 0
  let misses = 0

  /** For a request that was counted as a miss. */
  function takeReady(kind: Kind): Pooled | undefined {
    const secret = stock.take(kind)
    if (!secret) return undefined
    hits++
    misses--
    return secret
  }

  function claimPending(kind: Kind): Promise<Pooled | undefined> | undefined {
    for (const pending of kind.pending) {
      if (pending.claimed) continue
      pending.claimed = true
      return pending.result
    }
    return undefined
  }

  return {
    take(order, shared) {
      misses++
      const kind = kinds.asked(order, shared, clock.mono() / 1000)
      if (!kind) return undefined
      const secret = takeReady(kind)
      if (secret) fill(kind)
      return secret
    },
    claim(order) {
      const kind = kinds.find(order)
      if (!kind) return undefined
      const found = takeReady(kind) ?? claimPending(kind)
      fill(kind)
      return found
    },
    has(order) {
      const kind = kinds.find(order)
      return kind !== undefined && (kind.ready.length > 0 || unclaimed(kind) > 0)
    },
    deposit(order, secret) {
      const kind = kinds.holding(order, clock.mono() / 1000)
      if (isFull(kind, maxPerKey) || !stock.hasRoom(kind)) return
      stock.hold(kind)
      kind.ready.push(secret)
    },
    topUp() {
      for (const kind of kinds.all()) fill(kind)
    },
    stats() {
      let entries = 0
      for (const kind of kinds.all()) {
        stock.dropAged(kind)
        entries += kind.ready.length
      }
      return { entries, hits, misses, minted: minting.minted, expired_unused: stock.dropped }
    },
    census() {
      let mostOfAKind = 0
      for (const kind of kinds.all()) mostOfAKind = Math.max(mostOfAKind, kind.ready.length + kind.pending.size)
      return { mostOfAKind, inAll: stock.held }
    },
  }
}
