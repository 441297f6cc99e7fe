import type { FastifyError, FastifyInstance } from 'fastify'
import { ERRORS, type ErrorType, errorBody, ServiceError } from '../errors.ts'
import { pathOf, type Reply, type Request } from './facts.ts'
import { validationError } from './validation.ts'

/** What Fastify's own errors mean to a caller. */
const FRAMEWORK_ERRORS: Record<string, ErrorType> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'malformed_request',
}

/** Everything thrown anywhere lands here and leaves in one shape. */
export function errorAnswers(app: FastifyInstance): void {
  app.setErrorHandler(answerError)
}

/** Answers an error, and notes it for the log. */
function answerError(thrown: unknown, request: Request, reply: Reply): Reply {
  const error = asServiceError(thrown)
  request.facts.errorType = error.type
  request.facts.cause = error.extras.cause
  const { retryAfter, headers } = error.extras
  if (retryAfter !== undefined) reply.header('Retry-After', String(retryAfter))
  if (headers) reply.headers(headers)
  reply.code(ERRORS[error.type].status).header('Content-Type', 'application/json; charset=utf-8')
  return reply.send(errorBody(error, request.id))
}

function asServiceError(thrown: unknown): ServiceError {
  if (thrown instanceof ServiceError) return thrown
  const { code, validation } = (thrown ?? {}) as Partial<FastifyError>
  if (validation) return validationError(validation)
  const known = code === undefined ? undefined : FRAMEWORK_ERRORS[code]
  return known ? new ServiceError(known) : new ServiceError('internal', { cause: thrown })
}

/** Unknown paths, and known ones under a method they do not take. Register it before the routes: it listens to them. */
export function unknownAddresses(app: FastifyInstance): void {
  const methods = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method }) => {
    const known = methods.get(url) ?? new Set()
    methods.set(url, known)
    for (const one of [method].flat()) known.add(one)
  })
  app.setNotFoundHandler(request => {
    const allowed = methods.get(pathOf(request.url))
    if (!allowed) throw new ServiceError('not_found')
    throw new ServiceError('method_not_allowed', { headers: { Allow: [...allowed].join(', ') } })
  })
}
