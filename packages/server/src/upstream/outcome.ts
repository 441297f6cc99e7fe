import { type ErrorType, retryAfterSeconds, ServiceError } from '../errors.ts'

/** Why an attempt failed, once judged. */
export interface Failure {
  type: ErrorType
  /** Whether another attempt may help. */
  retryable: boolean
  /** Whether it counts for the circuit breaker. */
  counts: boolean
  /** Whether OpenAI looks unreachable or unusable: what `/healthz` reports. */
  disconnected: boolean
  /** How long OpenAI asks to wait, milliseconds. */
  retryAfterMs?: number
}

/** An attempt that failed. */
export interface Failed {
  failure: Failure
  /** For the log only. */
  cause?: unknown
}

/** The ways in which an attempt can end without a status. */
export type Breakage = 'network' | 'timeout' | 'invalid'

const row = (type: ErrorType, marks: { retryable?: true; counts?: true; disconnected?: true } = {}): Failure => ({
  type,
  retryable: marks.retryable ?? false,
  counts: marks.counts ?? false,
  disconnected: marks.disconnected ?? false,
})

const PASSING = { retryable: true, counts: true } as const

export const BREAKAGES: Record<Breakage, Failure> = {
  network: row('upstream_unavailable', { ...PASSING, disconnected: true }),
  timeout: row('upstream_timeout', { ...PASSING, disconnected: true }),
  invalid: row('upstream_invalid'),
}

const MONEY = row('insufficient_quota')

const BY_STATUS: Record<number, Failure> = {
  400: row('upstream_rejected'),
  401: row('upstream_auth_failed', { counts: true, disconnected: true }),
  402: MONEY,
  403: row('upstream_auth_failed', { counts: true }),
  408: BREAKAGES.timeout,
  409: row('upstream_unavailable', { retryable: true }),
  422: row('upstream_rejected'),
  429: row('upstream_rate_limited', PASSING),
  503: row('upstream_overloaded', { ...PASSING, disconnected: true }),
}

const SERVER_ERROR = row('upstream_unavailable', { ...PASSING, disconnected: true })

/** 429 codes that mean money; the three beside `insufficient_quota` appeared in 2026 (OpenAI's error-code guide). */
const MONEY_CODES = new Set([
  'insufficient_quota',
  'credit_balance_exhausted',
  'organization_spend_limit_exceeded',
  'project_spend_limit_exceeded',
  'organization_usage_limit_exceeded',
  'billing_hard_limit_reached',
  'billing_not_active',
])

const isModeration = (code: string) => /^(content_policy_violation|content_filter|moderation_.*)$/.test(code)

/** OpenAI's error object, as far as it can be believed: short identifiers only. */
export interface UpstreamError {
  code: string
  type: string
  param: string
  /** Free text of OpenAI's; may quote the request, so it is scrubbed before it is logged and never answered. */
  message: string
}

/** Judges an answer that is not a success. */
export function judgeStatus(status: number, error: Pick<UpstreamError, 'code' | 'type'>): Failure {
  if (status === 403 && isModeration(error.code)) return row('content_flagged')
  if (status === 404) return row(error.code === 'model_not_found' ? 'model_unavailable' : 'upstream_invalid')
  if (status === 429 && (MONEY_CODES.has(error.code) || MONEY_CODES.has(error.type))) return MONEY
  return BY_STATUS[status] ?? (status >= 500 && status <= 599 ? SERVER_ERROR : BREAKAGES.invalid)
}

/** Obeys `x-should-retry`, except that asking again never mends a lack of money or a broken answer. */
export function obeyShouldRetry(failure: Failure, header: string | undefined): Failure {
  if (header === 'false') return { ...failure, retryable: false }
  if (header === 'true' && failure.type !== 'insufficient_quota') return { ...failure, retryable: true }
  return failure
}

/** Waits longer than this are not passed on: nobody should be told to come back next month. */
const LONGEST_RETRY_AFTER_MS = 3_600_000

const DEFAULT_RETRY_AFTER_MS: Partial<Record<Failure['type'], number>> = {
  upstream_rate_limited: 5000,
  upstream_overloaded: 5000,
  insufficient_quota: 60_000,
}

/** What the caller is told of a failure. */
export function asServiceError({ type, retryAfterMs }: Failure, cause: unknown): ServiceError {
  const wait = retryAfterMs ?? DEFAULT_RETRY_AFTER_MS[type]
  return new ServiceError(type, {
    cause,
    ...(wait === undefined ? {} : { retryAfter: retryAfterSeconds(Math.min(wait, LONGEST_RETRY_AFTER_MS)) }),
  })
}
