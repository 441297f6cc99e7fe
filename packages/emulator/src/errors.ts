/** The body of every error OpenAI answers. Match on `code` and status: `type` varies between its own documents. */
export type ErrorBody = {
  error: { message: string; type: string; param: string | null; code: string | number | null }
}

/** An error ready to be answered. */
export type ApiError = { status: number; body: ErrorBody }

/** @param param the field it is about, as OpenAI writes its path. */
export const apiError = (
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
