import { type ErrorCode, ParkerError } from './errors.ts'

/** What an error of the service (`error.type`) or of OpenAI (`error.code`, `error.type`) means for the user. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  unauthenticated: 'unauthenticated',
  ticket_invalid: 'token-invalid',
  ticket_used: 'token-invalid',
  ticket_expired: 'token-invalid',
  origin_not_allowed: 'origin-refused',
  referer_not_allowed: 'origin-refused',
  rate_limited: 'rate-limited',
  upstream_rate_limited: 'rate-limited',
  rate_limit_exceeded: 'rate-limited',
  slow_down: 'rate-limited',
  too_many_calls: 'too-many-calls',
  budget_exhausted: 'budget',
  insufficient_quota: 'budget',
  credit_balance_exhausted: 'budget',
  organization_spend_limit_exceeded: 'budget',
  project_spend_limit_exceeded: 'budget',
  organization_usage_limit_exceeded: 'budget',
  overloaded: 'overloaded',
  upstream_overloaded: 'overloaded',
  circuit_open: 'overloaded',
  draining: 'overloaded',
  auth_unavailable: 'overloaded',
  store_unavailable: 'overloaded',
  upstream_rejected: 'openai-refused',
  content_flagged: 'openai-refused',
  model_unavailable: 'openai-refused',
  model_not_found: 'openai-refused',
  validation_failed: 'bad-request',
  malformed_json: 'bad-request',
  invalid_sdp: 'bad-request',
}

/** Where the body does not tell. */
const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'openai-refused',
  401: 'token-invalid',
  403: 'openai-refused',
  404: 'service-unreachable',
  422: 'bad-request',
  429: 'rate-limited',
  502: 'overloaded',
  503: 'overloaded',
  504: 'overloaded',
}

/** Longest text of another side that is kept. */
const MAX_DETAIL = 300

/** The code for the first name that is known. */
export function codeFor(...names: unknown[]): ErrorCode | undefined {
  for (const name of names) if (typeof name === 'string' && Object.hasOwn(CODES, name)) return CODES[name]
  return undefined
}

/** An answer that is no success, as an error. The body may be anything. */
export async function refusal(response: Response): Promise<ParkerError> {
  const { status, headers } = response
  const { code, type, message, retry_after } = await errorIn(response)
  return new ParkerError(codeFor(code, type) ?? BY_STATUS[status] ?? 'service-failed', {
    retryAfter: seconds(headers.get('retry-after') ?? retry_after),
    detail: typeof message === 'string' ? message.slice(0, MAX_DETAIL) : undefined,
    requestId: headers.get('x-request-id') ?? undefined,
    status,
  })
}

async function errorIn(response: Response): Promise<Record<string, unknown>> {
  try {
    const { error } = await response.json()
    return typeof error === 'object' && error ? error : {}
  } catch {
    return {}
  }
}

function seconds(value: unknown): number | undefined {
  const number = Number(value ?? Number.NaN)
  return number >= 0 && Number.isFinite(number) ? number : undefined
}
