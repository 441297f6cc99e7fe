import { at } from '../json.ts'
import type { RealtimeEvent } from '../upstream/socket.ts'

export type DriftMode = 'restore' | 'hangup' | 'allow'

/** What to do about an event: nothing, send the session's own words and tools again, or end the call. */
export type DriftVerdict = 'none' | 'restore' | 'hangup'

export interface DriftGuard {
  /**
   * The event that makes the session tell itself: OpenAI greets nobody who joins a call, and answers each update, even one
   * that changes nothing, with a `session.updated`. undefined where changes are allowed. What was sent before counts as lost.
   */
  asking(): RealtimeEvent | undefined
  /** Judges a `session.updated`; other events are `none`. */
  judge(event: RealtimeEvent): DriftVerdict
  /** The event that puts instructions and tools back. */
  restoring(): RealtimeEvent
  /** Foreign changes so far, those before a takeover included. */
  readonly count: number
}

/** Changes that are put back; the next one ends the call. */
export const MOST_RESTORED = 3

const ASKING_ID = 'parker_ask'
const RESTORING_ID = 'parker_restore'

/**
 * Tells foreign changes of instructions and tools from our own by what they say: after our own update both are as they
 * were issued. A change is counted once, however many events show it before our answer to it is in force.
 */
export function driftGuard(instructions: string, mode: DriftMode, already: number): DriftGuard {
  const expected = fingerprint({ instructions, tools: [] })
  let count = already
  let counted: string | undefined
  let answered = false

  function asking(): RealtimeEvent | undefined {
    answered = false
    if (mode === 'allow') return undefined
    // Only the fields that are present are updated.
    return { type: 'session.update', event_id: ASKING_ID, session: { type: 'realtime' } }
  }

  function judge(event: RealtimeEvent): DriftVerdict {
    if (mode === 'allow') return 'none'
    if (isRefused(RESTORING_ID, event)) return 'hangup'
    // What the session does not tell is put right unseen.
    if (isRefused(ASKING_ID, event)) return 'restore'
    if (event.type !== 'session.updated') return 'none'
    const seen = fingerprint(event.session, instructions)
    if (seen === expected) counted = undefined
    if (seen === expected || (seen === counted && answered)) return 'none'
    if (seen !== counted) count++
    counted = seen
    answered = true
    return mode === 'hangup' || count > MOST_RESTORED ? 'hangup' : 'restore'
  }

  return {
    asking,
    judge,
    restoring: () => ({
      type: 'session.update',
      event_id: RESTORING_ID,
      session: { type: 'realtime', instructions, tools: [] },
    }),
    get count() {
      return count
    },
  }
}

/** OpenAI did not take an update of ours, and asking again would not help. */
function isRefused(eventId: string, { type, error }: RealtimeEvent): boolean {
  return type === 'error' && at(error, 'event_id') === eventId
}

/** Spacing aside, which OpenAI might tidy up. What an event does not tell is taken to be unchanged. */
function fingerprint(session: unknown, otherwise = ''): string {
  const { instructions = otherwise, tools = [] } = (session ?? {}) as { instructions?: unknown; tools?: unknown }
  try {
    return JSON.stringify([String(instructions).replace(/\s+/g, ' ').trim(), tools])
  } catch {
    // A page can have OpenAI echo tools that are nested too deeply to be written out: no words of ours.
    return 'unreadable'
  }
}
