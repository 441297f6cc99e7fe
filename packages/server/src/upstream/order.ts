import type { Session } from '../session.ts'
import type { Form, SessionDefaults } from './forms.ts'

/** The upstream request that makes one kind of secret, byte for byte; two requests with equal orders are interchangeable. */
export interface MintOrder {
  /** JSON text. */
  body: string
  /** `OpenAI-Safety-Identifier`, where the client's is sent. */
  safetyIdentifier: string | undefined
  /** Whether a caller's own words are in it, which must not be logged. */
  ownWords?: boolean
}

/** The order for a session. */
export type OrderFor = (session: Session, safetyIdentifier: string | undefined) => MintOrder

/** Shared sessions are the same objects again and again, so their bodies are written once. */
export function mintOrders(form: Form, defaults: SessionDefaults): OrderFor {
  const sharedBodies = new WeakMap<Session, string>()

  function bodyFor(session: Session): string {
    const known = sharedBodies.get(session)
    if (known !== undefined) return known
    const body = JSON.stringify(form.body(session, defaults))
    if (session.shared) sharedBodies.set(session, body)
    return body
  }

  return (session, safetyIdentifier) => ({ body: bodyFor(session), safetyIdentifier, ownWords: !session.shared })
}
