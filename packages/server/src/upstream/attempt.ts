import { errorCode } from '../error-code.ts'
import { type Answer, BrokenAnswer } from './connection.ts'
import { BREAKAGES, type Failed, type Failure, type UpstreamError } from './outcome.ts'
import type { Unusable } from './refusal.ts'

/** One attempt, as the log and the metrics see it. */
export interface AttemptReport {
  requestId: string
  outcome: 'ok' | Failure['type']
  durationMs: number
  status?: number
  /** OpenAI's own request id. */
  openAiRequestId?: string | undefined
  error?: UpstreamError | undefined
  oddity?: string | undefined
}

/** Sends once, reads and judges the answer, and reports what became of it. Throws only what is no `BrokenAnswer`. */
export type Attempt = <Success extends { openAiRequestId: string }>(
  requestId: string,
  send: () => Promise<Answer>,
  read: (answer: Answer) => Success | Unusable,
) => Promise<Success | Failed>

/** `heard` is told of each attempt, and whether OpenAI looked reachable and usable. */
export function attempts(mono: () => number, heard: (report: AttemptReport, connected: boolean) => void): Attempt {
  return async (requestId, send, read) => {
    const started = mono()
    try {
      const answer = await send()
      const reading = read(answer)
      const { failure, openAiRequestId, error, oddity }: Partial<Unusable> = reading
      const outcome = failure?.type ?? 'ok'
      const durationMs = mono() - started
      const { status } = answer
      heard({ requestId, outcome, durationMs, status, openAiRequestId, error, oddity }, !failure?.disconnected)
      return reading
    } catch (error) {
      if (!(error instanceof BrokenAnswer)) throw error
      const failure = BREAKAGES[error.breakage]
      const durationMs = mono() - started
      heard({ requestId, outcome: failure.type, durationMs, oddity: errorCode(error.cause) }, !failure.disconnected)
      return { failure, cause: error.cause }
    }
  }
}
