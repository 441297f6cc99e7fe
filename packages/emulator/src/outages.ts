import { type ApiError, apiError, wrongKey } from './errors.ts'

const serverFailure = 'The server had an error while processing your request. Sorry about that!'
const quota = 'insufficient_quota'

/**
 * What OpenAI answers when it, the account or the network in front of it fails: the first row of a status is its
 * default. Codes are those of OpenAI's error guide as of November 2026; the 502 and 504 bodies come from the CDN and
 * carry a number for a code.
 */
export const outages: readonly ApiError[] = [
  apiError(400, "Unknown parameter: 'session.temperature'.", 'unknown_parameter', 'session.temperature'),
  apiError(400, "Invalid value: 'nova'.", 'invalid_value', 'session.audio.output.voice'),
  apiError(400, "Missing required parameter: 'session.type'.", 'missing_required_parameter', 'session.type'),
  wrongKey('sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'),
  apiError(401, 'Your IP address is not authorized to use this API key.', 'ip_not_authorized'),
  apiError(
    403,
    'Country, region, or territory not supported',
    'unsupported_country_region_territory',
    null,
    'request_forbidden',
  ),
  apiError(403, 'You have insufficient permissions for this operation.', 'missing_scope'),
  apiError(403, 'This request violates our usage policies.', 'content_policy_violation'),
  apiError(404, 'The model `gpt-realtime-2.1` does not exist or you do not have access to it.', 'model_not_found'),
  apiError(408, 'Request timed out.', null, null, 'server_error'),
  apiError(409, 'The resource was changed by another request.', null),
  apiError(429, 'Rate limit reached for requests.', 'rate_limit_exceeded', null, 'rate_limit_error'),
  apiError(429, 'Please slow down your requests.', 'slow_down', null, 'rate_limit_error'),
  apiError(429, 'You exceeded your current quota, please check your plan and billing details.', quota, null, quota),
  apiError(429, 'Your credit balance is exhausted.', 'credit_balance_exhausted', null, quota),
  apiError(429, 'Your organization reached its spend limit.', 'organization_spend_limit_exceeded', null, quota),
  apiError(429, 'Your project reached its spend limit.', 'project_spend_limit_exceeded', null, quota),
  apiError(429, 'Your organization reached its usage limit.', 'organization_usage_limit_exceeded', null, quota),
  apiError(500, serverFailure, null, null, 'server_error'),
  apiError(502, 'Bad gateway.', 502, null, 'cf_bad_gateway'),
  apiError(
    503,
    'Our servers are currently overloaded. Please try again later.',
    'server_is_overloaded',
    null,
    'service_unavailable_error',
  ),
  apiError(504, 'Gateway timeout.', 504, null, 'cf_gateway_timeout'),
]

/** @returns the default error of a status; statuses OpenAI is not known to use get a body of the usual shape. */
export const outageOf = (status: number): ApiError =>
  outages.find(row => row.status === status) ??
  apiError(status, serverFailure, null, null, status < 500 ? 'invalid_request_error' : 'server_error')
