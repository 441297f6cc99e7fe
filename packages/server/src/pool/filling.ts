import type { Clock } from '../clock.ts'
import { type AdmissionConfig, mintAdmission } from './admission.ts'
import type { Kind, Kinds, PendingMint } from './kinds.ts'
import type { Minting } from './minting.ts'
import { type Demand, stockFor } from './sizing.ts'
import type { Stock } from './stock.ts'

/** Brings a kind's stock up to its demand: starts a pool mint for each secret that it lacks and may have. */
export type Fill = (kind: Kind) => void

/** A kind that any visitor may ask for starts with two spares, any other with one. */
const SPARES = { shared: 2, private: 1 }

export function stockFilling(
  config: AdmissionConfig,
  kinds: Kinds,
  stock: Stock,
  minting: Minting,
  clock: Clock,
): Fill {
  const admit = mintAdmission(config, kinds, stock, clock)

  function demandFor({ shared, demand }: Kind, now: number): Demand {
    const spares = shared ? SPARES.shared : SPARES.private
    return { rate: demand.rate(now), mintSeconds: minting.seconds, expectedUses: demand.expectedUses(now), spares }
  }

  function start(kind: Kind): void {
    stock.hold(kind)
    const pending: PendingMint = { claimed: false, result: minting.mint(kind.order) }
    kind.pending.add(pending)
    pending.result.then(secret => {
      kind.pending.delete(pending)
      if (pending.claimed || !secret) return stock.release(kind)
      kind.ready.push(secret)
      if (kinds.find(kind.order) !== kind) stock.dropAll(kind)
    })
  }

  return kind => {
    const now = clock.mono() / 1000
    stock.dropAged(kind)
    const target = stockFor(demandFor(kind, now), config.POOL_MAX_PER_KEY)
    while (kind.ready.length + unclaimed(kind) < target && minting.isAllowed() && admit(kind, now)) start(kind)
  }
}

/** Pool mints under way that no request has claimed. */
export function unclaimed(kind: Kind): number {
  let count = 0
  for (const pending of kind.pending) if (!pending.claimed) count++
  return count
}
