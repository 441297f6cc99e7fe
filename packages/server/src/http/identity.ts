import type { FastifyInstance } from 'fastify'
import type { TrustProxy } from '../config/trust-proxy.ts'
import { retryAfterSeconds, ServiceError } from '../errors.ts'
import { clientAddress, hasForwardingHeader } from '../identity/address.ts'
import type { VerifyJwt } from '../identity/jwt.ts'
import type { Windows } from '../limits/windows.ts'
import type { Request } from './facts.ts'

interface IdentityOptions {
  trust: TrustProxy
  /** Null where callers need no JWT. */
  verifyJwt: VerifyJwt | null
  /** Bad JWTs an address may send. */
  badJwts: Windows
  /** Whether operators have a token at all; without one their routes do not exist. */
  operatorsExist: boolean
  onForwardingIgnored(): void
}

/** Step 5: who is asking. Decides `facts.client`, or refuses. */
export function identity(app: FastifyInstance, options: IdentityOptions): void {
  const { trust, verifyJwt, operatorsExist } = options

  app.addHook('onRequest', (request, _reply, done) => {
    const { facts, headers } = request
    const { access } = request.routeOptions.config
    if (trust.kind === 'none' && hasForwardingHeader(headers)) options.onForwardingIgnored()
    const address = clientAddress(request.socket.remoteAddress, headers, trust)
    facts.client = facts.operator ? 'operator' : `ip:${address}`
    if (access === 'operator' && !facts.operator) return done(refuseVisitor(operatorsExist))
    if (access !== 'jwt' || facts.operator || !verifyJwt) return done()
    identifyByJwt(request, address, verifyJwt, options.badJwts).then(() => done(), done)
  })
}

/** Without operators the route is as if it were not there. */
function refuseVisitor(operatorsExist: boolean): ServiceError {
  if (!operatorsExist) return new ServiceError('not_found')
  return new ServiceError('unauthenticated', {
    message: 'This needs the operator token: Authorization: Bearer <ADMIN_TOKEN>.',
    headers: { 'WWW-Authenticate': 'Bearer realm="parker-operator"' },
  })
}

async function identifyByJwt(request: Request, address: string, verify: VerifyJwt, badJwts: Windows): Promise<void> {
  const { authorization } = request.headers
  try {
    request.facts.client = `sub:${await verify(authorization)}`
  } catch (error) {
    const bad = error instanceof ServiceError && error.type === 'unauthenticated' && authorization !== undefined
    const hit = bad ? badJwts.hit(address) : undefined
    if (hit && !hit.allowed)
      throw new ServiceError('rate_limited', { retryAfter: retryAfterSeconds(hit.resetsIn), cause: error })
    throw error
  }
}
