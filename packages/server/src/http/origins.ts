import type { FastifyInstance } from 'fastify'
import { ANY_FIREFOX_EXTENSION } from '../config/origin.ts'
import { ServiceError } from '../errors.ts'
import { pathOf, type Reply, type Request, singleHeader } from './facts.ts'

/** Whether an origin is on a list. */
export type OriginList = (origin: string) => boolean

const FIREFOX_EXTENSION = /^moz-extension:\/\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export function originList(entries: readonly string[]): OriginList {
  const exact = new Set(entries.filter(entry => entry !== ANY_FIREFOX_EXTENSION))
  const anyFirefox = entries.includes(ANY_FIREFOX_EXTENSION)
  return origin => exact.has(origin) || (anyFirefox && FIREFOX_EXTENSION.test(origin))
}

interface OriginPolicy {
  allowed: OriginList
  cors: OriginList
  requireOrigin: boolean
}

/**
 * Steps 2 to 4: Origin, CORS headers, Referer, and the answers to preflights. Origin and Referer are checked only on the
 * routes that browsers call, and not for operators; CORS headers stand on every answer but a refused origin's.
 */
export function originPolicy(
  app: FastifyInstance,
  policy: OriginPolicy,
  isBrowserPath: (path: string) => boolean,
): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('Vary', 'Origin')
    const preflight = isPreflight(request)
    const { origin, referer } = request.headers
    // The route that was matched, not the address as it is spelled: /v1/realtime/%74oken is the token route too.
    const guarded = isBrowserPath(request.routeOptions.url ?? pathOf(request.url)) && !request.facts.operator
    if (guarded && !mayAsk(origin, askedMethod(request), policy)) return done(new ServiceError('origin_not_allowed'))
    const readable = origin !== undefined && policy.cors(origin)
    if (preflight && !readable) return done(new ServiceError('origin_not_allowed'))
    if (readable) allowReading(reply, origin)
    if (guarded && referer !== undefined && !policy.allowed(originOf(referer)))
      return done(new ServiceError('referer_not_allowed'))
    if (preflight) reply.headers(PREFLIGHT_HEADERS).code(204).send()
    else done()
  })
}

function mayAsk(origin: string | undefined, method: string, policy: OriginPolicy): boolean {
  return origin === undefined ? !(policy.requireOrigin && method === 'POST') : policy.allowed(origin)
}

function askedMethod(request: Request): string {
  return singleHeader(request.headers['access-control-request-method']) ?? request.method
}

/**
 * The origin part of an address, as a string to compare. Not parsed as a URL: that would give `null` for an extension's
 * address, and would mend what is malformed.
 */
function originOf(address: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/?#]+/.exec(address)?.[0] ?? ''
}

const EXPOSED = 'X-Request-ID, Retry-After, RateLimit, RateLimit-Policy, Location, Server-Timing, Deprecation, Sunset'

const PREFLIGHT_HEADERS = {
  'Access-Control-Allow-Methods': 'GET, POST, DELETE',
  'Access-Control-Allow-Headers': 'Authorization, Content-Type, X-Request-ID, X-OpenAI-Agents-SDK',
  'Access-Control-Max-Age': '600',
}

function isPreflight({ method, headers }: Request): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined
}

function allowReading(reply: Reply, origin: string): void {
  reply.header('Access-Control-Allow-Origin', origin)
  reply.header('Access-Control-Allow-Credentials', 'true')
  reply.header('Access-Control-Expose-Headers', EXPOSED)
}
