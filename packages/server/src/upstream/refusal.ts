import { at, parseJson } from '../json.ts'
import { requestedWait } from './backoff.ts'
import { type Answer, headerOf } from './connection.ts'
import { type Failed, judgeStatus, obeyShouldRetry, type UpstreamError } from './outcome.ts'
import { plainId, plainName, scrub } from './scrub.ts'

/** What OpenAI's answer may quote, and must not get into the log. */
export interface Quotable {
  apiKey: string
  /** What was sent. */
  body: string
  /** Whether callers' own words are in it. */
  ownWords: boolean
}

/** An answer of no use, judged. */
export interface Unusable extends Failed {
  /** OpenAI's id of the request, for its support; empty where it gave none. */
  openAiRequestId: string
  error?: UpstreamError
  oddity?: string
}

/** Judges an answer that is not a success. Never throws. */
export function readRefusal(answer: Answer, asked: Quotable, now: number): Unusable {
  const error = readError(at(parseJson(answer.body), 'error'), asked)
  const judged = obeyShouldRetry(judgeStatus(answer.status, error), headerOf(answer, 'x-should-retry'))
  const retryAfterMs = requestedWait(answer.headers, now)
  const failure = retryAfterMs === undefined ? judged : { ...judged, retryAfterMs }
  return { failure, openAiRequestId: requestIdOf(answer, asked), error }
}

/** OpenAI's free text is kept only where it cannot quote a caller: short quotes survive any scrubbing. */
function readError(error: unknown, { apiKey, body, ownWords }: Quotable): UpstreamError {
  const said = at(error, 'message')
  const message = typeof said === 'string' && !ownWords ? scrub(said, [apiKey, body]) : ''
  const name = (field: string) => {
    const value = at(error, field)
    return value === apiKey ? '' : plainName(value, body)
  }
  return { code: name('code'), type: name('type'), param: name('param'), message }
}

/** OpenAI's id of the request, for its support; empty where it gave none that is safe to log. */
export function requestIdOf(answer: Answer, asked: Quotable, secrets: string[] = []): string {
  return plainId(headerOf(answer, 'x-request-id'), [...confidentialOf(asked), ...secrets])
}

/** What no id may quote. Our own instructions hold no word to hide, and to search them costs at every mint. */
export function confidentialOf({ apiKey, body, ownWords }: Quotable): string[] {
  return ownWords ? [apiKey, body] : [apiKey]
}
