import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** Requests that are read in one turn of the event loop. */
export interface Pace {
  /** So many in a turn are a rush, and end the reading in that turn. */
  rush: number
  /** While sockets wait, so many are read in a turn. */
  inRush: number
}

/**
 * A rush is some five milliseconds of work. Holding a socket is work too, so fewer are better left alone. In a rush less at
 * once is better: what is at work stays in the processor's caches.
 */
const PACE: Pace = { rush: 128, inRush: 24 }

/** What waits unread. */
export interface Backpressure {
  /** Connections that are held back now. */
  readonly held: number
}

/**
 * Leaves the requests of a rush in their sockets, which are read in turn. There they cost nothing. Read all at once, they
 * would take the places of `MAX_IN_FLIGHT` before one answer of OpenAI's could be looked at, and whatever is known of each
 * would be copied by every collection until it is done.
 */
export function backpressure(server: Server, { rush, inRush }: Pace = PACE): Backpressure {
  const reading = new Set<Socket>()
  /** Longest held first. */
  const held = new Set<Socket>()
  /** Released and not read yet: it is their turn, and whoever sends without pause may not take it from them. */
  const due = new Set<Socket>()
  let begun = 0
  let turnWillEnd = false

  function hold(): void {
    for (const socket of reading) {
      if (due.has(socket)) continue
      reading.delete(socket)
      held.add(socket)
      socket.pause()
    }
  }

  function endTurn(): void {
    begun = 0
    due.clear()
    for (const socket of held) {
      if (due.size === inRush) break
      held.delete(socket)
      due.add(socket)
      socket.resume()
    }
    turnWillEnd = due.size > 0
    if (turnWillEnd) setImmediate(endTurn)
  }

  server.on('connection', socket => {
    reading.add(socket)
    // Node itself resumes a socket too, when its request has been read; the event may come after the end.
    socket.on('resume', () => {
      held.delete(socket)
      if (!socket.destroyed) reading.add(socket)
    })
    socket.once('close', () => {
      reading.delete(socket)
      held.delete(socket)
      due.delete(socket)
    })
  })

  server.on('request', () => {
    if (!turnWillEnd) setImmediate(endTurn)
    turnWillEnd = true
    if (++begun === (held.size > 0 ? inRush : rush)) hold()
  })
  return {
    get held() {
      return held.size
    },
  }
}
