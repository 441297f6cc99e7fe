import type { FastifyInstance } from 'fastify'
import { limitReached, ServiceError } from '../errors.ts'
import type { VerifyJwt } from '../identity/jwt.ts'
import type { Windows } from '../limits/windows.ts'
import type { Request } from './facts.ts'

interface IdentityOptions {
  /** Null where callers need no JWT. */
  verifyJwt: VerifyJwt | null
  /** Bad JWTs that an address may send. */
  badJwts: Windows
  /** Milliseconds since 1970. */
  now(): number
  /** Whether operators have a token at all; without one their routes do not exist. */
  operatorsExist: boolean
}

/** Who is asking. A caller with a JWT is counted by its subject. */
export function identity(app: FastifyInstance, options: IdentityOptions): void {
  const { verifyJwt, operatorsExist } = options

  app.addHook('onRequest', (request, _reply, done) => {
    const { operator } = request.facts
    const { access } = request.routeOptions.config
    if (access === 'operator' && !operator) return done(refuseVisitor(operatorsExist))
    if (access !== 'jwt' || operator || !verifyJwt) return done()
    identifyByJwt(request, verifyJwt, options).then(() => done(), done)
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

async function identifyByJwt(
  { facts, headers }: Request,
  verify: VerifyJwt,
  { badJwts, now }: Pick<IdentityOptions, 'badJwts' | 'now'>,
): Promise<void> {
  const { authorization } = headers
  try {
    facts.client = `sub:${await verify(authorization)}`
  } catch (error) {
    const bad = error instanceof ServiceError && error.type === 'unauthenticated' && authorization !== undefined
    // The address: who else it is has just not been shown.
    const hit = bad ? badJwts.hit(facts.client) : undefined
    if (hit && !hit.allowed) throw limitReached('rate_limited', hit, now(), error)
    throw error
  }
}
