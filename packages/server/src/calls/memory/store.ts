import type { Clock } from '../../clock.ts'
import type { CallLimits, CallStore, Leases, Receipts } from '../store.ts'
import { memoryAccounts } from './accounts.ts'
import { type ReceiptBook, receiptBook } from './receipt-book.ts'
import { spendBook } from './spend.ts'
import { memoryTickets, type Slots } from './tickets.ts'

/** Tickets and calls in this process: forgotten with it, and known to no other instance. */
export function memoryCallStore(limits: CallLimits, ticketMs: number, historyMs: number, clock: Clock): CallStore {
  const slots: Slots = new Map()
  const spent = spendBook(limits, clock.now)
  const book = receiptBook(historyMs, clock)
  return {
    ...memoryTickets({ limits, ticketMs, slots, spent, book, clock }),
    ...leasesOfOne(book, slots),
    ...memoryAccounts(book, spent, slots),
    ...memoryReceipts(book),
  }
}

/** There is nobody else who could watch a call. */
function leasesOfOne(book: ReceiptBook, slots: Slots): Leases {
  return {
    shared: false,
    async begin(call) {
      const known = book.get(call.id)
      if (!known) book.begin(call)
      // OpenAI has named two calls alike. They are one, which takes one slot.
      else if (known.ticketHash !== call.ticketHash) slots.delete(call.ticketHash)
    },
    renew: async calls => calls.map(() => 'ours'),
    takeOver: async () => [],
    handOver: async () => false,
    unclaimed: async () => false,
  }
}

function memoryReceipts(book: ReceiptBook): Receipts {
  return {
    async receipt(id) {
      const receipt = book.get(id)
      return receipt && book.read(receipt)
    },
    async page(before = Number.POSITIVE_INFINITY, count) {
      const older = book.newestFirst().filter(({ order }) => order < before)
      const shown = older.slice(0, count).map(book.read)
      return { receipts: shown, next: older.length > count ? shown.at(-1)?.order : undefined }
    },
  }
}
