import { ServiceError } from '../errors.ts'
import type { EndReason, LiveCall, Receipt, Ticket } from './call.ts'
import type { Entry } from './ledger.ts'

/** Tickets that are known at once; far more than a crowd asks for in a ticket's life. */
export const MAX_TICKETS = 100_000

/** Whether an error only means that the store cannot be reached now; any other is a fault of our own. */
export function isStoreAway(error: unknown): boolean {
  return error instanceof ServiceError && error.type === 'store_unavailable'
}

/** Where a ticket stands. */
export type TicketState =
  | { kind: 'unknown' }
  | { kind: 'expired' }
  /** Spent; `callId` is absent where no call came of it. */
  | { kind: 'used'; callId: string | undefined }
  | { kind: 'ready'; ticket: Ticket }

/** What became of the wish to place a call. Only `admitted` has spent the ticket. */
export type Admission =
  | { kind: 'admitted' | 'unknown' | 'expired' | 'used' | 'full' }
  | { kind: 'too_many' }
  /** `resetsIn`: milliseconds to the next UTC day. */
  | { kind: 'budget'; resetsIn: number }

/** What is held against a wish to place a call; 0 turns a budget off. */
export interface CallLimits {
  maxCalls: number
  maxCallsPerClient: number
  dailyUsd: number
  clientDailyUsd: number
}

/** One page of receipts, newest first. `next` leads to the following one, and is there also where this one is empty. */
export interface Page {
  receipts: Receipt[]
  next: number | undefined
}

/** How a call stands when its watcher reports: ours, ours but to be ended, another's, or not known to the store. */
export type Standing = 'ours' | 'ending' | 'lost' | 'missing'

/**
 * Tickets, calls and receipts: in this process, or in Redis for all instances. Every method may throw
 * `ServiceError('store_unavailable')`; each is one atomic step.
 */
export interface CallStore {
  /** Keeps a ticket under its SHA-256. Throws `overloaded` where there is no room. */
  keepTicket(hash: string, ticket: Ticket): Promise<void>
  ticket(hash: string): Promise<TicketState>
  /** Checks the limits and, only if all hold, spends the ticket and takes a slot. */
  admit(hash: string): Promise<Admission>
  /** Gives back the slot of a call that was not placed; the ticket stays spent. */
  release(hash: string): Promise<void>
  /** The call is on. From now on this instance must report on it, or another takes it over. */
  begin(call: LiveCall): Promise<void>
  /** Reports that these calls are watched, and whether we take over those of others; says how each stands. */
  touch(calls: readonly Pick<LiveCall, 'id' | 'idleMs'>[], takingOver: boolean): Promise<Standing[]>
  /** Adds to what a call has used, to the client's day and to everybody's; an entry that was booked before changes nothing. */
  addUsage(call: Pick<LiveCall, 'id' | 'client'>, entry: Entry): Promise<void>
  /** Tells how often a call's session was changed so far; a number that is lower than the one known changes nothing. */
  noteDrifts(id: string, drifts: number): Promise<void>
  /** Notes why a call ends, unless somebody was first; returns the reason that holds. */
  beginEnd(id: string, reason: EndReason): Promise<EndReason>
  /** The hang-up holds. Gives the receipt to exactly one of those who ask, `undefined` to the others. */
  finish(id: string): Promise<Receipt | undefined>
  /** Calls whose watcher has died or left; from now on they are ours. */
  takeOver(): Promise<LiveCall[]>
  /** Leaves calls to other instances. False where there is no other; then they are still ours. */
  handOver(ids: readonly string[]): Promise<boolean>
  /** Whether one of these calls, which were left to others, has not been taken over yet. */
  unclaimed(ids: readonly string[]): Promise<boolean>
  receipt(id: string): Promise<Receipt | undefined>
  /** At most `count` receipts that began before `before`, a value of `next`. */
  page(before: number | undefined, count: number): Promise<Page>
}
