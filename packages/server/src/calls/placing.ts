import type { Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import type { CallEvents } from '../observe/call-events.ts'
import { namesOf } from '../session.ts'
import type { CallsApi } from '../upstream/calls.ts'
import { realtimeSession } from '../upstream/forms.ts'
import type { PlacedCall } from '../upstream/place.ts'
import { admitted } from './admission.ts'
import { type LiveCall, noUsage, type Ticket } from './call.ts'
import type { Keeper } from './keeper.ts'
import type { Leases, Tickets } from './store.ts'

/** A browser that wants its call placed. */
export interface CallWish {
  /** SHA-256 of its ticket. */
  ticketHash: string
  ticket: Ticket
  /** The SDP offer. */
  sdp: string
  requestId: string
  /** Whether the browser has gone. */
  gone(): boolean
}

/** Spends the ticket and places the call. Throws `ServiceError`, or something else where the browser has gone. */
export type PlaceCall = (wish: CallWish) => Promise<PlacedCall>

interface PlacerParts {
  config: Config
  clock: Clock
  store: Tickets & Leases
  api: CallsApi
  keeper: Keeper
  events: CallEvents
}

export function callPlacer({ config, clock, store, api, keeper, events }: PlacerParts): PlaceCall {
  async function placeWithTicket({ ticketHash, ticket, sdp, requestId }: CallWish): Promise<PlacedCall> {
    const session = JSON.stringify(realtimeSession(ticket.session, config))
    let spent = false
    try {
      return await api.place({ sdp, session, safetyIdentifier: ticket.client, requestId }, async () => {
        admitted(await store.admit(ticketHash, ticket.client), config, clock.now())
        spent = true
      })
    } catch (error) {
      const missed = (cause: unknown) => events.storeMissed({ sessionId: ticket.sessionId }, 'slot', cause)
      if (spent) store.release(ticketHash, ticket.client).catch(missed)
      throw error
    }
  }

  async function place(wish: CallWish): Promise<PlacedCall> {
    const { ticketHash, ticket, requestId, gone } = wish
    if (gone()) throw browserGone()
    const placed = await placeWithTicket(wish)
    const call: LiveCall = { ...ticket, id: placed.id, ticketHash, ...NEW }
    const { sessionId, client, session } = ticket
    events.callPlaced({ callId: call.id, sessionId, client, ...namesOf(session) }, requestId)
    keeper.watch(call, false)
    // A store that is away just now is told by the next report.
    await store.begin(call).catch(cause => events.storeMissed({ callId: call.id }, 'begin', cause))
    if (gone()) {
      void keeper.end(call.id, 'caller_gone')
      throw browserGone()
    }
    return placed
  }

  return wish => {
    const placing = place(wish)
    keeper.expect(placing)
    return placing
  }
}

const browserGone = () => new Error('the browser has gone')

const NEW = { ageMs: 0, idleMs: 0, usage: noUsage(), drifts: 0, reason: undefined }
