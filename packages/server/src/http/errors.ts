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
  if (error.type === 'payload_too_large') letTheRestCome(request, reply)
  reply.code(ERRORS[error.type].status).header('Content-Type', 'application/json; charset=utf-8')
  return reply.send(errorBody(error, request.id))
}

/** How much of a refused body is read and thrown away, so that its sender gets to see the refusal. */
const MOST_DISCARDED_BYTES = 1_048_576

/** Fastify would close at once, which a client that is still sending sees as a broken connection. */
function letTheRestCome({ raw, headers }: Request, reply: Reply): void {
  const declared = headers['content-length']
  if (declared !== undefined && Number(declared) > MOST_DISCARDED_BYTES) return
  reply.removeHeader('connection')
  let discarded = 0
  raw.on('data', chunk => {
    discarded += chunk.length
    if (discarded > MOST_DISCARDED_BYTES) raw.destroy()
  })
}

function asServiceError(thrown: unknown): ServiceError {
  if (thrown instanceof ServiceError) return thrown
  const { code, validation } = (thrown ?? {}) as Partial<FastifyError>
  if (validation) return validationError(validation)
  const known = code === undefined ? undefined : FRAMEWORK_ERRORS[code]
  return known ? new ServiceError(known) : new ServiceError('internal', { cause: thrown })
}

/**
 * Unknown paths, and known ones under a method they do not take: refused before the body is looked at. Register it
 * before the routes, since it listens to them. Without operators, what is theirs is unknown too.
 */
export function unknownAddresses(app: FastifyInstance, operatorsExist: boolean): void {
  const methods = new Map<string, Set<string>>()
  /** Addresses with a parameter or a rest, by their own. */
  const patterns = new Map<string, RegExp>()
  app.addHook('onRoute', ({ url, method, config }) => {
    if (config?.access === 'operator' && !operatorsExist) return
    const known = methods.get(url) ?? new Set()
    methods.set(url, known)
    for (const one of [method].flat()) known.add(one)
    if (/\/[:*]/.test(url)) patterns.set(url, new RegExp(`^${url.replace(/:[^/]+/g, '[^/]+').replace('*', '.*')}$`))
  })
  const unknown = (request: Request) => {
    const path = pathOf(request.url)
    const url = [...patterns].find(([, pattern]) => pattern.test(path))?.[0]
    const allowed = methods.get(path) ?? methods.get(url ?? '')
    if (!allowed) return new ServiceError('not_found')
    return new ServiceError('method_not_allowed', { headers: { Allow: [...allowed].join(', ') } })
  }
  app.addHook('onRequest', (request, _reply, done) => done(request.is404 ? unknown(request) : undefined))
  // For routes that find nothing themselves, such as those of the docs page's files.
  app.setNotFoundHandler(request => {
    throw unknown(request)
  })
}
