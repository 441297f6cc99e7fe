import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import type { CallEvents } from '../observe/call-events.ts'
import type { CallsApi } from '../upstream/calls.ts'
import { plainName } from '../upstream/scrub.ts'
import type { LiveCall } from './call.ts'
import { driftAccount } from './drift-account.ts'
import { callEndings, type Endings, type Watched } from './endings.ts'
import { usageLedger } from './ledger.ts'
import type { Meter } from './meter.ts'
import type { JoinCall } from './sideband.ts'
import type { CallStore } from './store.ts'
import { watchCall } from './watch.ts'

/** Watches over calls and ends them. */
export interface Keeper extends Pick<Endings, 'end'> {
  /** `known`: somebody has watched it before. False where we watch it already. */
  watch(call: LiveCall, known: boolean): boolean
  /** How a call stands that we watch; undefined for any other. */
  watched(id: string): LiveCall | undefined
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

export function callKeeper({ config, clock, store, api, join, meterFor, events }: KeeperParts): Keeper {
  const ours = new Map<string, Watched>()
  const placings = new Set<Promise<unknown>>()
  const endings = callEndings({ clock, store, api, events, watched: id => ours.get(id), onOver: leave })
  const { end } = endings

  function watch(call: LiveCall, known: boolean): boolean {
    // A lease of our own that has lapsed, since the store or this process stood still, may be offered to us as well.
    if (ours.has(call.id)) return false
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
    const flush = async () => (await Promise.all([ledger.flush(), drifts.flush()])).every(Boolean)
    ours.set(call.id, { watch: watching, flush })
    if (call.reason) void end(call.id, call.reason)
    return true
  }

  function leave(id: string): void {
    ours.get(id)?.watch.leave()
    ours.delete(id)
  }

  function expect(placing: Promise<unknown>): void {
    placings.add(placing)
    const done = () => void placings.delete(placing)
    placing.then(done, done)
  }

  /** A placing whose caller has gone becomes an end, so one look is not enough. */
  async function allOver(): Promise<void> {
    const underWay = () => [...placings, ...endings.underWay()]
    while (underWay().length > 0) await Promise.allSettled(underWay())
  }

  /** What is told to the store is told at once, for all calls: a round with a slow store must be shorter than a lease. */
  async function report(takingOver: boolean): Promise<void> {
    const calls = [...ours.values()].map(({ watch }) => watch.now())
    const states = await store.renew(calls, takingOver)
    await Promise.all([...ours.values()].map(({ flush }) => flush()))
    for (const [i, call] of calls.entries()) {
      if (states[i] === 'lost' && !endings.isUnderWay(call.id)) leave(call.id)
      if (states[i] === 'ending') void end(call.id, 'ended')
    }
    const missing = calls.filter((_, i) => states[i] === 'missing')
    await Promise.all(missing.map(({ id }) => tellAnew(id)))
  }

  /** As the call stands when all that it has used is booked: what was not would count again on the new receipt. */
  async function tellAnew(id: string): Promise<void> {
    const one = ours.get(id)
    if (one && (await one.flush())) await store.begin(one.watch.now())
  }

  return {
    watch,
    watched: id => ours.get(id)?.watch.now(),
    end,
    report,
    leave,
    expect,
    idsToLeave: () => [...ours.keys()].filter(id => !endings.isUnderWay(id)),
    async stop(forMs) {
      await Promise.race([allOver(), sleep(forMs)])
      endings.giveUp()
      for (const id of ours.keys()) leave(id)
    },
    get active() {
      return ours.size
    },
  }
}
