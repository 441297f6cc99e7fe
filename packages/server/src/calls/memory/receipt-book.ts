import type { Clock } from '../../clock.ts'
import { type LiveCall, newReceipt, type Receipt } from '../call.ts'

/** Beyond it the receipts of the calls that ended first are forgotten early. */
const MAX_RECEIPTS = 20_000

/** Calls that are under way or ended not long ago. */
export interface ReceiptBook {
  begin(call: LiveCall): void
  /** The call is over; from now on its receipt ages. */
  close(receipt: Receipt): void
  get(id: string): Receipt | undefined
  /** The call that was placed with a ticket. */
  idOf(ticketHash: string): string | undefined
  /** By the beginnings of the calls. */
  newestFirst(): Receipt[]
}

export function receiptBook(historyMs: number, { now }: Pick<Clock, 'now'>): ReceiptBook {
  /** In the order in which the calls began. */
  const receipts = new Map<string, Receipt>()
  /** By the hashes of their tickets. */
  const ids = new Map<string, string>()
  /** When calls ended, in that order. */
  const ends = new Map<Receipt, number>()
  let lastOrder = 0

  function forgetOld(): void {
    for (const [receipt, endedAt] of ends) {
      if (now() - endedAt < historyMs && receipts.size < MAX_RECEIPTS) return
      ends.delete(receipt)
      receipts.delete(receipt.id)
      ids.delete(receipt.ticketHash)
    }
  }

  return {
    begin(call) {
      lastOrder = Math.max(now() * 1000, lastOrder + 1)
      ids.set(call.ticketHash, call.id)
      receipts.set(call.id, newReceipt(call, now(), lastOrder))
    },
    close(receipt) {
      receipt.state = 'ended'
      receipt.endedAt = now()
      ends.set(receipt, receipt.endedAt)
    },
    get(id) {
      forgetOld()
      return receipts.get(id)
    },
    idOf(ticketHash) {
      forgetOld()
      return ids.get(ticketHash)
    },
    newestFirst() {
      forgetOld()
      return [...receipts.values()].reverse()
    },
  }
}
