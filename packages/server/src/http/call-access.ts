import { noTicket, usableTicket } from '../calls/admission.ts'
import type { Calls } from '../calls/calls.ts'
import { presentedTicket } from '../calls/tickets.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import { ServiceError } from '../errors.ts'
import { WINDOW_SECONDS } from '../limits/rates.ts'
import { fixedWindows, type Windows } from '../limits/windows.ts'
import { needPlain } from './body.ts'
import type { Reply, Request } from './facts.ts'
import { admit } from './rates.ts'

type Hook = (request: Request, reply: Reply) => Promise<void>

/** Reads and hang-ups cost OpenAI little: a client may ask so many times as often for them. */
const READS_PER_CALL = 10

/** Windows of their own, as long as that of tokens: for placing calls, and for asking after and ending them. */
export function callWindows(config: Pick<Config, 'RATE_LIMIT_PER_MINUTE'>, { mono }: Clock) {
  const window = (limit: number) => fixedWindows(limit, WINDOW_SECONDS * 1000, mono)
  return {
    placing: window(config.RATE_LIMIT_PER_MINUTE),
    reading: window(config.RATE_LIMIT_PER_MINUTE * READS_PER_CALL),
  }
}

/** Step 6 for calls. The ticket is not known yet, so the address counts. */
export function callRates(windows: Windows, clock: Clock): Hook {
  return async ({ facts }, reply) => {
    if (facts.operator) return
    const minute = windows.hit(facts.client ?? 'unknown')
    const refusal = admit({ minute, day: undefined }, reply, clock.now())
    if (refusal) throw refusal
  }
}

/** A ticket that can be spent, then the kind of body: refused before the body is read. */
export function needTicket({ store }: Calls): Hook {
  return async request => {
    const hash = sentTicket(request)
    const ticket = usableTicket(hash === undefined ? { kind: 'unknown' } : await store.ticket(hash))
    request.facts.ticket = { hash: hash ?? '', ticket }
    request.facts.logged = { session_id: ticket.sessionId }
    if (!/^application\/sdp\s*(;|$)/i.test(request.headers['content-type'] ?? ''))
      throw new ServiceError('unsupported_media_type', { message: 'Send the SDP offer as application/sdp.' })
    needPlain(request)
  }
}

/** The hash of the ticket that was sent; undefined where it has not the form of one. */
function sentTicket({ headers: { authorization } }: Request): string | undefined {
  if (authorization === undefined) throw noTicket()
  return presentedTicket(authorization)
}

/** The id of the call that the request speaks for: an operator for any, a caller with a spent ticket for its own. */
export async function callOf(request: Request, id: string, { store }: Calls): Promise<string> {
  if (request.facts.operator) return id
  const hash = sentTicket(request)
  const state = hash === undefined ? ({ kind: 'unknown' } as const) : await store.ticket(hash)
  if (state.kind === 'unknown' || state.kind === 'expired') usableTicket(state)
  if (state.kind === 'used' && state.callId === id) return id
  throw new ServiceError('not_found')
}
