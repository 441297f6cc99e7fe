import type { FastifyInstance } from 'fastify'
import type { Config } from '../../config/config.ts'
import type { TrustProxy } from '../../config/trust-proxy.ts'
import { addressClass, isForwardedHttps, locateClient } from '../../identity/address.ts'
import type { Request } from '../facts.ts'
import { count, flag, names, object, orNull, text } from '../json-schema.ts'
import { judgeOrigin, judgeReferer, type OriginPolicy, originOf, policyOf } from '../origins.ts'
import { errorReplies, OPERATOR } from '../refusals.ts'

const verdict = names(['allowed', 'absent', 'missing', 'not_allowed'])
const addressKind = names(['loopback', 'private', 'public', 'unknown'])

const reply = object({
  request_id: text('As in `X-Request-ID`.'),
  scheme: names(['http', 'https'], { description: 'What the caller speaks, as far as a trusted proxy tells.' }),
  client: object({
    address: text('The address this caller is counted by; IPv6 by its /64.'),
    class: addressKind,
    header: {
      type: ['string', 'null'],
      enum: ['x-forwarded-for', 'x-real-ip', null],
      description: 'The header that told it; null where the connection did.',
    },
  }),
  socket: object({ class: addressKind }),
  trust_proxy: object({
    kind: names(['none', 'hops', 'networks', 'railway']),
    hops: orNull(count('Trusted hops, where that is how proxies are trusted.')),
    meaning: text(),
  }),
  forwarded: object({
    x_forwarded_for: count('Entries in `X-Forwarded-For`.'),
    x_real_ip: flag(),
    forwarded: flag(),
    x_forwarded_proto: flag(),
  }),
  origin: object({
    value: orNull(text('`Origin`, as it came.')),
    verdict: { ...verdict, description: 'What a POST with it would meet.' },
    readable: { type: 'boolean', description: 'Whether a page there could read the answers.' },
  }),
  referer: object({ origin: orNull(text('The origin of `Referer`.')), verdict }),
  shared_limits: { type: 'boolean', description: 'Whether limits are shared by all instances (`REDIS_URL`).' },
})

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
      response: { 200: reply, ...errorReplies(OPERATOR) },
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
