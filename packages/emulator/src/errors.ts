/** The body of every error OpenAI answers. Match on `code` and status: `type` varies between its own documents. */
export type ErrorBody = {
  error: { message: string; type: string; param: string | null; code: string | number | null }
}

/** An error ready to be answered. */
export type ApiError = { status: number; body: ErrorBody }

const apiError = (
  status: number,
  message: string,
  code: string | number | null,
  param: string | null = null,
  type = 'invalid_request_error',
): ApiError => ({ status, body: { error: { message, type, param, code } } })

const quoted = (values: readonly unknown[]) => values.map(value => `'${value}'`)

/** `a`, `a and b`, `a, b, and c`: the way OpenAI's messages list things. */
export const listed = (items: readonly string[], conjunction: 'and' | 'or') =>
  items.length < 3 ? items.join(` ${conjunction} `) : `${items.slice(0, -1).join(', ')}, ${conjunction} ${items.at(-1)}`

export const unknownParameter = (param: string) =>
  apiError(400, `Unknown parameter: '${param}'.`, 'unknown_parameter', param)

export const missingParameter = (param: string) =>
  apiError(400, `Missing required parameter: '${param}'.`, 'missing_required_parameter', param)

/** The message names every value that would have been taken. */
export const invalidValue = (param: string, value: unknown, supported: readonly string[]) =>
  apiError(
    400,
    `Invalid value: '${value}'. Supported values are: ${listed(quoted(supported), 'and')}.`,
    'invalid_value',
    param,
  )

/** Text and audio together were allowed by the beta and are refused since general availability. */
export const invalidModalities = (param: string, sent: readonly unknown[]) =>
  apiError(
    400,
    `Invalid modalities: [${quoted(sent).join(', ')}]. Supported combinations are: ['text'] and ['audio'].`,
    'invalid_value',
    param,
  )

export const notSupportedWithModel = (param: string, model: string) =>
  apiError(
    400,
    `Unsupported parameter: '${param}' is not supported with the '${model}' model.`,
    'unsupported_parameter',
    param,
  )

/** `expected` and `got` come with their article: "an object", "a string", "null". */
export const invalidType = (param: string, expected: string, got: string) =>
  apiError(
    400,
    `Invalid type${param && ` for '${param}'`}: expected ${expected}, but got ${got} instead.`,
    'invalid_type',
    param || null,
  )

export type NumberKind = 'integer' | 'decimal'

export const belowMinimum = (kind: NumberKind, param: string, minimum: number, got: number) =>
  apiError(
    400,
    `Invalid '${param}': ${kind} below minimum value. Expected a value >= ${minimum}, but got ${got} instead.`,
    `${kind}_below_min_value`,
    param,
  )

export const aboveMaximum = (kind: NumberKind, param: string, maximum: number, got: number) =>
  apiError(
    400,
    `Invalid '${param}': ${kind} above maximum value. Expected a value <= ${maximum}, but got ${got} instead.`,
    `${kind}_above_max_value`,
    param,
  )

export const malformedJson = apiError(
  400,
  "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library " +
    'correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)',
  null,
)

export const bodyTooLarge = apiError(413, 'The request body is too large.', null)

export const noKey = apiError(
  401,
  "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth " +
    '(i.e. Authorization: Bearer YOUR_KEY).',
  null,
)

/** OpenAI shows the first eight and the last four characters of a long key, and so does this. */
export const wrongKey = (key: string) =>
  apiError(
    401,
    `Incorrect API key provided: ${maskedKey(key)}. You can find your API key at ` +
      'https://platform.openai.com/account/api-keys.',
    'invalid_api_key',
  )

const maskedKey = (key: string) =>
  key.length < 24 ? '*'.repeat(key.length) : `${key.slice(0, 8)}${'*'.repeat(key.length - 12)}${key.slice(-4)}`

export const modelNotFound = (model: string) =>
  apiError(404, `The model \`${model}\` does not exist or you do not have access to it.`, 'model_not_found')

export const modelRetired = (model: string) =>
  apiError(
    404,
    `The model \`${model}\` has been deprecated, learn more here: https://platform.openai.com/docs/deprecations`,
    'model_not_found',
  )

export const invalidUrl = (method: string, path: string) => apiError(404, `Invalid URL (${method} ${path})`, null)

/** Recorded for a malformed offer: nothing but empty strings. */
export const invalidSdp: ApiError = { status: 400, body: { error: { message: '', type: '', param: '', code: '' } } }

/** As seen since September 2026, also by whoever comes with the client secret of the very call. */
export const callNotFound: ApiError = {
  status: 404,
  body: {
    error: {
      message: 'No session found for the provided call_id',
      type: 'invalid_request_error',
      param: '',
      code: 'call_id_not_found',
    },
  },
}

export const unsupportedContentType = (got: string, supported: readonly string[]) =>
  apiError(
    400,
    `Unsupported content type: '${got}'. Supported are: ${listed(quoted(supported), 'and')}.`,
    'unsupported_content_type',
  )

/** `GET /v1/realtime` must say what it opens, once. */
export const oneOfParameters = (names: readonly string[]) =>
  apiError(400, `Exactly one of ${listed(quoted(names), 'and')} must be given.`, 'invalid_request_error')

export const betaHeaderMissing = apiError(
  400,
  "You must provide the 'OpenAI-Beta' header to access the Realtime API. Please try again by setting the header " +
    "'OpenAI-Beta: realtime=v1'.",
  'invalid_beta',
)

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
