import type { Service } from './service.ts'
import { type Quality, readQuality } from './stats.ts'
import type { Feedback, Summary } from './summary.ts'
import type { Timings } from './timings.ts'
import type { Token } from './wire.ts'

/** How often quality is read: what is lost at most when a call ends at once. */
const POLL_MS = 1000
/** How long a rating is waited for. */
const RATING_MS = 60_000

/** Follows a call and reports on it, once. */
export interface Reporter {
  /** The session to report on. */
  session(token: Token): void
  /** Reads the connection's quality from now until the signal. */
  follow(peer: RTCPeerConnection, signal: AbortSignal): void
  summary(): Promise<Summary>
  report(feedback?: Feedback): Promise<void>
  /** Reports now, if there was a conversation and nobody has yet. */
  flush(): void
}

export function createReporter(service: Service, timings: Timings): Reporter {
  let token: Token | undefined
  let quality: Quality | undefined
  let read = async () => {}
  let sent = false

  async function report(feedback: Feedback = {}): Promise<void> {
    if (!token || sent) return
    sent = true
    await service.report(token, { ...timings, ...quality, ...feedback })
  }

  function flush(): void {
    if (timings.connected_ms !== null) report().catch(() => {})
  }

  return {
    session(issued) {
      token = issued
    },
    follow(peer, signal) {
      read = async () => {
        if (!signal.aborted) quality = (await readQuality(peer)) ?? quality
      }
      const timer = setInterval(read, POLL_MS)
      signal.addEventListener('abort', () => {
        clearInterval(timer)
        setTimeout(flush, RATING_MS)
      })
    },
    async summary() {
      await read()
      return { ...timings, ...quality }
    },
    report,
    flush,
  }
}
