import { noRoomForTickets } from '../admission.ts'
import type { Ticket } from '../call.ts'
import { MAX_TICKETS } from '../store.ts'

/** A ticket in memory; the session of a used one is let go. */
interface Kept {
  ticket: Ticket | undefined
  expiresAt: number
}

export interface KeptTickets {
  /** Throws `overloaded` where there is no room. */
  keep(hash: string, ticket: Ticket): void
  find(hash: string): 'unknown' | 'used' | 'expired' | Ticket
  use(hash: string): void
}

/** Characters that callers' own instructions may take in waiting tickets. */
const MAX_OWN_WORDS = 32_000_000

/** A ticket is known for twice its life, so that one that comes late is told why it is refused. */
export function keptTickets(lifeMs: number, mono: () => number): KeptTickets {
  const tickets = new Map<string, Kept>()
  let ownWords = 0
  const wordsOf = (ticket: Ticket | undefined) =>
    !ticket || ticket.session.shared ? 0 : ticket.session.instructions.length

  /** All live equally long, so the oldest are the first to go. */
  function sweep(): void {
    for (const [hash, { ticket, expiresAt }] of tickets) {
      if (expiresAt + lifeMs > mono()) return
      ownWords -= wordsOf(ticket)
      tickets.delete(hash)
    }
  }

  return {
    keep(hash, ticket) {
      sweep()
      if (tickets.size >= MAX_TICKETS || ownWords + wordsOf(ticket) > MAX_OWN_WORDS) throw noRoomForTickets()
      ownWords += wordsOf(ticket)
      tickets.set(hash, { ticket, expiresAt: mono() + lifeMs })
    },
    find(hash) {
      const kept = tickets.get(hash)
      if (!kept) return 'unknown'
      if (!kept.ticket) return 'used'
      return mono() < kept.expiresAt ? kept.ticket : 'expired'
    },
    use(hash) {
      const kept = tickets.get(hash)
      ownWords -= wordsOf(kept?.ticket)
      if (kept) kept.ticket = undefined
    },
  }
}
