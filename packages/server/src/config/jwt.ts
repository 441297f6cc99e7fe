import type { Secret } from '../secret.ts'
import { type Problem, problemWith } from './read.ts'
import type { Values } from './settings.ts'

/** How JWTs are checked: one key source, and what every token must say. */
export interface JwtConfig {
  keys: { kind: 'jwks'; url: string } | { kind: 'secret'; secret: Secret }
  issuer: string
  audience: string
}

/** What the settings say of JWTs; null where callers need none. Adds to the problems. */
export function decideJwt(values: Values, problems: Problem[]): JwtConfig | null {
  const { AUTH_JWKS_URL: url, AUTH_JWT_SECRET: secret, AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience } = values
  // A value that could not be read was meant all the same: what goes with it is reported now, not at the next start.
  const unread = new Set(problems.map(problem => problem.name))
  const meant = (name: 'AUTH_JWKS_URL' | 'AUTH_JWT_SECRET' | 'AUTH_ISSUER' | 'AUTH_AUDIENCE') =>
    values[name] !== undefined || unread.has(name)
  const wanted = meant('AUTH_JWKS_URL') || meant('AUTH_JWT_SECRET')
  if (meant('AUTH_JWKS_URL') && meant('AUTH_JWT_SECRET'))
    problems.push(problemWith('AUTH_JWT_SECRET', 'is set together with AUTH_JWKS_URL; keep one of the two'))
  for (const name of ['AUTH_ISSUER', 'AUTH_AUDIENCE'] as const) {
    if (wanted && !meant(name)) problems.push(problemWith(name, 'is required with AUTH_JWKS_URL or AUTH_JWT_SECRET'))
    if (!wanted && meant(name) && !unread.has(name))
      problems.push(problemWith(name, 'has no effect without AUTH_JWKS_URL or AUTH_JWT_SECRET; set one, or unset this'))
  }
  if (issuer === undefined || audience === undefined) return null
  if (url !== undefined) return { keys: { kind: 'jwks', url }, issuer, audience }
  return secret === undefined ? null : { keys: { kind: 'secret', secret }, issuer, audience }
}
