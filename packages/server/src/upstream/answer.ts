import { requestedWait } from './backoff.ts'
import type { Answer } from './connection.ts'
import type { Form } from './forms.ts'
import { BREAKAGES, type Failure, judgeStatus, obeyShouldRetry, type UpstreamError } from './outcome.ts'
import { plainIdentifier } from './scrub.ts'

/** A secret that OpenAI gave, with what is known of it. */
export interface Minted {
  /** Visible ASCII, at most 4,096 characters. */
  value: string
  /** Unix seconds, as OpenAI gave it. */
  expiresAt: number
  /** OpenAI's id for the session, where it gave one. */
  sessionId: string | undefined
  /** OpenAI's id of the mint, for its support; empty where it gave none. */
  openAiRequestId: string
}

/** An answer, believed or judged. */
export type Reading = { minted: Minted } | { failure: Failure; error: UpstreamError; oddity?: string }

const NO_ERROR: UpstreamError = { code: '', type: '', param: '', message: '' }

/** A secret that expired longer ago than this, or lives longer than a day, has no sane expiry; clocks differ a little. */
const EXPIRED_TOLERANCE_SECONDS = 300
const LONGEST_LIFE_SECONDS = 86_400

/**
 * Treats OpenAI's answer as hostile input: a secret must be a header-safe string that does not hold our own key, its
 * expiry a number near now. Never throws.
 */
export function readAnswer(answer: Answer, form: Form, apiKey: string, now: number): Reading {
  const parsed = parse(answer.body)
  if (answer.status < 200 || answer.status > 299) return refusal(answer, parsed, now)
  const { value, expiresAt, sessionId } = form.claims(parsed)
  const nonsense = (oddity: string): Reading => ({ failure: BREAKAGES.invalid, error: NO_ERROR, oddity })
  if (typeof value !== 'string' || !/^[\x21-\x7e]{1,4096}$/.test(value)) return nonsense('no usable secret')
  if (value.includes(apiKey)) return nonsense('the secret holds our own key')
  if (typeof expiresAt !== 'number' || !isSaneExpiry(expiresAt, now / 1000)) return nonsense('no sane expiry')
  return {
    minted: {
      value,
      expiresAt: Math.floor(expiresAt),
      sessionId: plainSessionId(sessionId, apiKey),
      openAiRequestId: plainIdentifier(answer.headers['x-request-id']),
    },
  }
}

function refusal(answer: Answer, parsed: unknown, now: number): Reading {
  const error = readError(parsed)
  const judged = obeyShouldRetry(judgeStatus(answer.status, error), single(answer.headers['x-should-retry']))
  const retryAfterMs = requestedWait(answer.headers, now)
  return { failure: retryAfterMs === undefined ? judged : { ...judged, retryAfterMs }, error }
}

function readError(parsed: unknown): UpstreamError {
  const error = isObject(parsed) && isObject(parsed.error) ? parsed.error : {}
  return {
    code: plainIdentifier(error.code),
    type: plainIdentifier(error.type),
    param: plainIdentifier(error.param),
    message: typeof error.message === 'string' ? error.message : '',
  }
}

function isSaneExpiry(expiresAt: number, nowSeconds: number): boolean {
  return expiresAt > nowSeconds - EXPIRED_TOLERANCE_SECONDS && expiresAt < nowSeconds + LONGEST_LIFE_SECONDS
}

function plainSessionId(value: unknown, apiKey: string): string | undefined {
  const id = plainIdentifier(value)
  return id === '' || id.includes(apiKey) ? undefined : id
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function single(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}
