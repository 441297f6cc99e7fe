import { parseJson } from '../json.ts'
import { type Answer, headerOf, isSuccess } from './connection.ts'
import type { Form } from './forms.ts'
import { BREAKAGES, type UpstreamError } from './outcome.ts'
import { confidentialOf, type Quotable, readRefusal, requestIdOf, type Unusable } from './refusal.ts'
import { plainId } from './scrub.ts'

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

/** What an answer is judged by, besides itself. */
interface Asked extends Quotable {
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

/** When OpenAI answered: by its own clock, so that a wrong one here does not make its secrets look dead. */
function answeredAt(answer: Answer, now: number): number {
  const told = Date.parse(headerOf(answer, 'date') ?? '')
  return Number.isNaN(told) ? now : told
}
