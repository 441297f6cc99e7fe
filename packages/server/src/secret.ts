import { hkdfSync } from 'node:crypto'
import { inspect } from 'node:util'

/** API keys, secrets, tickets, session ids, report keys, JWTs and whatever stands behind `Bearer`. */
const CREDENTIAL = /\b(sk|ek|rk|sess)[-_][\w-]{6,}(\.[\w-]+)?|\beyJ[\w-]{6,}\.[\w.-]+|\bBearer\s+\S+/gi

/** Foreign text, with everything that looks like a credential cut out. */
export function withoutCredentials(text: string): string {
  return text.replace(CREDENTIAL, '[…]')
}

/**
 * A value that cannot be printed: string conversion, JSON, inspection and logging all give `[secret]`.
 * Only `reveal()` yields it, so every use of a secret can be found by searching for that word.
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  reveal(): string {
    return this.#value
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }

  [inspect.custom](): string {
    return '[secret]'
  }
}

/** A secret of our own that changes with the API key and does not reveal it (HKDF, RFC 5869). */
export function deriveSecret(from: Secret, purpose: string): Secret {
  const bytes = hkdfSync('sha256', from.reveal(), '', `parker-token-service:${purpose}`, 32)
  return new Secret(Buffer.from(bytes).toString('base64url'))
}
