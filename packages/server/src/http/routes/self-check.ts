import type { FastifyInstance } from 'fastify'
import type { Config } from '../../config/config.ts'
import type { TrustProxy } from '../../config/trust-proxy.ts'
import { addressClass, isForwardedHttps, locateClient } from '../../identity/address.ts'
import type { Request } from '../facts.ts'
import { judgeOrigin, judgeReferer, type OriginPolicy, originOf, policyOf } from '../origins.ts'
import { errorReplies, OPERATOR } from '../refusals.ts'
import { selfCheckReply } from '../schemas.ts'

type SelfCheckConfig = Pick<Config, 'TRUST_PROXY' | 'ALLOWED_ORIGINS' | 'CORS_ORIGINS' | 'REQUIRE_ORIGIN' | 'REDIS_URL'>

/** `GET /v1/self-check`: what the service sees of this very request, for whoever looks for a proxy's mistake. */
export function selfCheckRoute(app: FastifyInstance, config: SelfCheckConfig): void {
  const policy = policyOf(config)
  app.get('/v1/self-check', {
    config: { access: 'operator' },
    schema: {
      operationId: 'getSelfCheck',
      tags: ['Operators'],
      summary: 'What the service sees of this very request',
      security: [{ operator: [] }],
      response: { 200: selfCheckReply, ...errorReplies(OPERATOR) },
    },
    handler: async request => ({
      request_id: request.id,
      ...whereFrom(request, config.TRUST_PROXY),
      ...verdicts(request, policy),
      shared_limits: config.REDIS_URL !== undefined,
    }),
  })
}

function whereFrom({ headers, socket }: Request, trust: TrustProxy) {
  const { address, header } = locateClient(socket.remoteAddress, headers, trust)
  return {
    scheme: isForwardedHttps(socket.remoteAddress, headers, trust) ? 'https' : 'http',
    client: { address, class: addressClass(address), header },
    socket: { class: addressClass(socket.remoteAddress) },
    trust_proxy: { kind: trust.kind, hops: trust.kind === 'hops' ? trust.hops : null, meaning: MEANINGS[trust.kind] },
    forwarded: {
      x_forwarded_for: headers['x-forwarded-for']?.toString().split(',').length ?? 0,
      x_real_ip: headers['x-real-ip'] !== undefined,
      forwarded: headers.forwarded !== undefined,
      x_forwarded_proto: headers['x-forwarded-proto'] !== undefined,
    },
  }
}

const MEANINGS: Record<TrustProxy['kind'], string> = {
  none: 'No proxy is believed: the address of the connection counts.',
  hops: 'So many entries from the right of X-Forwarded-For were written by proxies of ours; the leftmost of them counts. With fewer entries the address of the connection does.',
  networks:
    'From the connection leftwards through X-Forwarded-For, the first address outside the listed networks counts.',
  railway: "X-Real-IP counts, which Railway's edge writes; without it the address of the connection does.",
}

/** As a POST would meet them: that is what browsers send. */
function verdicts({ headers: { origin, referer } }: Request, policy: OriginPolicy) {
  return {
    origin: {
      value: origin ?? null,
      verdict: judgeOrigin(origin, 'POST', policy),
      readable: origin !== undefined && policy.cors(origin),
    },
    referer: {
      origin: referer === undefined ? null : originOf(referer),
      verdict: judgeReferer(referer, policy),
    },
  }
}
