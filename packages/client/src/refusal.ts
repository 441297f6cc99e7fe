import { type ErrorCode, ParkerError } from './errors.ts'

/** What an error of the service (`error.type`) or of OpenAI (`error.code`, `error.type`) tells beyond its status. */
const CODES: ReadonlyMap<unknown, ErrorCode> = new Map(
  Object.entries({
    unauthenticated: 'unauthenticated',
    origin_not_allowed: 'origin-refused',
    referer_not_allowed: 'origin-refused',
    rate_limited: 'rate-limited',
    rate_limit_exceeded: 'overloaded',
    session_expired: 'session-ended',
    slow_down: 'overloaded',
    too_many_calls: 'too-many-calls',
    budget_exhausted: 'budget',
    insufficient_quota: 'budget',
    credit_balance_exhausted: 'budget',
    organization_spend_limit_exceeded: 'budget',
    project_spend_limit_exceeded: 'budget',
    organization_usage_limit_exceeded: 'budget',
    model_unavailable: 'openai-refused',
  } as const),
)

/** Where the body does not tell more. */
const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'openai-refused',
  401: 'token-invalid',
  402: 'budget',
  403: 'openai-refused',
  408: 'overloaded',
  409: 'overloaded',
  422: 'bad-request',
  429: 'overloaded',
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

/** The code for the first name that is known. Each may be anything. */
export function codeFor(name: unknown, other: unknown): ErrorCode | undefined {
  return CODES.get(name) ?? CODES.get(other)
}

/** An answer that is no success, as an error. The body may be anything. `base` is the service's, if that was asked. */
export async function refusal(response: Response, base?: string): Promise<ParkerError> {
  const { status, headers } = response
  const told = await errorIn(response)
  const { code, type, retry_after } = told
  return new ParkerError(codeFor(code, type) ?? BY_STATUS[status] ?? (base ? 'service-failed' : theirs(status)), {
    retryAfter: seconds(headers.get('retry-after') ?? retry_after),
    detail: detailOf(told) ?? (base && stranger(base, 'error')),
    requestId: headers.get('x-request-id') ?? undefined,
    status,
  })
}

const theirs = (status: number) => (status < 500 ? 'openai-refused' : 'openai-unreachable')

/** What is said of an answer that the service does not give: another server's, or a captive portal's. */
export function stranger(base: string, missing: string): string {
  return `Is ${base} the Parker service? Its answer has no ${missing}.`
}

/** The message, and a line for each field that something is wrong with. */
function detailOf({ message, details }: Told): string | undefined {
  if (typeof message !== 'string') return undefined
  const fields = Array.isArray(details?.fields) ? details.fields : []
  const reasons = fields.map(field => `${field?.path}: ${field?.message}`)
  return [message, ...reasons].join('\n').slice(0, MAX_DETAIL)
}

async function errorIn(response: Response): Promise<Told> {
  const body = await response.json().catch(() => {})
  return Object(body?.error)
}

function seconds(value: unknown): number | undefined {
  const number = Number(value ?? Number.NaN)
  return number >= 0 && number < Infinity ? number : undefined
}
