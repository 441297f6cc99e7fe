import { createHash } from 'node:crypto'
import type { Minted } from '../upstream/answer.ts'
import type { MintOrder } from '../upstream/order.ts'
import { type DemandMeter, demandMeter } from './demand.ts'

/** A secret that waits for a request, or has just been found one. */
export interface Pooled extends Minted {
  /** The request that made it. */
  mintId: string
  /** Monotonic milliseconds after which it can no longer start a session, counted from the sending of its mint. */
  endsAt: number
}

/** A pool mint under way. Unclaimed, its secret becomes ready stock; claimed, it belongs to one request. */
export interface PendingMint {
  claimed: boolean
  result: Promise<Pooled | undefined>
}

/** All that is held for one kind: for requests that would make byte for byte the same upstream request. */
export interface Kind {
  order: MintOrder
  /** Whether any visitor may ask for it. */
  shared: boolean
  demand: DemandMeter
  /** Oldest first. */
  ready: Pooled[]
  pending: Set<PendingMint>
}

/** The kinds that are being watched, bounded against floods of made-up ones. */
export interface Kinds {
  /** Counts a request; undefined for a private kind's first one, which earns no stock. */
  asked(order: MintOrder, shared: boolean, nowSeconds: number): Kind | undefined
  find(order: MintOrder): Kind | undefined
  /** The kind of a secret that is there already, watched from now on if it was not. */
  holding(order: MintOrder, nowSeconds: number): Kind
  all(): Iterable<Kind>
  /** The part of all demand that is for this kind, 0 to 1. */
  share(kind: Kind, nowSeconds: number): number
}

interface KindsOptions {
  shelfSeconds: number
  /** A private kind's second request counts as one if it comes within this time, a secret's life. */
  lifeSeconds: number
  /** Called with a kind that is no longer watched. */
  onForgotten(kind: Kind): void
}

/** A kind's history is kept for so many lives of a secret after its last request. */
const LIVES_REMEMBERED = 24
/** Watched kinds. A rush on every combination of the catalogue fits; beyond that the least asked for gives way. */
const MAX_KINDS = 1024
/** Private kinds seen once, by digest: 32 bytes each. */
const MAX_NEWCOMERS = 8192

export function watchedKinds({ shelfSeconds, lifeSeconds, onForgotten }: KindsOptions): Kinds {
  const kinds = new Map<string, Kind>()
  const newcomers = new Map<string, number>()
  // All weights fade alike, so their sum is that of one meter which notes every request.
  const everything = demandMeter(shelfSeconds, 0)

  function forget(name: string, kind: Kind): void {
    kinds.delete(name)
    onForgotten(kind)
  }

  /** Kinds stand in the order of their last request, so the quiet ones are in front. */
  function forgetQuiet(now: number): void {
    for (const [name, kind] of kinds) {
      if (kind.demand.idle(now) <= LIVES_REMEMBERED * lifeSeconds) return
      forget(name, kind)
    }
  }

  function forgetWeakest(now: number): void {
    let weakest: [string, Kind] | undefined
    for (const entry of kinds)
      if (!weakest || entry[1].demand.weight(now) < weakest[1].demand.weight(now)) weakest = entry
    if (weakest) forget(...weakest)
  }

  /** Whether a private kind was asked for before within a secret's life. */
  function isSecondRequest(name: string, now: number): boolean {
    const digest = createHash('sha256').update(name).digest('base64')
    const first = newcomers.get(digest)
    newcomers.delete(digest)
    if (first !== undefined && now - first <= lifeSeconds) return true
    const [oldest] = newcomers.keys()
    if (oldest !== undefined && newcomers.size >= MAX_NEWCOMERS) newcomers.delete(oldest)
    newcomers.set(digest, now)
    return false
  }

  function open(name: string, order: MintOrder, shared: boolean, now: number): Kind {
    if (kinds.size >= MAX_KINDS) forgetWeakest(now)
    const kind = { order, shared, demand: demandMeter(shelfSeconds, now), ready: [], pending: new Set<PendingMint>() }
    kinds.set(name, kind)
    return kind
  }

  function earned(name: string, order: MintOrder, shared: boolean, now: number): Kind | undefined {
    return shared || isSecondRequest(name, now) ? open(name, order, shared, now) : undefined
  }

  return {
    asked(order, shared, now) {
      forgetQuiet(now)
      const name = nameOf(order)
      const kind = kinds.get(name) ?? earned(name, order, shared, now)
      if (!kind) return undefined
      kinds.delete(name)
      kinds.set(name, kind)
      kind.demand.note(now)
      everything.note(now)
      return kind
    },
    find: order => kinds.get(nameOf(order)),
    holding(order, now) {
      const name = nameOf(order)
      const shared = !order.ownWords && order.safetyIdentifier === undefined
      return kinds.get(name) ?? open(name, order, shared, now)
    },
    all: () => kinds.values(),
    share: (kind, now) => kind.demand.weight(now) / everything.weight(now),
  }
}

/** Everything of the upstream request that differs between requests. */
function nameOf({ body, safetyIdentifier }: MintOrder): string {
  return safetyIdentifier === undefined ? body : `${safetyIdentifier}\n${body}`
}

/** A secret with the moment it ends, by the monotonic clock: its life as OpenAI told it, at most what was asked for. */
export function pooled(minted: Minted, mintId: string, sentAt: number, ttlSeconds: number): Pooled {
  return { ...minted, mintId, endsAt: sentAt + Math.min(ttlSeconds, minted.lifeSeconds) * 1000 }
}
