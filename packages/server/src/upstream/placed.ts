import { type Answer, headerOf, isSuccess } from './connection.ts'
import { BREAKAGES } from './outcome.ts'
import { confidentialOf, type Quotable, readRefusal, requestIdOf, type Unusable } from './refusal.ts'
import { plainId } from './scrub.ts'

/** A call that OpenAI has taken. */
export interface Placed {
  /** OpenAI's id, `rtc_…`. */
  id: string
  /** The SDP answer for the browser. */
  sdp: string
  /** OpenAI's id of the request, for its support; empty where it gave none. */
  openAiRequestId: string
}

/** An answer to an offer that no browser can use. */
export interface NotPlaced extends Unusable {
  /** A call that OpenAI has taken all the same. */
  orphan?: string
}

/**
 * Treats the answer as hostile input: a call without a usable id cannot be hung up; one without SDP, or
 * with our own key in it, cannot be used and is an orphan to be hung up.
 */
export function readPlaced(answer: Answer, asked: Quotable, now: number): Placed | NotPlaced {
  if (!isSuccess(answer.status)) return readRefusal(answer, asked, now)
  const openAiRequestId = requestIdOf(answer, asked)
  const id = callIdOf(answer, asked)
  if (id === undefined) return { failure: BREAKAGES.invalid, openAiRequestId }
  const usable = /^v=0\r?\n/.test(answer.body) && !answer.body.includes(asked.apiKey)
  if (!usable) return { failure: BREAKAGES.invalid, openAiRequestId, orphan: id }
  return { id, sdp: answer.body, openAiRequestId }
}

/** `Location: /v1/realtime/calls/rtc_…`, relative or absolute. The id is logged and handed on, so it must quote nothing. */
export function callIdOf(answer: Pick<Answer, 'headers'>, asked: Quotable): string | undefined {
  const location = headerOf(answer, 'location') ?? ''
  return plainId(/\/realtime\/calls\/([^/]+)$/.exec(location)?.[1], confidentialOf(asked)) || undefined
}
