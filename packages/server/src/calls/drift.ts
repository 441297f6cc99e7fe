import { at } from '../json.ts'
import type { RealtimeEvent } from '../upstream/socket.ts'

export type DriftMode = 'restore' | 'hangup' | 'allow'

/** What to do about an event: nothing, send the session's own words and tools again, or end the call. */
export type DriftVerdict = 'none' | 'restore' | 'hangup'

export interface DriftGuard {
  /** Judges a `session.updated`; other events are `none`. */
  judge(event: RealtimeEvent): DriftVerdict
  /** The event that puts instructions and tools back. */
  restoring(): RealtimeEvent
  /** Foreign changes so far, those before a takeover included. */
  readonly count: number
}

/** Changes that are put back; the next one ends the call. */
export const MOST_RESTORED = 3

const EVENT_ID = 'parker_restore'

/**
 * Tells foreign changes of instructions and tools from our own by what they say: after our own update both are as they
 * were issued. A change is counted once, however many events show it before our answer to it is in force.
 */
export function driftGuard(instructions: string, mode: DriftMode, already: number): DriftGuard {
  const expected = fingerprint({ instructions, tools: [] })
  let count = already
  let answered: string | undefined

  function judge(event: RealtimeEvent): DriftVerdict {
    if (mode === 'allow') return 'none'
    if (isRefusedRestore(event)) return 'hangup'
    if (event.type !== 'session.updated') return 'none'
    const seen = fingerprint(event.session, instructions)
    if (seen === expected) answered = undefined
    if (seen === expected || seen === answered) return 'none'
    answered = seen
    count++
    return mode === 'hangup' || count > MOST_RESTORED ? 'hangup' : 'restore'
  }

  return {
    judge,
    restoring: () => ({
      type: 'session.update',
      event_id: EVENT_ID,
      session: { type: 'realtime', instructions, tools: [] },
    }),
    get count() {
      return count
    },
  }
}

/** OpenAI did not take our update: the session stays changed, and asking again would not help. */
function isRefusedRestore({ type, error }: RealtimeEvent): boolean {
  return type === 'error' && at(error, 'event_id') === EVENT_ID
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
