import type { Config } from '../config/config.ts'
import { limitReached, ServiceError } from '../errors.ts'
import type { Ticket } from './call.ts'
import type { Admission, TicketState } from './store.ts'

/** Where all calls are taken, one may end any moment. */
const FULL_RETRY_SECONDS = 10

const CHALLENGE = { headers: { 'WWW-Authenticate': 'Bearer realm="parker-call"' } }

const TICKET_ERRORS = { unknown: 'ticket_invalid', expired: 'ticket_expired', used: 'ticket_used' } as const

/** The 401 of a request without any ticket. */
export function noTicket(): ServiceError {
  const message = 'No ticket was sent. Send Authorization: Bearer <client_secret>, as it came with the token.'
  return new ServiceError('ticket_invalid', { message, ...CHALLENGE })
}

/** What is thrown at a flood of tickets. */
export function noRoomForTickets(): ServiceError {
  return new ServiceError('overloaded', { retryAfter: 60 })
}

/** The ticket, if it can still be spent; else throws the 401 that says why not. */
export function usableTicket(state: TicketState): Ticket {
  if (state.kind === 'ready') return state.ticket
  throw new ServiceError(TICKET_ERRORS[state.kind], CHALLENGE)
}

type Limits = Pick<Config, 'MAX_CALLS_PER_CLIENT' | 'CLIENT_DAILY_USD'>

/** Nothing, if a call may be placed; else throws what stands against it at `now`, milliseconds since 1970. */
export function admitted(admission: Admission, limits: Limits, now: number): void {
  const { kind } = admission
  if (kind === 'admitted') return
  if (kind === 'full') throw new ServiceError('overloaded', { retryAfter: FULL_RETRY_SECONDS })
  if (kind === 'too_many') throw tooManyCalls(limits.MAX_CALLS_PER_CLIENT)
  // What the operator spends in a day in all is no business of callers.
  if (kind === 'budget') throw limitReached('budget_exhausted', { resetsIn: admission.resetsIn }, now)
  if (kind === 'own_budget')
    throw limitReached('budget_exhausted', { limit: limits.CLIENT_DAILY_USD, resetsIn: admission.resetsIn }, now)
  throw new ServiceError(TICKET_ERRORS[kind], CHALLENGE)
}

/** Room comes with the end of a call, whenever that is. */
function tooManyCalls(limit: number): ServiceError {
  return new ServiceError('too_many_calls', { retryAfter: FULL_RETRY_SECONDS, details: { limit, remaining: 0 } })
}
