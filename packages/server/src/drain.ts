import type { Server } from 'node:http'
import { Server as NetServer, type Socket } from 'node:net'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'

/** How long an idle connection is kept for the request that may be on its way, milliseconds. */
const LINGER_MS = 500
const SWEEP_MS = 50

/**
 * The connections that have not sent anything yet, such as a browser's spare ones. Node does not count them as idle, so
 * without this each would hold up the end.
 */
export function unusedConnections(server: Server): ReadonlySet<Socket> {
  const unused = new Set<Socket>()
  const used = (socket: Socket) => unused.delete(socket)
  server.on('connection', socket => {
    unused.add(socket)
    socket.once('close', () => used(socket))
  })
  server.on('request', ({ socket }) => used(socket))
  return unused
}

/** Connections that Node takes for idle, and is wrong. */
export interface Connections {
  unused: ReadonlySet<Socket>
  /** Held back with their requests unread. */
  pressure: { readonly held: number }
}

/**
 * Stops listening without losing a request: what has reached us is answered, each answer telling its client to close.
 * Idle connections get a moment more, since a request may be on the wire; in a rush, after the last of it. Resolves when all are closed, or after
 * `graceMs`, when the rest are cut.
 */
export async function drain(server: Server, connections: Connections, graceMs: number): Promise<void> {
  await acceptWaiting(server)
  const closed = new Promise<void>(resolve => server.once('close', resolve))
  // http.Server's own close() cuts idle connections at once; net.Server's only stops listening.
  NetServer.prototype.close.call(server)
  const cut = setTimeout(() => server.closeAllConnections(), graceMs)
  const sweep = sweepIdle(server, connections)
  await closed
  clearTimeout(cut)
  sweep.abort()
  // The server is closed before a socket that was cut says so itself: its request is still to be logged.
  for (let turn = 0; turn < 2; turn++) await nextTurn()
}

/** Turns of the event loop that are waited at most for the kernel's queue to empty. */
const MOST_TURNS = 1000

/** Takes the connections that the kernel has completed and we have not: closing the listener would reset them. */
async function acceptWaiting(server: Server): Promise<void> {
  let accepted = 0
  const count = () => accepted++
  server.on('connection', count)
  for (let turn = 0, quiet = 0; turn < MOST_TURNS && quiet < 2; turn++) {
    const before = accepted
    await nextTurn()
    quiet = accepted === before ? quiet + 1 : 0
  }
  server.off('connection', count)
}

function sweepIdle(server: Server, { unused, pressure }: Connections): AbortController {
  const stop = new AbortController()
  const run = async () => {
    for (let calmMs = 0; ; ) {
      await sleep(SWEEP_MS, undefined, stop)
      calmMs = pressure.held > 0 ? 0 : calmMs + SWEEP_MS
      if (calmMs < LINGER_MS) continue
      server.closeIdleConnections()
      for (const socket of unused) if (socket.bytesRead === 0) socket.destroy()
    }
  }
  run().catch(() => {})
  return stop
}
