import { setTimeout as sleep } from 'node:timers/promises'
import { LONGEST_SESSION_SECONDS } from '../catalogue/openai-limits.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import type { CallEvents } from '../observe/call-events.ts'
import type { CallsApi } from '../upstream/calls.ts'
import { plainName } from '../upstream/scrub.ts'
import type { EndReason, LiveCall } from './call.ts'
import { driftAccount } from './drift-account.ts'
import { endOf, endWithoutReceipt } from './end.ts'
import { hangUpUntilItHolds } from './hang-up.ts'
import { usageLedger } from './ledger.ts'
import type { Meter } from './meter.ts'
import type { JoinCall } from './sideband.ts'
import type { CallStore } from './store.ts'
import { type Watch, watchCall } from './watch.ts'

/** Watches over calls and ends them. */
export interface Keeper {
  /** `known`: somebody has watched it before. */
  watch(call: LiveCall, known: boolean): void
  /** Ends a call, whoever watches it, unless its end is under way. Resolves when it is over and its account closed; never rejects. */
  end(id: string, reason: EndReason): Promise<void>
  /** Reports on our calls to the store, and acts on how they stand. */
  report(takingOver: boolean): Promise<void>
  /** Calls of ours that are not being ended. */
  idsToLeave(): string[]
  /** Lets go of a call, which goes on. */
  leave(id: string): void
  /** A call that is being placed: whoever stops waits for what becomes of it. */
  expect(placing: Promise<unknown>): void
  /** Resolves when all placings and ends under way are over, or after `forMs`, when they are given up. */
  stop(forMs: number): Promise<void>
  readonly active: number
}

export interface KeeperParts {
  config: Config
  clock: Clock
  store: CallStore
  api: CallsApi
  join: JoinCall
  meterFor: (model: string) => Meter
  events: CallEvents
}

interface Ours {
  watch: Watch
  /** Resolves when the store was told what it has not been told yet. */
  flush(): Promise<unknown>
  /** It is hung up, and only its account is open. */
  over: boolean
}

/** OpenAI ends a call by itself then; to try for longer is pointless, milliseconds. */
const LONGEST_CALL_MS = LONGEST_SESSION_SECONDS * 1000
/** How long the last events of a call are waited for after its hang-up, milliseconds. */
const LAST_EVENTS_MS = 500
/** Between tries to reach the store, milliseconds. */
const STORE_RETRY_MS = 1000

export function callKeeper({ config, clock, store, api, join, meterFor, events }: KeeperParts): Keeper {
  const ours = new Map<string, Ours>()
  const endings = new Map<string, { reason: EndReason; over: Promise<void> }>()
  const placings = new Set<Promise<unknown>>()
  const stopping = new AbortController()

  function watch(call: LiveCall, known: boolean): void {
    // A lease of our own that has lapsed, since the store or this process stood still, may be offered to us as well.
    if (ours.has(call.id)) return
    const missed = (what: string) => (cause: unknown) => events.storeMissed({ callId: call.id }, what, cause)
    const ledger = usageLedger(entry => store.addUsage(call, entry), missed('usage'))
    const drifts = driftAccount(() => store.noteDrifts(call.id, watching.now().drifts), missed('drift'))
    const meter = meterFor(call.session.model.served)
    const watching = watchCall(
      call,
      { config, clock, join, meter, known },
      {
        onUsage: ledger.add,
        onDrift(action) {
          events.drifted(call.id, action)
          drifts.changed()
        },
        onDropped: () => events.sidebandDropped(call.id),
        onFault({ type }, cause) {
          const { instructions } = call.session
          events.watchFailed(call.id, plainName(type, instructions), cause, instructions)
        },
        onEnd: reason => void end(call.id, reason),
      },
    )
    const flush = () => Promise.all([ledger.flush(), drifts.flush()])
    ours.set(call.id, { watch: watching, flush, over: false })
    if (call.reason) void end(call.id, call.reason)
  }

  function leave(id: string): void {
    ours.get(id)?.watch.leave()
    ours.delete(id)
  }

  function end(id: string, reason: EndReason): Promise<void> {
    const underWay = endings.get(id)
    if (underWay) return underWay.over
    const over = carryOut(id, reason).finally(() => endings.delete(id))
    endings.set(id, { reason, over })
    return over
  }

  function expect(placing: Promise<unknown>): void {
    placings.add(placing)
    const settled = () => void placings.delete(placing)
    placing.then(settled, settled)
  }

  /** A placing whose caller has gone becomes an end, so one look is not enough. */
  async function allOver(): Promise<void> {
    const underWay = () => [...placings, ...[...endings.values()].map(({ over }) => over)]
    while (placings.size + endings.size > 0) await Promise.allSettled(underWay())
  }

  async function carryOut(id: string, reason: EndReason): Promise<void> {
    ours.get(id)?.watch.settle()
    await store.beginEnd(id, reason).catch(cause => events.storeMissed({ callId: id }, 'reason', cause))
    const failed = () => events.hangUpFailed(id)
    const call = ours.get(id)
    const holds = await hangUpUntilItHolds(() => api.hangUp(id), LONGEST_CALL_MS, clock.mono, failed, stopping.signal)
    if (call) call.over = holds
    await Promise.race([call?.watch.closed() ?? sleep(LAST_EVENTS_MS), sleep(LAST_EVENTS_MS)])
    await call?.flush()
    if (!stopping.signal.aborted) await settle(id, reason)
    leave(id)
  }

  /** Closes the account. The store may be away: it is asked again until it answers or we stop. */
  async function settle(id: string, reason: EndReason): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await ours.get(id)?.flush()
        await recordIfMissing(id, reason)
        // Once more: a store that has forgotten everything may have been told of the call meanwhile, without the reason.
        await store.beginEnd(id, reason)
        const receipt = await store.finish(id)
        if (receipt && !stopping.signal.aborted) events.callEnded(endOf(receipt))
        return
      } catch (cause) {
        events.storeMissed({ callId: id }, 'end', cause)
        await sleep(STORE_RETRY_MS, undefined, { signal: stopping.signal }).catch(() => {})
      }
    }
  }

  /** The last chance to tell of an end: the store was away until we stop. */
  function tellUnsettled({ watch, over }: Ours, reason: EndReason): void {
    if (over) events.callEnded(endWithoutReceipt({ ...watch.now(), reason }, clock.now()))
  }

  /** A store that has forgotten everything must not make a call end without a trace. */
  async function recordIfMissing(id: string, reason: EndReason): Promise<void> {
    const call = ours.get(id)?.watch.now()
    if (call && !(await store.receipt(id))) await store.begin({ ...call, reason })
  }

  async function report(takingOver: boolean): Promise<void> {
    const calls = [...ours.values()].map(({ watch }) => watch.now())
    const states = await store.renew(calls, takingOver)
    await Promise.all([...ours.values()].map(({ flush }) => flush()))
    for (const [i, call] of calls.entries()) {
      if (states[i] === 'missing') await store.begin(call)
      if (states[i] === 'lost' && !endings.has(call.id)) leave(call.id)
      if (states[i] === 'ending') void end(call.id, 'ended')
    }
  }

  return {
    watch,
    end,
    report,
    leave,
    expect,
    idsToLeave: () => [...ours.keys()].filter(id => !endings.has(id)),
    async stop(forMs) {
      await Promise.race([allOver(), sleep(forMs)])
      stopping.abort()
      for (const [id, { reason }] of endings) {
        const call = ours.get(id)
        if (call) tellUnsettled(call, reason)
      }
      for (const id of ours.keys()) leave(id)
    },
    get active() {
      return ours.size
    },
  }
}
