import type { SentEvent } from './server-events.ts'

/**
 * The official browser SDK forgets what arrives together with the first `session.updated` (measured with
 * agents-realtime 0.20.0), so events after one wait this long, in milliseconds.
 */
const GAP_MS = 30

/** Sends in order, with a pause after each `session.updated`. */
export const createOutbox = (send: (event: SentEvent) => void) => {
  const waiting: SentEvent[] = []
  let paused = false

  const drain = () => {
    paused = false
    while (waiting.length > 0 && !paused) sendNow(waiting.shift() as SentEvent)
  }
  const sendNow = (event: SentEvent) => {
    send(event)
    if (event.type !== 'session.updated') return
    paused = true
    setTimeout(drain, GAP_MS).unref()
  }
  return (event: SentEvent) => {
    if (paused) waiting.push(event)
    else sendNow(event)
  }
}
