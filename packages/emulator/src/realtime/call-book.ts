import type { Engine } from './engine.ts'
import type { Ending } from './links.ts'

/** A call, while it runs and afterwards. */
export type CallRecord = {
  /** `rtc_…`, as in `Location`. */
  readonly id: string
  /** What stood in `OpenAI-Safety-Identifier`, of the call or of the mint behind its secret. */
  readonly safetyIdentifier: string | null
  /** Which form asked for it. */
  readonly form: 'secret' | 'unified'
  /** As it is now, or was at its end. */
  readonly session: Engine['session']
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly endedAt: number | null
  /** Why it ended; null while it runs. */
  readonly ended: Ending | null
  /** Does as the browser would: sends an event of this kind over the data channel. */
  fromBrowser(event: object): void
  /** Lets the human speak for so many milliseconds, then be silent for a second and a half; all at once. */
  speak(ms: number): void
  /** Goes away as a closed tab does. */
  leave(): void
}

/** A request to hang up and the status that answered it. */
export type Hangup = { callId: string; status: number }

type Entry = { engine: Engine; record: CallRecord }

export type CallBook = {
  /** The last 1000 calls, oldest first. */
  readonly calls: CallRecord[]
  /** The last 1000 requests to hang up, oldest first. */
  readonly hangups: Hangup[]
  /** One that has ended already is only kept. */
  open(entry: Entry): void
  /** A call that has not ended. */
  find(callId: string): Engine | undefined
  close(callId: string): void
  noteHangup(hangup: Hangup): void
  /** Also those that are opened later. */
  endAll(): void
}

const MAX_KEPT = 1000

const keep = <T>(list: T[], one: T) => {
  list.push(one)
  if (list.length > MAX_KEPT) list.shift()
}

export const createCallBook = (): CallBook => {
  const running = new Map<string, Engine>()
  let closed = false
  const calls: CallRecord[] = []
  const hangups: Hangup[] = []
  return {
    calls,
    hangups,
    open: ({ engine, record }) => {
      keep(calls, record)
      if (record.ended === null) running.set(record.id, engine)
      if (closed) engine.end('closed')
    },
    find: callId => running.get(callId),
    close: callId => void running.delete(callId),
    noteHangup: hangup => keep(hangups, hangup),
    endAll: () => {
      closed = true
      for (const engine of running.values()) engine.end('closed')
    },
  }
}
