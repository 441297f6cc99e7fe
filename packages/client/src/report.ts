import { createLossWatch } from './loss.ts'
import type { Service } from './service.ts'
import type { CallState } from './state.ts'
import { type CallStats, readStats } from './stats.ts'
import { type Feedback, type Summary, summarize } from './summary.ts'
import type { Stopwatch } from './timings.ts'
import type { Token } from './wire.ts'

/** How often statistics are read: what is missing at most when a call ends at once. */
const POLL_MS = 1000
/** How long a rating is waited for after the call. */
const RATING_MS = 60_000

/** Follows a call and reports on it, once. */
export interface Reporter {
  /** The session to report on. */
  session(token: Token): void
  /** Reads statistics from now until the signal, tells if they are poor, and sees to it that a report goes out. */
  follow(peer: RTCPeerConnection, signal: AbortSignal, poor: () => void): void
  summary(): Promise<Summary>
  report(feedback?: Feedback): Promise<void>
}

export function createReporter(service: Service, stopwatch: Stopwatch, state: () => CallState): Reporter {
  let token: Token | undefined
  let stats: CallStats | undefined
  let seconds: number | undefined
  let read = async () => {}
  let sent = false

  const summaryNow = () => summarize(state(), stopwatch.timings, seconds ?? stopwatch.talkSeconds(), stats)

  async function report(feedback?: Feedback): Promise<void> {
    if (!token || sent) return
    sent = true
    await service.report(token, { ...summaryNow(), ...feedback })
  }
  const flush = () => report().catch(() => {})

  return {
    session(issued) {
      token = issued
    },
    follow(peer, signal, poor) {
      const judge = createLossWatch(poor)
      read = async () => {
        if (signal.aborted) return
        stats = (await readStats(peer)) ?? stats
        if (stats) judge(stats)
      }
      const timer = setInterval(read, POLL_MS)
      signal.addEventListener('abort', () => {
        seconds = stopwatch.talkSeconds()
        clearInterval(timer)
        setTimeout(flush, RATING_MS)
      })
      addEventListener('pagehide', flush)
    },
    async summary() {
      await read()
      return summaryNow()
    },
    report,
  }
}
