import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import type { Minted } from '../upstream/answer.ts'
import type { MintOrder, OpenAi } from '../upstream/openai.ts'
import { type Kind, type PendingMint, type Pooled, watchedKinds } from './kinds.ts'
import { minuteQuota } from './quota.ts'
import { stockFor } from './sizing.ts'

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

/** A kind that any visitor may ask for starts with two spares, any other with one. */
const SPARES = { shared: 2, private: 1 }

/** Mint time before the first mint, seconds: OpenAI's recorded processing times were 428 and 456 ms (July 2026). */
const FIRST_GUESS_SECONDS = 0.45
/** A kind is in demand if at least this part of all requests is for it. */
const MAJOR_SHARE = 1 / 32
/** Weight of the newest mint time in the running mean. */
const SMOOTHING = 0.1
/** After a pool mint failed, none is started for so long, milliseconds. */
const PAUSE_MS = 5000

export function secretPool(config: PoolConfig, openai: OpenAi, clock: Clock): Pool {
  const minRemainingMs = config.POOL_MIN_REMAINING_SECONDS * 1000
  const shelfSeconds = config.TOKEN_TTL_SECONDS - config.POOL_MIN_REMAINING_SECONDS
  const kinds = watchedKinds({ shelfSeconds, lifeSeconds: config.TOKEN_TTL_SECONDS, onForgotten: dropAll })
  const quota = minuteQuota(config.POOL_MINTS_PER_MINUTE, clock.mono)
  const lesserQuota = minuteQuota(Math.ceil(config.POOL_MINTS_PER_MINUTE / 2), clock.mono)
  const totals = { hits: 0, misses: 0, minted: 0, expired_unused: 0 }
  const held = { shared: 0, private: 0 }
  let mintSeconds = FIRST_GUESS_SECONDS
  let pausedUntil = Number.NEGATIVE_INFINITY
  let underWay = 0

  const classOf = (kind: Kind) => (kind.shared ? 'shared' : 'private')
  const nowSeconds = () => clock.mono() / 1000

  function dropAll(kind: Kind): void {
    while (dropOldest(kind));
  }

  function dropOldest(kind: Kind): boolean {
    if (!kind.ready.shift()) return false
    totals.expired_unused++
    release(kind)
    return true
  }

  /** A place in the stock is held from the start of a pool mint until its secret is handed out or dropped. */
  function release(kind: Kind): void {
    held[classOf(kind)]--
  }

  function dropAged(kind: Kind): void {
    const leastEnd = clock.mono() + minRemainingMs
    while (kind.ready[0] && kind.ready[0].endsAt < leastEnd) dropOldest(kind)
  }

  /** Takes the oldest secret that has enough time left. */
  function takeReady(kind: Kind): Pooled | undefined {
    dropAged(kind)
    const secret = kind.ready.shift()
    if (!secret) return undefined
    release(kind)
    totals.hits++
    totals.misses--
    return secret
  }

  function fill(kind: Kind): void {
    const now = nowSeconds()
    dropAged(kind)
    const spares = SPARES[classOf(kind)]
    const demand = { rate: kind.demand.rate(now), mintSeconds, expectedUses: kind.demand.expectedUses(now), spares }
    const target = stockFor(demand, config.POOL_MAX_PER_KEY)
    while (kind.ready.length + unclaimed(kind) < target && mayMint(kind, now)) start(kind)
  }

  function mayMint(kind: Kind, now: number): boolean {
    const usable = openai.health.known && openai.health.connected && openai.breaker.state.name === 'closed'
    if (!usable || clock.mono() < pausedUntil) return false
    if (underWay + openai.inFlight >= Math.max(1, config.MAX_IN_FLIGHT / 2)) return false
    if (kind.ready.length + kind.pending.size >= config.POOL_MAX_PER_KEY) return false
    const quotas = isLesser(kind, now) ? [lesserQuota, quota] : [quota]
    // Before room is made: no secret is dropped for one that may not be minted.
    if (!quotas.every(one => one.left())) return false
    if (!hasRoom(kind) && !makeRoom(kind, now)) return false
    return quotas.every(one => one.take())
  }

  /**
   * Half of the minute's mints are kept for the kinds that any visitor may ask for and many do, so that a flood of
   * made-up or far-fetched kinds cannot push them out.
   */
  function isLesser(kind: Kind, now: number): boolean {
    return !kind.shared || kinds.share(kind, now) < MAJOR_SHARE
  }

  function hasRoom(kind: Kind): boolean {
    if (!kind.shared && held.private >= Math.ceil(config.POOL_MAX_TOTAL / 2)) return false
    return held.shared + held.private < config.POOL_MAX_TOTAL
  }

  /** Drops a secret of the least asked-for kind, if that is asked for less than this one. */
  function makeRoom(kind: Kind, now: number): boolean {
    let weakest = kind
    for (const other of kinds.all()) {
      if (other.ready.length === 0 || (!kind.shared && other.shared)) continue
      if (other.demand.weight(now) < weakest.demand.weight(now)) weakest = other
    }
    return weakest !== kind && dropOldest(weakest) && hasRoom(kind)
  }

  function claimPending(kind: Kind): Promise<Pooled | undefined> | undefined {
    for (const pending of kind.pending) {
      if (pending.claimed) continue
      pending.claimed = true
      return pending.result
    }
    return undefined
  }

  function start(kind: Kind): void {
    held[classOf(kind)]++
    underWay++
    const pending: PendingMint = { claimed: false, result: mint(kind.order) }
    kind.pending.add(pending)
    pending.result.then(secret => {
      underWay--
      kind.pending.delete(pending)
      if (pending.claimed || !secret) return release(kind)
      kind.ready.push(secret)
      if (kinds.find(kind.order) !== kind) dropAll(kind)
    })
  }

  async function mint(order: MintOrder): Promise<Pooled | undefined> {
    const mintId = `pool-${randomUUID()}`
    const sentAt = clock.mono()
    try {
      const minted = await openai.mintQuietly(order, mintId)
      mintSeconds += SMOOTHING * ((clock.mono() - sentAt) / 1000 - mintSeconds)
      totals.minted++
      return pooled(minted, mintId, sentAt, config.TOKEN_TTL_SECONDS)
    } catch {
      // The attempt was logged and counted where it failed; here it only means a rest.
      pausedUntil = clock.mono() + PAUSE_MS
      return undefined
    }
  }

  return {
    take(order, shared) {
      totals.misses++
      const kind = kinds.asked(order, shared, nowSeconds())
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
      const kind = kinds.find(order)
      if (!kind || kind.ready.length + kind.pending.size >= config.POOL_MAX_PER_KEY || !hasRoom(kind)) return
      held[classOf(kind)]++
      kind.ready.push(secret)
    },
    topUp() {
      for (const kind of kinds.all()) fill(kind)
    },
    stats() {
      let entries = 0
      for (const kind of kinds.all()) {
        dropAged(kind)
        entries += kind.ready.length
      }
      return { ...totals, entries }
    },
    census() {
      let mostOfAKind = 0
      for (const kind of kinds.all()) mostOfAKind = Math.max(mostOfAKind, kind.ready.length + kind.pending.size)
      return { mostOfAKind, inAll: held.shared + held.private }
    },
  }
}

/** A secret with the moment it ends, by the monotonic clock: its life as OpenAI told it, at most what was asked for. */
export function pooled(minted: Minted, mintId: string, sentAt: number, ttlSeconds: number): Pooled {
  return { ...minted, mintId, endsAt: sentAt + Math.min(ttlSeconds, minted.lifeSeconds) * 1000 }
}

function unclaimed(kind: Kind): number {
  let count = 0
  for (const pending of kind.pending) if (!pending.claimed) count++
  return count
}
