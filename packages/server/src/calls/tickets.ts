import { createHash, randomBytes } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import type { HashClient } from '../identity/client-hash.ts'
import type { IssueCredential } from '../issue.ts'
import { newSessionId } from '../session.ts'
import type { Tickets } from './store.ts'

const TICKET_BYTES = 32
/** `ek_`, as the official browser SDK wants every key to begin, and 32 bytes in base64url. */
const TICKET = /^Bearer +(ek_[A-Za-z0-9_-]{43})$/i

/** A credential of our own for one call; OpenAI is not asked. */
export function ticketIssuer(
  config: Pick<Config, 'TOKEN_TTL_SECONDS'>,
  store: Tickets,
  hashClient: HashClient,
  clock: Clock,
): IssueCredential {
  return async ({ session, client, requestId }) => {
    const value = `ek_${randomBytes(TICKET_BYTES).toString('base64url')}`
    const sessionId = newSessionId()
    await store.keepTicket(hashTicket(value), { sessionId, client: hashClient(client), session })
    const seconds = config.TOKEN_TTL_SECONDS
    const expiresAt = Math.floor(clock.now() / 1000) + seconds
    const life = { expiresAt, lifeSeconds: seconds, expiresIn: seconds }
    return { value, sessionId, ...life, warm: undefined, mintId: requestId, openAiMs: 0, openAiRequestId: '' }
  }
}

/** The SHA-256 under which a ticket is kept, in hex. */
function hashTicket(value: string): string {
  return createHash('sha256').update(value).digest('hex')
}

/** The hash of the ticket in an `Authorization` header; undefined where there is none of the right form. */
export function presentedTicket(authorization: string | undefined): string | undefined {
  const value = TICKET.exec(authorization ?? '')?.[1]
  return value === undefined ? undefined : hashTicket(value)
}
