import { errors, type JWTVerifyGetKey, type JWTVerifyOptions, jwtVerify } from 'jose'
import type { Clock } from '../clock.ts'
import type { JwtConfig } from '../config/jwt.ts'
import { ServiceError } from '../errors.ts'
import type { Secret } from '../secret.ts'
import { ASYMMETRIC, type KeySet, KeySetUnavailable, PAUSE_MS, remoteKeySet } from './key-set.ts'

/** Resolves to the token's `sub`; throws `ServiceError` `unauthenticated` or `auth_unavailable`. */
export type VerifyJwt = (authorization: string | undefined) => Promise<string>

/** Clocks of issuers differ; this many seconds are forgiven. */
const CLOCK_TOLERANCE_SECONDS = 30
/** A subject becomes a key in our tables, so it is bounded. */
const MAX_SUBJECT_LENGTH = 255

/** `onKeysFetched` hears how each fetch of a key set ended: with a failure, or without. */
export function jwtVerifier(
  config: JwtConfig,
  clock: Clock,
  onKeysFetched: (failure?: Error) => void = () => {},
): VerifyJwt {
  const { keys } = config
  const verify =
    keys.kind === 'secret'
      ? withSecret(config, keys.secret)
      : withKeySet(config, remoteKeySet(keys.url, clock, onKeysFetched))
  return async authorization => {
    const token = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
    if (token === undefined) throw new ServiceError('unauthenticated', { headers: challenge() })
    const { sub } = (await verify(token).catch(asServiceError)).payload
    if (typeof sub !== 'string' || sub === '' || sub.length > MAX_SUBJECT_LENGTH)
      throw invalidToken(new Error(`sub is not a text of 1 to ${MAX_SUBJECT_LENGTH} characters`))
    return sub
  }
}

type Verify = (token: string) => ReturnType<typeof jwtVerify>

function options({ issuer, audience }: JwtConfig, algorithms: string[]): JWTVerifyOptions {
  return { issuer, audience, algorithms, clockTolerance: CLOCK_TOLERANCE_SECONDS, requiredClaims: ['exp', 'sub'] }
}

function withSecret(config: JwtConfig, secret: Secret): Verify {
  const key = new TextEncoder().encode(secret.reveal())
  const settings = options(config, ['HS256'])
  return token => jwtVerify(token, key, settings)
}

function withKeySet(config: JwtConfig, keys: KeySet): Verify {
  const settings = options(config, ASYMMETRIC)
  const findKey: JWTVerifyGetKey = async (header, token) => {
    const known = await keys.known()
    try {
      return await known(header, token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
    }
    // If there is nothing newer to be had, the token is unknown rather than we unable.
    const latest = await keys.latest().catch(failure => Promise.reject(invalidToken(failure)))
    return latest(header, token)
  }
  return token => verifyWithAny(token, findKey, settings)
}

/** A token need not name its key (RFC 7515, section 4.1.4): where several could be it, each is tried. */
async function verifyWithAny(token: string, findKey: JWTVerifyGetKey, settings: JWTVerifyOptions): ReturnType<Verify> {
  try {
    return await jwtVerify(token, findKey, settings)
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error
    for await (const key of error) {
      try {
        return await jwtVerify(token, key, settings)
      } catch (failure) {
        // It was signed with this key; no other will mend it.
        if (failure instanceof errors.JWTClaimValidationFailed || failure instanceof errors.JWTExpired) throw failure
      }
    }
    throw new errors.JWSSignatureVerificationFailed()
  }
}

function asServiceError(error: unknown): never {
  if (error instanceof ServiceError) throw error
  if (error instanceof KeySetUnavailable)
    throw new ServiceError('auth_unavailable', { retryAfter: PAUSE_MS / 1000, cause: error })
  throw invalidToken(error)
}

function invalidToken(cause?: unknown): ServiceError {
  return new ServiceError('unauthenticated', {
    message: 'The bearer token is not valid, or has expired.',
    headers: challenge('error="invalid_token"'),
    cause,
  })
}

/** RFC 6750: how to authenticate, and what was wrong with the attempt. */
function challenge(problem?: string): Record<string, string> {
  return { 'WWW-Authenticate': problem ? `Bearer realm="parker", ${problem}` : 'Bearer realm="parker"' }
}
