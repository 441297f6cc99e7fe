import type { ServiceError } from '../../errors.ts'
import { asServiceError, judgeStatus } from '../../upstream/outcome.ts'
import { errorNames } from '../../upstream/scrub.ts'

/** The HTTP status that OpenAI would have answered with, for codes that come in events; others count as its failure. */
const STATUS_OF: Record<string, number> = {
  invalid_api_key: 401,
  insufficient_quota: 429,
  rate_limit_exceeded: 429,
  model_not_found: 404,
  invalid_value: 400,
  unknown_parameter: 400,
  missing_required_parameter: 400,
  content_policy_violation: 403,
  content_filter: 403,
  server_is_overloaded: 503,
}

/** An error inside an event, believed no further than its names. */
export function eventError(error: unknown): ServiceError {
  const named = errorNames(error)
  const status = STATUS_OF[named.code] ?? (named.type === 'invalid_request_error' ? 400 : 500)
  return asServiceError(judgeStatus(status, named), undefined)
}
