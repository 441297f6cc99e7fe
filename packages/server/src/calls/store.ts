import { ServiceError } from '../errors.ts'
import type { EndReason, LiveCall, Receipt, Ticket } from './call.ts'
import type { Entry } from './ledger.ts'

/** Tickets that are known at once; far more than a crowd asks for in a ticket's life. */
export const MAX_TICKETS = 100_000
/** A watcher that has not renewed its leases for so long has died, milliseconds. */
export const LEASE_MS = 8000

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
  | Exhausted

/** The budget of all calls or the client's own is used up. `resetsIn`: milliseconds to the next UTC day. */
export interface Exhausted {
  kind: 'budget' | 'own_budget'
  resetsIn: number
}

/** What is held against a wish to place a call; 0 turns a budget off. */
export interface CallLimits {
  maxCalls: number
  maxCallsPerClient: number
  dailyUsd: number
  clientDailyUsd: number
}

/** Tickets, by their SHA-256, and the slots of calls. */
export interface Tickets {
  /** Throws `overloaded` where there is no room. */
  keepTicket(hash: string, ticket: Ticket): Promise<void>
  ticket(hash: string): Promise<TicketState>
  /** Checks the limits and, only if all hold, spends the ticket and takes a slot. */
  admit(hash: string, client: string): Promise<Admission>
  /** Gives back the slot of a call that was not placed; the ticket stays spent, and may be forgotten by now. */
  release(hash: string, client: string): Promise<void>
}

/** A call when its watcher renews its lease: ours, ours but to be ended, another's, or not known to the store. */
export type LeaseState = 'ours' | 'ending' | 'lost' | 'missing'

/** Who watches which call: each is leased to one instance, for `LEASE_MS`. */
export interface Leases {
  /** Whether there can be other instances, which carry on what this one leaves. */
  readonly shared: boolean
  /** The call is on. From now on this instance must renew its lease, or another takes it over. */
  begin(call: LiveCall): Promise<void>
  /** Says that we still watch these calls, and whether we take over those of others; answers how each stands. */
  renew(calls: readonly Pick<LiveCall, 'id' | 'ageMs' | 'idleMs'>[], takingOver: boolean): Promise<LeaseState[]>
  /** Calls whose lease has lapsed or was given up; from now on they are ours. */
  takeOver(): Promise<LiveCall[]>
  /** Leaves calls to other instances. False where there is no other; then they are still ours. */
  handOver(ids: readonly string[]): Promise<boolean>
  /** Whether one of these calls, which were left to others, has not been taken over yet. */
  unclaimed(ids: readonly string[]): Promise<boolean>
}

/** What calls have used, and how they end. */
export interface Accounts {
  /** Adds to what a call has used, to the client's day and to everybody's; an entry that was booked before changes nothing. */
  addUsage(call: Pick<LiveCall, 'id' | 'client'>, entry: Entry): Promise<void>
  /** Tells how often a call's session was changed so far; a number that is lower than the one known changes nothing. */
  noteDrifts(id: string, drifts: number): Promise<void>
  /** Notes why a call ends, unless somebody was first; returns the reason that holds. */
  beginEnd(id: string, reason: EndReason): Promise<EndReason>
  /** The hang-up holds. Gives the receipt to exactly one of those who ask, `undefined` to the others. */
  finish(id: string): Promise<Receipt | undefined>
}

/** One page of receipts, newest first. `next` leads to the following one, and is there also where this one is empty. */
export interface Page {
  receipts: Receipt[]
  next: number | undefined
}

/** Calls as they are told of, while they are under way and for a while after. */
export interface Receipts {
  receipt(id: string): Promise<Receipt | undefined>
  /** At most `count` receipts that began before `before`, a value of `next`. */
  page(before: number | undefined, count: number): Promise<Page>
}

/**
 * In this process, or in Redis for all instances. Every method may throw `ServiceError('store_unavailable')`; each is one
 * atomic step.
 */
export type CallStore = Tickets & Leases & Accounts & Receipts
