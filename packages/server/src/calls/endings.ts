import { setTimeout as sleep } from 'node:timers/promises'
import { LONGEST_SESSION_SECONDS } from '../catalogue/openai-limits.ts'
import type { Clock } from '../clock.ts'
import type { CallEvents } from '../observe/call-events.ts'
import type { CallsApi } from '../upstream/calls.ts'
import type { EndReason } from './call.ts'
import { endOf, endWithoutReceipt } from './end.ts'
import { hangUpUntilItHolds } from './hang-up.ts'
import type { CallStore } from './store.ts'
import type { Watch } from './watch.ts'

/** Hangs calls up and closes their accounts. */
export interface Endings {
  /** Ends a call, whoever watches it, unless its end is under way. Resolves when it is over and its account closed; never rejects. */
  end(id: string, reason: EndReason): Promise<void>
  isUnderWay(id: string): boolean
  underWay(): Promise<void>[]
  /** Ends no more, and tells what it leaves: calls that are hung up with open accounts, and calls that go on. */
  giveUp(): void
}

/** A call that this instance watches. */
export interface Watched {
  watch: Watch
  /** Resolves when it was tried to tell the store what it has not been told yet: whether it knows all by now. */
  flush(): Promise<boolean>
}

interface EndingsParts {
  clock: Clock
  store: CallStore
  api: CallsApi
  events: CallEvents
  watched(id: string): Watched | undefined
  /** The call is over. */
  onOver(id: string): void
}

interface Ending {
  /** Ours, until the store has answered which one holds. */
  reason: EndReason
  /** The hang-up holds; only the account is open. */
  hungUp: boolean
  /** How long the call had lasted then, milliseconds, if we watched it. */
  lastedMs: number | undefined
  over: Promise<void>
}

/** OpenAI ends a call by itself then; to try for longer is pointless, milliseconds. */
const LONGEST_CALL_MS = LONGEST_SESSION_SECONDS * 1000
/** A store that answers at all has the reason by then, before the hang-up makes others look why; milliseconds. */
const NOTED_MS = 200
/** How long the last events of a call are waited for after its hang-up, milliseconds. */
const LAST_EVENTS_MS = 500
/** Between tries to reach the store, milliseconds. */
const STORE_RETRY_MS = 1000

export function callEndings({ clock, store, api, events, watched, onOver }: EndingsParts): Endings {
  const endings = new Map<string, Ending>()
  const givingUp = new AbortController()
  const { signal } = givingUp

  async function carryOut(id: string, ending: Ending): Promise<void> {
    watched(id)?.watch.stopEnforcing()
    const noted = noteReason(id, ending).catch(cause => events.storeMissed({ callId: id }, 'reason', cause))
    // No call goes on because the store takes its time.
    await Promise.race([noted, sleep(NOTED_MS)])
    const call = watched(id)
    ending.hungUp = await hangUpUntilItHolds({
      hangUp: () => api.hangUp(id),
      onFailure: () => events.hangUpFailed(id),
      forMs: LONGEST_CALL_MS,
      mono: clock.mono,
      signal,
    })
    if (ending.hungUp) ending.lastedMs = call?.watch.now().ageMs
    await Promise.race([call?.watch.closed() ?? sleep(LAST_EVENTS_MS), sleep(LAST_EVENTS_MS)])
    await noted
    if (!signal.aborted) await closeAccount(id, ending)
    onOver(id)
  }

  async function noteReason(id: string, ending: Ending): Promise<void> {
    ending.reason = await store.beginEnd(id, ending.reason)
  }

  /** The store may be away: it is asked again until it answers or we give up. */
  async function closeAccount(id: string, ending: Ending): Promise<void> {
    while (!signal.aborted) {
      try {
        if (await closed(id, ending)) return
      } catch (cause) {
        events.storeMissed({ callId: id }, 'end', cause)
      }
      await sleep(STORE_RETRY_MS, undefined, { signal }).catch(() => {})
    }
  }

  /** False where something that was used is still to be booked: what comes after the end is on no receipt. */
  async function closed(id: string, ending: Ending): Promise<boolean> {
    if ((await watched(id)?.flush()) === false) return false
    await recordIfMissing(id, ending.reason)
    // Once more: a store that has forgotten everything may have been told of the call meanwhile, without the reason.
    await noteReason(id, ending)
    const receipt = await store.finish(id)
    // Where there is nobody else, `giveUp` has told of it.
    if (receipt && (store.shared || !signal.aborted)) events.callEnded(endOf(receipt))
    return true
  }

  /** A store that has forgotten everything must not make a call end without a trace. */
  async function recordIfMissing(id: string, reason: EndReason): Promise<void> {
    const call = watched(id)?.watch.now()
    if (call && !(await store.receipt(id))) await store.begin({ ...call, reason })
  }

  return {
    end(id, reason) {
      const underWay = endings.get(id)
      if (underWay) return underWay.over
      const ending: Ending = { reason, hungUp: false, lastedMs: undefined, over: Promise.resolve() }
      endings.set(id, ending)
      ending.over = carryOut(id, ending).finally(() => endings.delete(id))
      return ending.over
    },
    isUnderWay: id => endings.has(id),
    underWay: () => [...endings.values()].map(({ over }) => over),
    giveUp() {
      givingUp.abort()
      for (const [id, { reason, hungUp, lastedMs }] of endings) {
        const call = watched(id)?.watch.now()
        const end = call && endWithoutReceipt({ ...call, ageMs: lastedMs ?? call.ageMs, reason })
        if (!hungUp) events.hangUpGivenUp(id)
        // Whoever takes the call over tells of its end.
        else if (store.shared) events.accountLeftOpen(id, reason, end)
        else if (end) events.callEnded(end)
      }
    },
  }
}
