import { createHash, randomBytes } from 'node:crypto'

/** What a client secret stands for. Times are seconds since the epoch. */
export type Grant = { session: unknown; expiresAt: number; safetyIdentifier: string | null }

export type Secrets = {
  /** Makes a secret that starts sessions for `seconds`. */
  issue(session: unknown, seconds: number, safetyIdentifier?: string | null): { value: string; expiresAt: number }
  /** The grant behind a secret while it has not expired; with single use, only the first time. */
  use(value: string): Grant | undefined
  readonly issued: number
}

/** Enough for any test; at this number the oldest is forgotten for each new one. */
const MAX_GRANTS = 10_000

const digest = (value: string) => createHash('sha256').update(value).digest('base64')

/**
 * Remembers the secrets that were handed out, by their SHA-256 only.
 * @param now milliseconds since the epoch.
 * @param singleUse whether a secret opens one session only; whether OpenAI's do is not certain.
 */
export const createSecrets = (now: () => number, singleUse = false): Secrets => {
  const grants = new Map<string, Grant>()
  let issued = 0

  const makeRoom = () => {
    for (const [key, grant] of grants) {
      if (grants.size < MAX_GRANTS && grant.expiresAt * 1000 > now()) return
      grants.delete(key)
    }
  }

  return {
    issue: (session, seconds, safetyIdentifier = null) => {
      const mintedAt = Math.floor(now() / 1000)
      // The published sample secret begins with the hexadecimal time of its making.
      const value = `ek_${mintedAt.toString(16).padStart(8, '0')}${randomBytes(12).toString('hex')}`
      const grant = { session, expiresAt: mintedAt + seconds, safetyIdentifier }
      makeRoom()
      grants.set(digest(value), grant)
      issued += 1
      return { value, expiresAt: grant.expiresAt }
    },
    use: value => {
      const key = digest(value)
      const grant = grants.get(key)
      if (singleUse) grants.delete(key)
      return grant && grant.expiresAt * 1000 > now() ? grant : undefined
    },
    get issued() {
      return issued
    },
  }
}
