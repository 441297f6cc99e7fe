import { noTicket, usableTicket } from '../calls/admission.ts'
import type { Receipt } from '../calls/call.ts'
import type { Calls } from '../calls/calls.ts'
import type { TicketState } from '../calls/store.ts'
import { presentedTicket } from '../calls/tickets.ts'
import { ServiceError } from '../errors.ts'
import { needPlain } from './body.ts'
import type { Request } from './facts.ts'

/** A ticket that can be spent, then the kind of body: refused before the body is read. */
export function needTicket(calls: Calls): (request: Request) => Promise<void> {
  return async request => {
    const hash = sentHash(request)
    const ticket = usableTicket(await stateOf(hash, calls))
    request.facts.ticket = { hash: hash ?? '', ticket }
    request.facts.logged = { session_id: ticket.sessionId }
    if (!/^application\/sdp\s*(;|$)/i.test(request.headers['content-type'] ?? ''))
      throw new ServiceError('unsupported_media_type', { message: 'Send the SDP offer as application/sdp.' })
    needPlain(request)
  }
}

/** The hash of the ticket that was sent; undefined where what was sent has not even the form of a ticket. */
function sentHash({ headers: { authorization } }: Request): string | undefined {
  if (authorization === undefined) throw noTicket()
  return presentedTicket(authorization)
}

async function stateOf(hash: string | undefined, { store }: Calls): Promise<TicketState> {
  return hash === undefined ? { kind: 'unknown' } : store.ticket(hash)
}

/** The id of the call that the request speaks for: an operator for any, a caller with a spent ticket for its own. */
export async function ownCall(request: Request, id: string, calls: Calls): Promise<string> {
  if (request.facts.operator) return id
  const hash = sentHash(request)
  // Asked first, since the store may be away: nothing may stop a hang-up.
  if (hash !== undefined && calls.keeper.watched(id)?.ticketHash === hash) return id
  const state = await stateOf(hash, calls)
  if (state.kind === 'unknown' || state.kind === 'expired') usableTicket(state)
  if (state.kind === 'used' && state.callId === id) return id
  throw new ServiceError('not_found')
}

/** How a call stands; throws a 404 where it is not known, or forgotten. */
export async function findCall(id: string, { store }: Calls): Promise<Receipt> {
  const receipt = await store.receipt(id)
  if (!receipt) throw new ServiceError('not_found')
  return receipt
}
