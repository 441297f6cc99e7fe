import { type ErrorCode, ParkerError } from './errors.ts'

/** What an error of the service (`error.type`) or of OpenAI (`error.code`, `error.type`) tells beyond its status. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  unauthenticated: 'unauthenticated',
  origin_not_allowed: 'origin-refused',
  referer_not_allowed: 'origin-refused',
  rate_limit_exceeded: 'rate-limited',
  session_expired: 'session-ended',
  slow_down: 'rate-limited',
  too_many_calls: 'too-many-calls',
  budget_exhausted: 'budget',
  insufficient_quota: 'budget',
  credit_balance_exhausted: 'budget',
  organization_spend_limit_exceeded: 'budget',
  project_spend_limit_exceeded: 'budget',
  organization_usage_limit_exceeded: 'budget',
  model_unavailable: 'openai-refused',
  model_not_found: 'openai-refused',
}

/** Where the body does not tell more. */
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

/** What an error says; each may be anything. */
interface Told {
  code?: unknown
  type?: unknown
  message?: unknown
  retry_after?: unknown
  details?: { fields?: unknown } | null
}

/** The code for the first name that is known. */
export function codeFor(...names: unknown[]): ErrorCode | undefined {
  for (const name of names) if (typeof name === 'string' && Object.hasOwn(CODES, name)) return CODES[name]
  return undefined
}

/** An answer that is no success, as an error. The body may be anything. */
export async function refusal(response: Response): Promise<ParkerError> {
  const { status, headers } = response
  const told = await errorIn(response)
  const { code, type, retry_after } = told
  return new ParkerError(codeFor(code, type) ?? BY_STATUS[status] ?? 'service-failed', {
    retryAfter: seconds(headers.get('retry-after') ?? retry_after),
    detail: detailOf(told),
    requestId: headers.get('x-request-id') ?? undefined,
    status,
  })
}

/** The message, and a line for each field that something is wrong with. */
function detailOf({ message, details }: Told): string | undefined {
  if (typeof message !== 'string') return undefined
  const fields = Array.isArray(details?.fields) ? details.fields : []
  const reasons = fields.map(field => `${field?.path}: ${field?.message}`)
  return [message, ...reasons].join('\n').slice(0, MAX_DETAIL)
}

async function errorIn(response: Response): Promise<Told> {
  try {
    const { error } = await response.json()
    return Object(error)
  } catch {
    return {}
  }
}

function seconds(value: unknown): number | undefined {
  const number = Number(value ?? Number.NaN)
  return number >= 0 && Number.isFinite(number) ? number : undefined
}
