import { type RealtimeEvent, type RealtimeSocket, type SocketHandlers, SocketRefused } from '../upstream/socket.ts'

/** Joins a call's events; rejects with `SocketRefused` where OpenAI does not let us. */
export type JoinCall = (callId: string, handlers: SocketHandlers, signal: AbortSignal) => Promise<RealtimeSocket>

export interface SidebandEvents {
  onEvent(event: RealtimeEvent): void
  /** We are in. `late` where something may have happened before that we did not see. */
  onJoined(late: boolean): void
  /** A line into a call that goes on was lost or did not come about, and is tried again. */
  onDropped(): void
  /** OpenAI no longer knows the call. */
  onGone(): void
  /** The call could not be watched for `UNOBSERVED_MS`. */
  onUnobserved(): void
}

/** A server's ear and voice in a call. */
export interface Sideband {
  /** Sends a client event; lost while the line is down, but not while it is opening. */
  send(event: RealtimeEvent): void
  /** Whether the call's events reach us now. */
  listening(): boolean
  /** The call is being ended: a line that is lost from now on is not joined again. */
  stopRejoining(): void
  /** Leaves the call, which goes on. */
  leave(): void
  /** Resolves when the line that is open now has closed; at once if none is. */
  closed(): Promise<void>
}

/** A call that nobody has watched for so long is hung up, milliseconds. */
export const UNOBSERVED_MS = 30_000
/** A line that has held for so long counts as one, milliseconds. */
const STEADY_MS = 1000
const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 3000

/**
 * Stays in a call until it is over: joined at once, joined again after a drop, with waits that double. That OpenAI does
 * not know the call is believed once somebody has been in it (`known`); before, the call may just be too young.
 */
export function sideband(callId: string, known: boolean, join: JoinCall, events: SidebandEvents): Sideband {
  const leaving = new AbortController()
  let socket: RealtimeSocket | undefined
  let lineClosed = Promise.resolve()
  let wasIn = known
  let rejoins = true
  let tries = 0
  /** A line was lost. Each call ends with that: only what comes next tells whether it was a drop. */
  let lost = false
  /** Events may come in, and be answered, a moment before we know that the line is open. */
  let early: RealtimeEvent[] = []
  let retry: NodeJS.Timeout | undefined
  let steady: NodeJS.Timeout | undefined
  let blind: NodeJS.Timeout | undefined

  function again(): void {
    clearTimeout(steady)
    if (!rejoins || leaving.signal.aborted) return
    blind ??= setTimeout(events.onUnobserved, UNOBSERVED_MS)
    retry = setTimeout(connect, Math.min(FIRST_WAIT_MS * 2 ** tries++, LONGEST_WAIT_MS))
  }

  function dropped(): void {
    lost = false
    events.onDropped()
  }

  function joined(): void {
    if (lost) dropped()
    events.onJoined(wasIn || tries > 0)
    wasIn = true
    steady = setTimeout(() => {
      tries = 0
      clearTimeout(blind)
      blind = undefined
    }, STEADY_MS)
  }

  async function connect(): Promise<void> {
    let over = false
    early = []
    const line = Promise.withResolvers<void>()
    const handlers: SocketHandlers = {
      onEvent: event => {
        if (!leaving.signal.aborted) events.onEvent(event)
      },
      onClose() {
        over = true
        socket = undefined
        line.resolve()
        lost = true
        again()
      },
    }
    try {
      const opened = await join(callId, handlers, leaving.signal)
      if (over) return
      socket = opened
      lineClosed = line.promise
      for (const event of early) opened.send(event)
      joined()
    } catch (error) {
      if (!rejoins || leaving.signal.aborted) return
      if (wasIn && error instanceof SocketRefused && error.status === 404) return events.onGone()
      if (lost) dropped()
      dropped()
      again()
    }
  }

  blind = setTimeout(events.onUnobserved, UNOBSERVED_MS)
  void connect()
  return {
    send(event) {
      if (socket) socket.send(event)
      else early.push(event)
    },
    listening: () => socket !== undefined,
    stopRejoining() {
      rejoins = false
      for (const timer of [retry, blind]) clearTimeout(timer)
    },
    leave() {
      leaving.abort(new Error('left the call'))
      for (const timer of [retry, steady, blind]) clearTimeout(timer)
    },
    closed: () => lineClosed,
  }
}
