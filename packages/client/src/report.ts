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
  /** The call is tried: when the signal ends it, a report goes out, whether it came about or not. */
  expect(signal: AbortSignal): void
  /** Reads statistics from now until the signal, and tells if they are poor. */
  follow(peer: RTCPeerConnection, signal: AbortSignal, poor: () => void): void
  summary(): Promise<Summary>
  /** Whether this is what was reported: not without a session, nor when a report had gone out. */
  report(feedback?: Feedback): Promise<boolean>
}

export function createReporter(service: Service, stopwatch: Stopwatch, state: () => CallState): Reporter {
  let token: Token | undefined
  let stats: CallStats | undefined
  let seconds: number | undefined
  let read = async () => {}
  let sent: Promise<void> | undefined
  /** Nobody waits for the page to be left any more. */
  const done = new AbortController()

  const summaryNow = () => summarize(state(), stopwatch.timings, seconds ?? stopwatch.talkSeconds(), stats)

  async function report(feedback?: Feedback): Promise<boolean> {
    if (!token) return false
    const first = !sent
    sent ??= service.report(token, { ...summaryNow(), ...feedback })
    try {
      await sent
      done.abort()
      return first
    } catch (error) {
      sent = undefined
      throw error
    }
  }
  const flush = () => {
    done.abort()
    report().catch(() => {})
  }

  return {
    session(issued) {
      token = issued
    },
    expect(signal) {
      signal.addEventListener('abort', () => {
        seconds = stopwatch.talkSeconds()
        const now = state()
        if (now.name === 'ended' && now.reason === 'page-left') return flush()
        addEventListener('pagehide', flush, { signal: done.signal })
        setTimeout(flush, RATING_MS)
      })
    },
    follow(peer, signal, poor) {
      const judge = createLossWatch(poor)
      read = async () => {
        if (signal.aborted) return
        stats = (await readStats(peer)) ?? stats
        if (stats) judge(stats)
      }
      const timer = setInterval(read, POLL_MS)
      signal.addEventListener('abort', () => clearInterval(timer))
    },
    async summary() {
      await read()
      return summaryNow()
    },
    report,
  }
}
