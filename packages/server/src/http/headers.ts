import type { FastifyInstance } from 'fastify'
import type { TrustProxy } from '../config/trust-proxy.ts'
import { isForwardedHttps } from '../identity/address.ts'
import type { Lifecycle } from '../lifecycle.ts'

/**
 * On every answer, whatever it is. JSON needs nothing of a browser, so its policy allows nothing. Names are in lower case,
 * as Fastify keeps them: it would make each anew at each answer.
 */
export const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
} as const

/** For pages of ours: what comes from this service and nothing else. */
export const PAGE_POLICY =
  "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

/** A year (RFC 6797); without `includeSubDomains`, since we do not know who else lives under the host's name. */
const HSTS = 'max-age=31536000'

interface AnswerHeaders {
  trust: TrustProxy
  lifecycle: Lifecycle
}

/** The request id and the security headers, before anything can refuse the request. */
export function answerHeaders(app: FastifyInstance, { trust, lifecycle }: AnswerHeaders): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    reply.headers(SECURITY_HEADERS)
    if (isForwardedHttps(request.socket.remoteAddress, request.headers, trust))
      reply.header('Strict-Transport-Security', HSTS)
    if (lifecycle.draining) reply.header('Connection', 'close')
    done()
  })
}
