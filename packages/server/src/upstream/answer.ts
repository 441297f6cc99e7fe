import { at, parseJson } from '../json.ts'
import type { Unusable } from './attempt.ts'
import { requestedWait } from './backoff.ts'
import { type Answer, isSuccess } from './connection.ts'
import type { Form } from './forms.ts'
import { BREAKAGES, judgeStatus, obeyShouldRetry, type UpstreamError } from './outcome.ts'
import { plainId, plainName, scrub } from './scrub.ts'

/** A secret that OpenAI gave, with what is known of it. */
export interface Minted {
  /** Visible ASCII, at most 4,096 characters. */
  value: string
  /** Unix seconds, as OpenAI gave it. */
  expiresAt: number
  /** Seconds from the answer to then, by OpenAI's own clock where it told the time. Above 0. */
  lifeSeconds: number
  /** OpenAI's id for the session, where it gave one. */
  sessionId: string | undefined
  /** OpenAI's id of the mint, for its support; empty where it gave none. */
  openAiRequestId: string
}

const NO_ERROR: UpstreamError = { code: '', type: '', param: '', message: '' }

/** No secret lives longer than a day; OpenAI's longest is two hours. */
const LONGEST_LIFE_SECONDS = 86_400

/** What OpenAI's answer may quote, and must not get into the log. */
export interface Quotable {
  apiKey: string
  /** What was sent. */
  body: string
  /** Whether callers' own words are in it. */
  ownWords: boolean
}

/** What an answer is judged by, besides itself. */
export interface Asked extends Quotable {
  form: Form
}

/**
 * Treats OpenAI's answer as hostile input: a secret must be a header-safe string that does not hold our own key, its
 * expiry a number near now; nothing of it that is logged may hold anything confidential. Never throws.
 */
export function readAnswer(answer: Answer, asked: Asked, now: number): Minted | Unusable {
  if (!isSuccess(answer.status)) return readRefusal(answer, asked, now)
  const { value, expiresAt, sessionId } = asked.form.claims(parseJson(answer.body))
  const nonsense = (oddity: string): Unusable => ({
    failure: BREAKAGES.invalid,
    openAiRequestId: requestIdOf(answer, asked),
    error: NO_ERROR,
    oddity,
  })
  if (typeof value !== 'string' || !/^[\x21-\x7e]{1,4096}$/.test(value)) return nonsense('no usable secret')
  if (value.includes(asked.apiKey)) return nonsense('the secret holds our own key')
  const lifeSeconds = typeof expiresAt === 'number' ? expiresAt - answeredAt(answer, now) / 1000 : Number.NaN
  if (!(lifeSeconds > 0 && lifeSeconds <= LONGEST_LIFE_SECONDS)) return nonsense('no sane expiry')
  return {
    value,
    expiresAt: Math.floor(Number(expiresAt)),
    lifeSeconds,
    sessionId: plainId(sessionId, [...confidentialOf(asked), value]) || undefined,
    openAiRequestId: requestIdOf(answer, asked, [value]),
  }
}

/** OpenAI's id of the request, for its support; empty where it gave none that is safe to log. */
export function requestIdOf(answer: Answer, asked: Quotable, secrets: string[] = []): string {
  return plainId(answer.headers['x-request-id'], [...confidentialOf(asked), ...secrets])
}

/** What no id may quote. Our own instructions hold no word to hide, and to search them costs at every mint. */
export function confidentialOf({ apiKey, body, ownWords }: Quotable): string[] {
  return ownWords ? [apiKey, body] : [apiKey]
}

/** Judges an answer that is not a success. Never throws. */
export function readRefusal(answer: Answer, asked: Quotable, now: number): Unusable {
  const error = readError(at(parseJson(answer.body), 'error'), asked)
  const judged = obeyShouldRetry(judgeStatus(answer.status, error), single(answer.headers['x-should-retry']))
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

/** When OpenAI answered: by its own clock, so that a wrong one here does not make its secrets look dead. */
function answeredAt({ headers }: Answer, now: number): number {
  const told = Date.parse(single(headers.date) ?? '')
  return Number.isNaN(told) ? now : told
}

function single(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}
