import type { Clock } from '../../clock.ts'
import type { Admission, CallLimits, TicketState, Tickets } from '../store.ts'
import { keptTickets } from './kept-tickets.ts'
import type { ReceiptBook } from './receipt-book.ts'
import type { SpendBook } from './spend.ts'

/** Clients by the hash of a ticket, of calls that are being placed or under way. */
export type Slots = Map<string, string>

interface TicketsParts {
  limits: CallLimits
  ticketMs: number
  slots: Slots
  spent: SpendBook
  book: ReceiptBook
  clock: Clock
}

export function memoryTickets({ limits, ticketMs, slots, spent, book, clock }: TicketsParts): Tickets {
  const tickets = keptTickets(ticketMs, clock.mono)

  function stateOf(hash: string): TicketState {
    const callId = book.idOf(hash)
    if (callId !== undefined) return { kind: 'used', callId }
    const found = tickets.find(hash)
    if (found === 'used') return { kind: 'used', callId: undefined }
    return typeof found === 'string' ? { kind: found } : { kind: 'ready', ticket: found }
  }

  function refusalOf(client: string): Admission | undefined {
    if (slots.size >= limits.maxCalls) return { kind: 'full' }
    const own = [...slots.values()].filter(one => one === client)
    if (own.length >= limits.maxCallsPerClient) return { kind: 'too_many' }
    return spent.exhausted(client)
  }

  return {
    keepTicket: async (hash, ticket) => tickets.keep(hash, ticket),
    ticket: async hash => stateOf(hash),
    async admit(hash) {
      const state = stateOf(hash)
      if (state.kind !== 'ready') return { kind: state.kind }
      const { client } = state.ticket
      const refusal = refusalOf(client)
      if (refusal) return refusal
      tickets.use(hash)
      slots.set(hash, client)
      return { kind: 'admitted' }
    },
    async release(hash) {
      slots.delete(hash)
    },
  }
}
