import type { Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import type { Kind, Kinds } from './kinds.ts'
import { minuteQuota } from './quota.ts'
import type { Stock } from './stock.ts'

/**
 * Whether a kind may have one more pool mint, which is then counted. A secret of a kind that is asked for less may be
 * dropped for it.
 */
export type Admit = (kind: Kind, nowSeconds: number) => boolean

/** A kind is in demand if at least this part of all requests is for it. */
const MAJOR_SHARE = 1 / 32

export type AdmissionConfig = Pick<Config, 'POOL_MAX_PER_KEY' | 'POOL_MINTS_PER_MINUTE'>

export function mintAdmission(config: AdmissionConfig, kinds: Kinds, stock: Stock, clock: Clock): Admit {
  const whole = minuteQuota(config.POOL_MINTS_PER_MINUTE, clock.mono)
  const half = minuteQuota(Math.ceil(config.POOL_MINTS_PER_MINUTE / 2), clock.mono)
  const [forMajor, forLesser] = [[whole], [half, whole]]

  /**
   * Half of the minute's mints are kept for the kinds that any visitor may ask for and many do, so that a flood of
   * made-up or far-fetched kinds cannot push them out.
   */
  function isLesser(kind: Kind, now: number): boolean {
    return !kind.shared || kinds.share(kind, now) < MAJOR_SHARE
  }

  /** Drops a secret of the least asked-for kind, if that is asked for less than this one. */
  function makeRoom(kind: Kind, now: number): boolean {
    let weakest = kind
    for (const other of kinds.all()) {
      if (other.ready.length === 0 || (!kind.shared && other.shared)) continue
      if (other.demand.weight(now) < weakest.demand.weight(now)) weakest = other
    }
    return weakest !== kind && stock.dropOldest(weakest) && stock.hasRoom(kind)
  }

  return (kind, now) => {
    if (isFull(kind, config.POOL_MAX_PER_KEY)) return false
    const quotas = isLesser(kind, now) ? forLesser : forMajor
    // Before room is made: no secret is dropped for one that may not be minted.
    if (!quotas.every(one => one.left())) return false
    if (!stock.hasRoom(kind) && !makeRoom(kind, now)) return false
    return quotas.every(one => one.take())
  }
}

/** Whether a kind holds all that one may, ready and under way. */
export function isFull({ ready, pending }: Kind, maxPerKey: number): boolean {
  return ready.length + pending.size >= maxPerKey
}
