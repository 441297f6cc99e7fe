import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey, type JWTVerifyOptions, jwtVerify } from 'jose'
import type { Clock } from '../clock.ts'
import type { JwtConfig } from '../config/config.ts'
import { ServiceError } from '../errors.ts'
import type { Secret } from '../secret.ts'

/** Resolves to the token's `sub`; throws `ServiceError` `unauthenticated` or `auth_unavailable`. */
export type VerifyJwt = (authorization: string | undefined) => Promise<string>

/** Clocks of issuers differ; this many seconds are forgiven. */
const CLOCK_TOLERANCE_SECONDS = 30
/** A cached key set older than this is fetched anew in the background; the old one serves meanwhile. */
const JWKS_FRESH_MS = 600_000
const JWKS_TIMEOUT_MS = 5000
/** A key set is a page of JSON; whatever is larger is nonsense or malice. */
const MAX_JWKS_BYTES = 1_048_576
/** A subject becomes a key in our tables, so it is bounded. */
const MAX_SUBJECT_LENGTH = 255

const ASYMMETRIC = ['RS256', 'PS256', 'ES256', 'EdDSA']

export function jwtVerifier(config: JwtConfig, clock: Clock): VerifyJwt {
  const { keys } = config
  const verify = keys.kind === 'secret' ? withSecret(config, keys.secret) : withJwks(config, keys.url, clock)
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

function withJwks(config: JwtConfig, url: string, clock: Clock): Verify {
  // jose would drop a stale set before fetching, and so fail while the issuer is down; here a stale set goes on serving.
  const jwks = createRemoteJWKSet(new URL(url), {
    cacheMaxAge: Number.POSITIVE_INFINITY,
    cooldownDuration: 30_000,
    timeoutDuration: JWKS_TIMEOUT_MS,
    [customFetch]: boundedFetch,
  })
  let fetchedAt = clock.mono()
  const settings = options(config, ASYMMETRIC)
  return async token => {
    if (jwks.jwks() && clock.mono() - fetchedAt > JWKS_FRESH_MS) {
      fetchedAt = clock.mono()
      jwks.reload().catch(() => {})
    }
    try {
      return await verifyWithAny(token, jwks, settings)
    } catch (error) {
      // A key id that the cached set lacks makes jose fetch; if that fails, the token is unknown rather than we unable.
      if (isUnreachable(error) && jwks.jwks()) throw new errors.JWKSNoMatchingKey()
      throw error
    }
  }
}

async function boundedFetch(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init)
  if (response.status !== 200) return response
  let bytes = 0
  const bound = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.length
      if (bytes > MAX_JWKS_BYTES) controller.error(new Error('the key set is too large'))
      else controller.enqueue(chunk)
    },
  })
  return new Response(response.body?.pipeThrough(bound) ?? null)
}

/** A token need not name its key (RFC 7515, section 4.1.4): where several could be it, each is tried. */
async function verifyWithAny(token: string, jwks: JWTVerifyGetKey, settings: JWTVerifyOptions): ReturnType<Verify> {
  try {
    return await jwtVerify(token, jwks, settings)
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

/** What jose throws while fetching a key set, as opposed to while judging a token. */
function isUnreachable(error: unknown): boolean {
  const judged = error instanceof errors.JOSEError && error.code !== 'ERR_JOSE_GENERIC'
  return !judged || error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid
}

function asServiceError(error: unknown): never {
  if (isUnreachable(error)) throw new ServiceError('auth_unavailable', { retryAfter: 30, cause: error })
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
