import type { FastifyInstance } from 'fastify'
import type { Config } from '../config/config.ts'
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

export interface OriginPolicy {
  /** `ALLOWED_ORIGINS`. */
  allowed: OriginList
  /** `CORS_ORIGINS`. */
  cors: OriginList
  requireOrigin: boolean
}

export function policyOf(config: Pick<Config, 'ALLOWED_ORIGINS' | 'CORS_ORIGINS' | 'REQUIRE_ORIGIN'>): OriginPolicy {
  return {
    allowed: originList(config.ALLOWED_ORIGINS),
    cors: originList(config.CORS_ORIGINS),
    requireOrigin: config.REQUIRE_ORIGIN,
  }
}

/**
 * Origin, CORS headers, Referer, and the answers to preflights. Origin and Referer are checked only at the addresses that
 * browsers call, and not for operators; CORS headers stand on every answer but a refused origin's. Register it before the
 * routes, since it listens to them.
 */
export function originPolicy(app: FastifyInstance, policy: OriginPolicy): void {
  const guardedPaths = new Set<string>()
  app.addHook('onRoute', ({ url, config }) => {
    if (config?.browser) guardedPaths.add(url)
  })
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('vary', 'Origin')
    const preflight = isPreflight(request)
    const { origin, referer } = request.headers
    // The route that was matched, not the address as it is spelled: /v1/realtime/%74oken is the token route too.
    const guarded = guardedPaths.has(request.routeOptions.url ?? pathOf(request.url)) && !request.facts.operator
    if (guarded && !passes(judgeOrigin(origin, askedMethod(request), policy)))
      return done(new ServiceError('origin_not_allowed'))
    const readable = origin !== undefined && policy.cors(origin)
    if (preflight && !readable) return done(unreadable(origin, policy))
    if (readable) allowReading(reply, origin)
    if (guarded && !passes(judgeReferer(referer, policy))) return done(new ServiceError('referer_not_allowed'))
    if (preflight) reply.headers(PREFLIGHT_HEADERS).code(204).send()
    else done()
  })
}

/** The refusal of a preflight, where the answers could not be read. The origin itself may well be allowed. */
function unreadable(origin: string | undefined, { allowed }: OriginPolicy): ServiceError {
  const message = 'Origin allowed, but CORS_ORIGINS lacks it'
  return new ServiceError('origin_not_allowed', origin !== undefined && allowed(origin) ? { message } : {})
}

/** What becomes of a header: `missing` where it is required, `absent` where it may be left out. */
export type Verdict = 'allowed' | 'absent' | 'missing' | 'not_allowed'

function passes(verdict: Verdict): boolean {
  return verdict === 'allowed' || verdict === 'absent'
}

/** What becomes of an `Origin`, on a request with this method. */
export function judgeOrigin(origin: string | undefined, method: string, policy: OriginPolicy): Verdict {
  if (origin === undefined) return policy.requireOrigin && method === 'POST' ? 'missing' : 'absent'
  return policy.allowed(origin) ? 'allowed' : 'not_allowed'
}

/** What becomes of a `Referer`: its origin must be allowed too. */
export function judgeReferer(referer: string | undefined, policy: OriginPolicy): Verdict {
  if (referer === undefined) return 'absent'
  return policy.allowed(originOf(referer)) ? 'allowed' : 'not_allowed'
}

function askedMethod(request: Request): string {
  return singleHeader(request.headers['access-control-request-method']) ?? request.method
}

/**
 * The origin part of an address, as a string to compare. Not parsed as a URL: that would give `null` for an extension's
 * address, and would mend what is malformed.
 */
export function originOf(address: string): string {
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
  reply.header('access-control-allow-origin', origin)
  reply.header('access-control-allow-credentials', 'true')
  reply.header('access-control-expose-headers', EXPOSED)
}
