import type { CallEvents } from '../observe/call-events.ts'
import type { Keeper } from './keeper.ts'
import { isStoreAway, LEASE_MS, type Leases } from './store.ts'

/** Keeps calls from being left alone, across instances. */
export interface Tending {
  /** From now on no calls are taken over: this instance is about to end. */
  drain(): void
  /** Leaves our calls to another instance or, where there is none, ends them within `graceMs`. */
  stop(graceMs: number): Promise<void>
}

const REPORT_MS = LEASE_MS / 4
/** Until the store was first reached: an instance that others do not know of yet cannot be left calls, milliseconds. */
const FIRST_RETRY_MS = 100

/** A living instance takes over what is left to it within one round of its reports, milliseconds. */
const HEIR_MS = REPORT_MS + 500
/** Between looks, milliseconds. */
const LOOK_MS = 100
/** A call that was taken over is joined within this time; until then we go on listening, milliseconds. */
const JOINED_MS = 500
/** Kept for hanging up what nobody has taken, milliseconds. */
const LAST_HANG_UPS_MS = 500
/** However short the grace: what it takes to leave calls to others or to hang them up at all, milliseconds. */
const LEAST_GRACE_MS = 500

/** Reports on our calls, and takes over those that nobody reports on any more, four times in a lease. */
export function tendCalls(store: Leases, keeper: Keeper, events: CallEvents, mono: () => number): Tending {
  let draining = false
  let stopped = false
  let known = false
  let timer: NodeJS.Timeout | undefined
  let round = Promise.resolve()

  async function takeOver(): Promise<void> {
    for (const call of await store.takeOver()) {
      try {
        if (keeper.watch(call, true)) events.takenOver(call.id)
      } catch (error) {
        // It is ours by now, and would run without limits. The others are not to suffer for it.
        events.takeOverFailed(call.id, error)
        void keeper.end(call.id, 'unobserved')
      }
    }
  }

  /** The store being away is no fault: our own calls go on by our own clock. */
  function tellFault(error: unknown): void {
    if (!isStoreAway(error)) events.tendingFailed(error)
  }

  /** The pace counts from beginning to beginning: a store that takes its time takes none of the lease's. */
  async function tend(): Promise<void> {
    const begunAt = mono()
    try {
      await keeper.report(!draining)
      known = true
      if (!draining) await takeOver()
    } catch (error) {
      tellFault(error)
    }
    const nextAt = begunAt + (known ? REPORT_MS : FIRST_RETRY_MS)
    if (!stopped) timer = setTimeout(begin, Math.max(0, nextAt - mono()))
  }

  function begin(): void {
    round = tend()
  }

  /** What the work gives, or `otherwise` where it fails or is not done at `untilMs`. */
  async function by<T>(untilMs: number, work: Promise<T>, otherwise: T): Promise<T> {
    const late = Promise.withResolvers<T>()
    const timer = setTimeout(late.resolve, Math.max(0, untilMs - mono()), otherwise)
    return await Promise.race([work.catch(() => otherwise), late.promise]).finally(() => clearTimeout(timer))
  }

  /** Resolves when the store was told how our calls stand, or at `untilMs`. */
  async function reportBy(untilMs: number): Promise<void> {
    await by(untilMs, keeper.report(false).catch(tellFault), undefined)
  }

  /** Calls that were left to an instance which is ending too are found in the last look. */
  async function endAll(untilMs: number): Promise<void> {
    await by(untilMs, takeOver().catch(tellFault), undefined)
    await reportBy(untilMs)
    for (const id of keeper.idsToLeave()) void keeper.end(id, 'shutdown')
  }

  /** What a call uses until its heir has joined is ours to write down. */
  async function leaveToHeirs(ids: readonly string[], untilMs: number): Promise<void> {
    await sleep(Math.max(0, Math.min(JOINED_MS, untilMs - LAST_HANG_UPS_MS - mono())))
    await reportBy(untilMs)
    for (const id of ids) keeper.leave(id)
    if (ids.length > 0) events.handedOver(ids.length)
  }

  /** An instance that was killed a moment ago looks alive, and takes nothing. */
  async function haveHeirs(ids: readonly string[], untilMs: number): Promise<boolean> {
    const lookUntil = mono() + HEIR_MS
    // With less time one could only guess.
    if (lookUntil > untilMs) return true
    while (mono() < lookUntil) {
      if (!(await by(lookUntil, store.unclaimed(ids), true))) return true
      await sleep(LOOK_MS)
    }
    return false
  }

  begin()
  return {
    drain() {
      draining = true
    },
    async stop(graceMs) {
      const leftMs = Math.max(graceMs, LEAST_GRACE_MS)
      const until = mono() + leftMs
      // However slow the store is, what it has not answered by then is hung up.
      const hangUpAt = mono() + Math.max(leftMs / 2, leftMs - LAST_HANG_UPS_MS)
      stopped = true
      draining = true
      await by(hangUpAt, round, undefined)
      clearTimeout(timer)
      // What the store does not know of, since it was away when the call began or has forgotten all, cannot be handed over.
      await reportBy(hangUpAt)
      const ids = keeper.idsToLeave()
      const left = await by(hangUpAt, store.handOver(ids), false)
      if (left && (await haveHeirs(ids, hangUpAt))) await leaveToHeirs(ids, until)
      else await endAll(hangUpAt)
      await keeper.stop(Math.max(0, until - mono()))
    },
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds))
}

/** For an instance that shares its calls with nobody: they end with it. */
export function endCallsAtTheEnd(keeper: Keeper): Tending {
  return {
    drain() {},
    async stop(graceMs) {
      for (const id of keeper.idsToLeave()) void keeper.end(id, 'shutdown')
      await keeper.stop(graceMs)
    },
  }
}
