import type { Clock } from '../clock.ts'
import { addUsage, newReceipt, type Receipt } from './call.ts'
import { memoryTickets } from './memory-tickets.ts'
import { spendBook } from './spend.ts'
import type { Admission, CallLimits, CallStore, TicketState } from './store.ts'

/** Beyond it the receipts of the calls that ended first are forgotten early. */
const MAX_RECEIPTS = 20_000

/** Tickets and calls in this process: forgotten with it, and known to no other instance. */
export function memoryCallStore(limits: CallLimits, ticketMs: number, historyMs: number, clock: Clock): CallStore {
  const tickets = memoryTickets(ticketMs, clock.mono)
  /** Clients by ticket, of calls that are being placed or under way. */
  const slots = new Map<string, string>()
  /** In the order in which the calls began. */
  const receipts = new Map<string, Receipt>()
  /** When calls ended, in that order. */
  const ends = new Map<Receipt, number>()
  const callOf = new Map<string, string>()
  const spent = spendBook(limits, clock.now)
  let lastOrder = 0

  function forgetOld(): void {
    for (const [receipt, endedAt] of ends) {
      if (clock.now() - endedAt < historyMs && receipts.size < MAX_RECEIPTS) return
      ends.delete(receipt)
      receipts.delete(receipt.id)
      callOf.delete(receipt.ticket)
    }
  }

  function stateOf(hash: string): TicketState {
    forgetOld()
    const callId = callOf.get(hash)
    if (callId !== undefined) return { kind: 'used', callId }
    const found = tickets.find(hash)
    if (found === 'used') return { kind: 'used', callId: undefined }
    return typeof found === 'string' ? { kind: found } : { kind: 'ready', ticket: found }
  }

  function refusalOf(client: string): Admission | undefined {
    if (slots.size >= limits.maxCalls) return { kind: 'full' }
    const own = [...slots.values()].filter(one => one === client)
    if (own.length >= limits.maxCallsPerClient) return { kind: 'too_many' }
    const resetsIn = spent.exhausted(client)
    return resetsIn === undefined ? undefined : { kind: 'budget', resetsIn }
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
    async begin(call) {
      lastOrder = Math.max(clock.now() * 1000, lastOrder + 1)
      callOf.set(call.ticket, call.id)
      receipts.set(call.id, newReceipt(call, clock.now(), lastOrder))
    },
    touch: async calls => calls.map(() => 'ours'),
    async addUsage({ id, client }, { usage }) {
      const receipt = receipts.get(id)
      if (receipt) addUsage(receipt.usage, usage)
      spent.add(client, usage.usd)
    },
    async noteDrifts(id, drifts) {
      const receipt = receipts.get(id)
      if (receipt) receipt.drifts = Math.max(receipt.drifts, drifts)
    },
    async beginEnd(id, reason) {
      const receipt = receipts.get(id)
      if (!receipt) return reason
      if (receipt.state === 'active') receipt.state = 'ending'
      receipt.reason ??= reason
      return receipt.reason
    },
    async finish(id) {
      const receipt = receipts.get(id)
      if (!receipt || receipt.state === 'ended') return undefined
      receipt.state = 'ended'
      receipt.endedAt = clock.now()
      ends.set(receipt, receipt.endedAt)
      slots.delete(receipt.ticket)
      return receipt
    },
    takeOver: async () => [],
    handOver: async () => false,
    unclaimed: async () => false,
    async receipt(id) {
      forgetOld()
      const receipt = receipts.get(id)
      return receipt && { ...receipt, asOf: clock.now() }
    },
    async page(before = Number.POSITIVE_INFINITY, count) {
      forgetOld()
      const older = [...receipts.values()].filter(({ order }) => order < before).reverse()
      const shown = older.slice(0, count).map(receipt => ({ ...receipt, asOf: clock.now() }))
      return { receipts: shown, next: older.length > count ? shown.at(-1)?.order : undefined }
    },
  }
}
