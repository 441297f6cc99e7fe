import { type RealtimeEvent, type RealtimeSocket, type SocketHandlers, SocketRefused } from '../upstream/socket.ts'
import { observation } from './observation.ts'

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

const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 3000

/** The line into a call. */
type Line =
  /** Events may come in, and be answered, a moment before we know that the line is open. */
  | { state: 'joining'; early: RealtimeEvent[] }
  | { state: 'open'; socket: RealtimeSocket; closed: Promise<void> }
  | { state: 'down' }

/**
 * Stays in a call until it is over: joined at once, joined again after a drop, with waits that double. That OpenAI does
 * not know the call is believed once somebody has been in it (`known`); before, the call may just be too young.
 */
export function sideband(callId: string, known: boolean, join: JoinCall, events: SidebandEvents): Sideband {
  const leaving = new AbortController()
  const observed = observation(events.onUnobserved, () => {
    tries = 0
  })
  let line: Line = { state: 'down' }
  let wasIn = known
  let rejoins = true
  let tries = 0
  let retry: NodeJS.Timeout | undefined

  /** `lost`: a line was lost. Each call ends with that: only what comes next tells whether it was a drop. */
  function again(lost: boolean): void {
    line = { state: 'down' }
    if (!rejoins) return
    observed.lost()
    retry = setTimeout(connect, Math.min(FIRST_WAIT_MS * 2 ** tries++, LONGEST_WAIT_MS), lost)
  }

  async function connect(lost: boolean): Promise<void> {
    const joining: Line = { state: 'joining', early: [] }
    const closed = Promise.withResolvers<void>()
    line = joining
    try {
      const socket = await join(callId, handlersOf(closed.resolve), leaving.signal)
      if (line !== joining) return
      line = { state: 'open', socket, closed: closed.promise }
      for (const event of joining.early) socket.send(event)
      if (lost) events.onDropped()
      events.onJoined(wasIn || tries > 0)
      wasIn = true
      observed.found()
    } catch (error) {
      if (!rejoins) return
      if (wasIn && error instanceof SocketRefused && error.status === 404) return events.onGone()
      if (lost) events.onDropped()
      events.onDropped()
      again(false)
    }
  }

  function handlersOf(onClosed: () => void): SocketHandlers {
    return {
      onEvent(event) {
        if (!leaving.signal.aborted) events.onEvent(event)
      },
      onClose() {
        onClosed()
        again(true)
      },
    }
  }

  function stopRejoining(): void {
    rejoins = false
    clearTimeout(retry)
    observed.stop()
  }

  void connect(false)
  return {
    send(event) {
      if (line.state === 'open') line.socket.send(event)
      if (line.state === 'joining') line.early.push(event)
    },
    listening: () => line.state === 'open',
    stopRejoining,
    leave() {
      leaving.abort(new Error('left the call'))
      stopRejoining()
    },
    closed: () => (line.state === 'open' ? line.closed : Promise.resolve()),
  }
}
