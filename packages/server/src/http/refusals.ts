import { ERRORS, type ErrorType } from '../errors.ts'
import { count, names, object, type Schema, text } from './json-schema.ts'

/** Where browsers call. */
export const BROWSER = ['origin_not_allowed', 'referer_not_allowed'] as const

/** Where operators alone may. */
export const OPERATOR = ['unauthenticated', 'not_found'] as const

/** Where a JSON body is taken. */
export const JSON_BODY = ['payload_too_large', 'unsupported_media_type', 'validation_failed', 'malformed_json'] as const

/** Where OpenAI is asked for a session. */
export const UPSTREAM = [
  'upstream_rejected',
  'content_flagged',
  'model_unavailable',
  'upstream_rate_limited',
  'upstream_auth_failed',
  'upstream_unavailable',
  'upstream_invalid',
  'insufficient_quota',
  'upstream_overloaded',
  'upstream_timeout',
] as const

/** The error answers of a route, by status, for the OpenAPI document. */
export function errorReplies(types: readonly ErrorType[]): Record<number, Schema> {
  const byStatus = Map.groupBy(types, type => ERRORS[type].status)
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      { ...errorReply(group), description: group.map(type => `\`${type}\`: ${ERRORS[type].when}`).join('; ') },
    ]),
  )
}

function errorReply(types: readonly ErrorType[]): Schema {
  const error = {
    code: count('The HTTP status.'),
    type: names(types),
    message: text(),
    retry_after: count('Seconds, as in `Retry-After`.'),
    details: { type: 'object', additionalProperties: true },
    request_id: text('As in `X-Request-ID`.'),
  }
  return object({ error: object(error, ['retry_after', 'details']), detail: text('The message again.') })
}
