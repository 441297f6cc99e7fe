import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** Some three milliseconds of work. */
const REQUESTS_PER_TURN = 32

/**
 * Reads so many requests in a turn of the event loop and leaves further ones in their sockets, which are read in their
 * turn. There they cost nothing. Read all at once, they would take the places of `MAX_IN_FLIGHT` before one answer of
 * OpenAI's could be looked at, and whatever is known of each would be copied by every collection until it is done.
 */
export function backpressure(server: Server, perTurn = REQUESTS_PER_TURN): void {
  const reading = new Set<Socket>()
  /** Longest held first. */
  const held = new Set<Socket>()
  let begun = 0
  let turnWillEnd = false

  function hold(): void {
    for (const socket of reading) {
      held.add(socket)
      socket.pause()
    }
    reading.clear()
  }

  function endTurn(): void {
    begun = 0
    let released = 0
    for (const socket of held) {
      if (released++ === perTurn) break
      held.delete(socket)
      socket.resume()
    }
    turnWillEnd = held.size > 0
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
    })
  })

  server.on('request', () => {
    if (!turnWillEnd) setImmediate(endTurn)
    turnWillEnd = true
    if (++begun === perTurn) hold()
  })
}
