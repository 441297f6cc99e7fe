/** One row of the error table. */
interface ErrorRow {
  /** HTTP status of the answer. */
  status: number
  /** What the caller reads, unless the thrower has a better sentence. */
  message: string
  /** When it happens, for the generated docs. */
  when: string
}

/** Every error the service can answer with. The README's table and the OpenAPI document are generated from it. */
export const ERRORS = {
  upstream_rejected: {
    status: 400,
    message: 'OpenAI refused this session as asked. Try other instructions, another model or another voice.',
    when: 'OpenAI answered 400 or 422',
  },
  malformed_request: {
    status: 400,
    message: 'This is not a well-formed HTTP request, or its method is unknown.',
    when: 'the HTTP message itself cannot be read, or its method is unknown',
  },
  unauthenticated: {
    status: 401,
    message: 'A valid bearer token is required.',
    when: 'the JWT, the operator token or the report key is missing or not valid',
  },
  ticket_used: {
    status: 401,
    message: 'This was used before; it works once.',
    when: 'unified calls: the ticket has been spent; or a second report on one session',
  },
  ticket_expired: {
    status: 401,
    message: 'This has expired.',
    when: 'unified calls: the ticket is older than `TOKEN_TTL_SECONDS`; or a report long after its session can have ended',
  },
  ticket_invalid: {
    status: 401,
    message: 'This ticket is not known. Ask for a new one.',
    when: 'unified calls: no ticket, or one that this service does not know (any more)',
  },
  origin_not_allowed: {
    status: 403,
    message: 'Origin not allowed',
    when: '`Origin` is not in `ALLOWED_ORIGINS`, or is missing on a POST with `REQUIRE_ORIGIN=true`; or that of a preflight is not in `CORS_ORIGINS`',
  },
  referer_not_allowed: {
    status: 403,
    message: 'Referer not allowed',
    when: 'the origin of `Referer` is not in `ALLOWED_ORIGINS`',
  },
  content_flagged: {
    status: 403,
    message: "OpenAI's moderation refused this session. Change the instructions or the context.",
    when: 'OpenAI answered 403 with a moderation code',
  },
  not_found: {
    status: 404,
    message: 'There is nothing at this address.',
    when: 'unknown path, or a feature that is off',
  },
  method_not_allowed: {
    status: 405,
    message: 'This address does not take this method. See the Allow header.',
    when: 'known path, wrong method; `Allow` lists the right ones',
  },
  request_timeout: {
    status: 408,
    message: 'The request took too long to arrive.',
    when: 'headers or body did not arrive in time',
  },
  payload_too_large: {
    status: 413,
    message: 'The body is too large: at most 65536 bytes.',
    when: 'body over 64 KiB',
  },
  unsupported_media_type: {
    status: 415,
    message: 'Send the body as application/json.',
    when: 'a body of another content type than JSON, or a compressed one; unified calls: an offer that is not `application/sdp`',
  },
  validation_failed: {
    status: 422,
    message: 'Some fields are not valid.',
    when: 'unknown field, wrong type, unknown name; `details.fields` lists each',
  },
  invalid_sdp: {
    status: 422,
    message: 'The body is not an SDP offer with audio.',
    when: 'unified calls: the body is no SDP offer for a voice call',
  },
  malformed_json: { status: 422, message: 'The body is not valid JSON.', when: 'the body cannot be parsed' },
  model_unavailable: {
    status: 422,
    message: 'OpenAI does not serve this model to this account. Ask for another model.',
    when: 'OpenAI answered 404 `model_not_found`',
  },
  rate_limited: {
    status: 429,
    message: 'Rate limit exceeded. Please try again later.',
    when: 'over `RATE_LIMIT_PER_MINUTE`, a turn that did not come within `UPSTREAM_DEADLINE_MS`, or too many bad JWTs or report keys',
  },
  budget_exhausted: {
    status: 429,
    message: 'The limit for today is used up. Please try again tomorrow.',
    when: '`RATE_LIMIT_PER_DAY`, `RATE_LIMIT_GLOBAL_PER_DAY`, `DAILY_USD_BUDGET` or `CLIENT_DAILY_USD` is used up',
  },
  too_many_calls: {
    status: 429,
    message: 'You are in as many calls as one may be. End one, or try again shortly.',
    when: 'unified calls: `MAX_CALLS_PER_CLIENT` calls of this client are under way',
  },
  upstream_rate_limited: {
    status: 429,
    message: 'OpenAI asks for a slower pace. Please try again shortly.',
    when: 'OpenAI answered 429 for pace, also after retries',
  },
  headers_too_large: {
    status: 431,
    message: 'The request headers are too large.',
    when: 'headers over 16 KiB',
  },
  upstream_auth_failed: {
    status: 500,
    message: 'The service is misconfigured. Please tell its operator.',
    when: "the server's key is bad: OpenAI answered 401, or 403 without a moderation code",
  },
  internal: { status: 500, message: 'Something went wrong on our side.', when: 'anything unforeseen' },
  upstream_unavailable: {
    status: 502,
    message: 'OpenAI failed or could not be reached. Please try again.',
    when: "OpenAI's 5xx, 409 or connection errors, after retries",
  },
  upstream_invalid: {
    status: 502,
    message: 'OpenAI gave an answer that makes no sense. Please try again.',
    when: 'an answer without a usable secret, or any other status',
  },
  circuit_open: {
    status: 503,
    message: 'OpenAI is failing; waiting before it is tried again.',
    when: '`CIRCUIT_FAILURE_THRESHOLD` attempts in a row have failed',
  },
  overloaded: {
    status: 503,
    message: 'The service is at its limit. Please try again shortly.',
    when: '`MAX_IN_FLIGHT` requests to OpenAI or `MAX_CALLS` calls are under way, the process itself cannot keep up, there is no room for another ticket, three voice tests run, or too many watch the monitor',
  },
  insufficient_quota: {
    status: 503,
    message: 'The service has run out of credit. Please tell its operator.',
    when: "OpenAI's 402, or its 429 for money",
  },
  upstream_overloaded: {
    status: 503,
    message: 'OpenAI is overloaded. Please try again shortly.',
    when: 'OpenAI answered 503, also after retries',
  },
  auth_unavailable: {
    status: 503,
    message: 'Sign-in cannot be checked right now. Please try again shortly.',
    when: '`AUTH_JWKS_URL` cannot be reached and no key is cached',
  },
  store_unavailable: {
    status: 503,
    message: 'Calls cannot be placed right now. Please try again shortly.',
    when: 'unified calls: `REDIS_URL` is set, and Redis does not answer or refuses',
  },
  draining: {
    status: 503,
    message: 'The service is shutting down.',
    when: '`GET /readyz` and `GET /v1/voice/events` from SIGTERM on',
  },
  upstream_timeout: {
    status: 504,
    message: 'OpenAI did not answer in time. Please try again.',
    when: "OpenAI's 408, or no answer within `UPSTREAM_TIMEOUT_MS` and `UPSTREAM_DEADLINE_MS`",
  },
} as const satisfies Record<string, ErrorRow>

export type ErrorType = keyof typeof ERRORS

interface ErrorExtras {
  /** Replaces the row's message. Must hold nothing secret and nothing of another caller. */
  message?: string
  /** Seconds, at least 1; sent as `Retry-After` and `retry_after`. */
  retryAfter?: number
  /** Sent as `error.details`. */
  details?: Record<string, unknown>
  /** Further answer headers, such as `Allow`. */
  headers?: Record<string, string>
  /** For the log only. */
  cause?: unknown
}

/** The one error that the HTTP layer knows how to answer; anything else becomes `internal`. */
export class ServiceError extends Error {
  readonly type: ErrorType
  readonly extras: ErrorExtras

  constructor(type: ErrorType, extras: ErrorExtras = {}) {
    const depth = Error.stackTraceLimit
    // It is an answer, not a fault: nobody reads where it was made, and finding that out is a good part of its cost.
    Error.stackTraceLimit = 0
    super(extras.message ?? ERRORS[type].message, { cause: extras.cause })
    Error.stackTraceLimit = depth
    this.type = type
    this.extras = extras
  }
}

/**
 * A refusal that says which limit it was, unless that is not for callers to know, and when it ends: `resetsIn` milliseconds
 * from `now`, milliseconds since 1970.
 */
export function limitReached(
  type: ErrorType,
  { limit, resetsIn }: { limit?: number; resetsIn: number },
  now: number,
  cause?: unknown,
): ServiceError {
  const reset_time = new Date(now + resetsIn).toISOString().replace(/\.\d+Z$/, 'Z')
  const details = { limit, remaining: 0, reset_time }
  return new ServiceError(type, { retryAfter: retryAfterSeconds(resetsIn), details, cause })
}

/** Whole seconds for `Retry-After`: rounded up, at least 1. */
export function retryAfterSeconds(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 1000))
}

/** The JSON text of an error answer. */
export function errorBody(error: ServiceError, requestId: string): string {
  const { retryAfter, details } = error.extras
  return JSON.stringify({
    error: {
      code: ERRORS[error.type].status,
      type: error.type,
      message: error.message,
      ...(retryAfter === undefined ? {} : { retry_after: retryAfter }),
      ...(details === undefined ? {} : { details }),
      request_id: requestId,
    },
    detail: error.message,
  })
}
